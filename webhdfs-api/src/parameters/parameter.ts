import { type Failure, isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { type JavaNumber, parseJavaNumber } from './java.js';

/** The part of JSON Schema that parameters and replies are described with. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly (string | null)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | boolean;
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** One query parameter of WebHDFS (a class of org.apache.hadoop.hdfs.web.resources). */
export interface Parameter<T> {
  /** In lower case; requests may write it in any. */
  readonly name: string;
  readonly help: string;
  /** What counts when the parameter is absent or empty. */
  readonly fallback: T;
  readonly schema: Schema;
  /** The value, or IllegalArgumentException with the text of Apache's class. */
  parse(text: string): T | Failure;
  /** How the value is written into a redirect. */
  print(value: T): string;
}

/** "null" stands for a number that was not given. */
const NULL = 'null';

function refuse(message: string): Failure {
  return failure('IllegalArgumentException', message);
}

/** StringParam: any text, or one that matches `pattern`. */
export function text(
  name: string,
  help: string,
  pattern?: RegExp,
  domain = pattern?.source,
): Parameter<string | undefined> {
  return {
    name,
    help,
    fallback: undefined,
    schema: { type: 'string', ...(pattern === undefined ? {} : { pattern: pattern.source }) },
    parse: (given) => {
      if (pattern === undefined || pattern.test(given)) return given;
      return refuse(`Invalid value: "${given}" does not belong to the domain ${domain}`);
    },
    print: (value) => value ?? '',
  };
}

/** A text that is changed, or refused, as it is read. */
export function converted(
  name: string,
  help: string,
  convert: (text: string) => string | Failure,
): Parameter<string | undefined> {
  return { ...text(name, help), parse: convert };
}

export interface NumberShape<T> {
  readonly type: JavaNumber;
  readonly radix?: 8 | 10;
  readonly minimum: number;
  readonly maximum?: number;
  readonly fallback: T;
}

/** ShortParam, IntegerParam or LongParam. Beyond 2^53 a value is rounded; nothing in a file system is that large. */
export function number<T extends number | undefined>(
  name: string,
  help: string,
  { type, radix = 10, minimum, maximum, fallback }: NumberShape<T>,
): Parameter<number | T> {
  const kind = type === 'short' ? 'short integer' : type === 'integer' ? 'integer' : 'long integer';
  const schema = {
    type: radix === 8 ? 'string' : 'integer',
    ...(radix === 8 ? { pattern: '^[0-7]+$' } : { format: type === 'long' ? 'int64' : 'int32', minimum }),
    ...(radix === 8 || maximum === undefined ? {} : { maximum }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
  return {
    name,
    help,
    fallback,
    schema,
    parse: (given) => {
      if (given === NULL) return fallback;
      const value = parseJavaNumber(given, type, radix);
      if (value === undefined) return refuse(`Failed to parse "${given}" as a radix-${radix} ${kind}.`);
      const range = `Invalid parameter range: ${name} = ${value.toString(radix)}`;
      if (value < minimum) return refuse(`${range} < ${minimum.toString(radix)}`);
      if (maximum !== undefined && value > maximum) return refuse(`${range} > ${maximum.toString(radix)}`);
      return Number(value);
    },
    print: (value) => (value === undefined ? NULL : printLong(value).toString(radix)),
  };
}

/** Long.MAX_VALUE is rounded up when it becomes a number. */
function printLong(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
}

/** BooleanParam. */
export function boolean(name: string, help: string, fallback: boolean): Parameter<boolean> {
  return {
    name,
    help,
    fallback,
    schema: { type: 'boolean', default: fallback },
    parse: (given) => {
      const lower = given.toLowerCase();
      if (lower === 'true' || lower === 'false') return lower === 'true';
      return refuse(`Failed to parse "${given}" to Boolean.`);
    },
    print: String,
  };
}

/** EnumSetParam: names of a Java enum, separated by commas, in any case. */
export function names<N extends string>(
  name: string,
  help: string,
  javaEnum: string,
  known: readonly N[],
): Parameter<readonly N[]> {
  return {
    name,
    help,
    fallback: [],
    schema: { type: 'string' },
    parse: (given) => {
      const found = new Set<N>();
      for (const part of given.split(',')) {
        const upper = part.trim().toUpperCase() as N;
        if (!known.includes(upper)) return refuse(`No enum constant ${javaEnum}.${upper}`);
        found.add(upper);
      }
      // A Java EnumSet is in the order of the enum, however it was filled.
      return known.filter((each) => found.has(each));
    },
    print: (value) => value.join(','),
  };
}

/** EnumParam: one name of a Java enum. */
export function oneName<N extends string>(
  name: string,
  help: string,
  javaEnum: string,
  known: readonly N[],
): Parameter<N | undefined> {
  const set = names(name, help, javaEnum, known);
  return {
    ...set,
    fallback: undefined,
    schema: { type: 'string', enum: known },
    parse: (given) => {
      const found = set.parse(given);
      return isFailure(found) ? found : found[0];
    },
    print: (value) => value ?? '',
  };
}
