import { type Failure, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import {
  BEFORE_OP,
  datanodeOnly,
  type Method,
  type Parameter,
  parameters,
  signatures,
  text,
} from '../parameters/index.js';

/** The parameters of one request, judged and read. */
export class Query {
  private readonly values: ReadonlyMap<string, unknown>;

  constructor(values: ReadonlyMap<string, unknown>) {
    this.values = values;
  }

  /** The value, or the parameter's fallback. */
  get<T>(parameter: Parameter<T>): T {
    const value = this.values.get(parameter.name);
    return value === undefined ? parameter.fallback : (value as T);
  }

  /** False when the parameter was absent, empty, or the number "null". */
  has({ name }: Parameter<unknown>): boolean {
    return this.values.has(name);
  }
}

/** `name=value` pairs of a request by name in lower case; the first of a name counts. Undefined: badly encoded. */
export function splitQuery(query: string): Map<string, string> | undefined {
  const found = new Map<string, string>();
  if (query === '') return found;
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = decodeForm(at < 0 ? pair : pair.slice(0, at))?.toLowerCase();
    const value = at < 0 ? '' : decodeForm(pair.slice(at + 1));
    if (name === undefined || value === undefined) return undefined;
    if (name !== '' && !found.has(name)) found.set(name, value);
  }
  return found;
}

/** Percent-decoding of a path, as UTF-8; bytes that are none become U+FFFD, as in Java. Undefined when a % has no two digits. */
export function decodePercent(encoded: string): string | undefined {
  if (!encoded.includes('%')) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return decodeBytes(encoded);
  }
}

function decodeBytes(encoded: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(encoded)) return undefined;
  const latin = Buffer.from(encoded, 'utf8').toString('latin1');
  const bytes = latin.replace(/%([0-9a-fA-F]{2})/g, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A parameter's text: unlike a path it must be UTF-8. */
function decodeForm(encoded: string): string | undefined {
  const text = encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return undefined;
  }
}

/** What judges the parameters of a method: position in the signature and parameter, by name. */
type Positions = ReadonlyMap<string, { readonly index: number; readonly parameter: Parameter<unknown> }>;

/** Judges parameters in the order of Apache's signatures, all of them, whatever the operation. */
export class QueryJudge {
  private readonly positions: Readonly<Record<Method, Positions>>;

  /** @param userPattern dfs.webhdfs.user.provider.user.pattern */
  constructor(userPattern: string) {
    const user = text(parameters.user.name, parameters.user.help, new RegExp(`^(?:${userPattern})$`), userPattern);
    const of = (method: Method): Positions =>
      new Map(
        [...signatures[method], ...datanodeOnly].map((parameter, index) => [
          parameter.name,
          { index, parameter: parameter.name === user.name ? (user as Parameter<unknown>) : parameter },
        ]),
      );
    this.positions = { GET: of('GET'), PUT: of('PUT'), POST: of('POST'), DELETE: of('DELETE') };
  }

  /**
   * Reads what was given. A wrong value is IllegalArgumentException: of several the first in the signature is told of,
   * and `badOp` when it stands before that one.
   */
  read(method: Method, given: ReadonlyMap<string, string>, badOp: Failure | undefined): Query | Failure {
    const positions = this.positions[method];
    const values = new Map<string, unknown>();
    let worst = badOp === undefined ? Number.POSITIVE_INFINITY : BEFORE_OP - 0.5;
    let refusal = badOp;
    for (const [name, value] of given) {
      const position = positions.get(name);
      if (position === undefined || value === '') continue;
      const parsed = position.parameter.parse(value);
      if (!isFailure(parsed)) {
        if (parsed !== undefined) values.set(name, parsed);
      } else if (position.index < worst) {
        worst = position.index;
        refusal = invalid(name, parsed.message);
      }
    }
    return refusal ?? new Query(values);
  }
}

/** The text by which Hadoop's client tells that a server does not know an operation. */
export function invalid(name: string, why: string): Failure {
  return failure('IllegalArgumentException', `Invalid value for webhdfs parameter "${name}": ${why}`);
}
