import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How the text of an option becomes a value. */
export interface OptionType<T> {
  /** What a good value is, to end "... is expected" and for the documentation. */
  readonly expects: string;
  /** The value, or undefined when the text is not one. */
  parse(text: string): T | undefined;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A folder of dfs.datanode.data.dir or dfs.namenode.name.dir (StorageLocation). */
export interface StorageFolder {
  readonly type: StorageTypeName;
  readonly path: string;
}

const STORAGE_TYPES = ['DISK', 'SSD', 'ARCHIVE', 'RAM_DISK', 'NVDIMM'] as const;
export type StorageTypeName = (typeof STORAGE_TYPES)[number];

const DURATION_UNITS_MS = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export type DurationUnit = keyof typeof DURATION_UNITS_MS;

const SIZE_LETTERS = 'kmgtpe';

/** Any text. */
export function text(): OptionType<string> {
  return { expects: 'a text', parse: (value) => value };
}

/** One of the given words, in any case. */
export function choice<const W extends string>(...words: readonly W[]): OptionType<W> {
  return {
    expects: `one of ${words.join(', ')}`,
    parse: (value) => words.find((word) => word.toLowerCase() === value.toLowerCase()),
  };
}

export function boolean(): OptionType<boolean> {
  const parse = (value: string): boolean | undefined => {
    const lower = value.toLowerCase();
    return lower === 'true' ? true : lower === 'false' ? false : undefined;
  };
  return { expects: 'true or false', parse };
}

/** A whole number, decimal or 0x hexadecimal (Configuration.getLong). */
export function integer(minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER): OptionType<number> {
  return {
    expects: `a whole number${bounds(minimum, maximum)}`,
    parse: (value) => (/^([+-]?\d+|0x[0-9a-f]+)$/i.test(value) ? within(Number(value), minimum, maximum) : undefined),
  };
}

/** A number with or without fraction; Java's trailing f or d is accepted. */
export function decimal(minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY): OptionType<number> {
  return {
    expects: `a number${bounds(minimum, maximum)}`,
    parse: (value) => {
      const digits = value.replace(/[fd]$/i, '');
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(digits)
        ? within(Number(digits), minimum, maximum)
        : undefined;
    },
  };
}

/** A duration in ms; a number without unit counts `defaultUnit`s (Configuration.getTimeDuration). */
export function duration(defaultUnit: DurationUnit, minimumMs = 0): OptionType<number> {
  return {
    expects: `a duration (a whole number with ns, us, ms, s, m, h or d; without unit: ${defaultUnit})${bounds(minimumMs, Number.POSITIVE_INFINITY, 'ms')}`,
    parse: (value) => {
      const match = /^([+-]?\d+)\s*(ns|us|ms|s|m|h|d)?$/i.exec(value);
      if (match === null) return undefined;
      const unit = (match[2]?.toLowerCase() ?? defaultUnit) as DurationUnit;
      return within(Number(match[1]) * DURATION_UNITS_MS[unit], minimumMs, Number.MAX_SAFE_INTEGER);
    },
  };
}

/** A size in bytes; k, m, g, t, p and e are powers of 1024 (Configuration.getLongBytes). */
export function size(minimum = 0, maximum = Number.MAX_SAFE_INTEGER): OptionType<number> {
  return {
    expects: `a size in bytes (a whole number with k, m, g, t, p or e, or none)${bounds(minimum, maximum)}`,
    parse: (value) => {
      const match = /^([+-]?\d+)\s*([kmgtpe])?$/i.exec(value);
      if (match === null) return undefined;
      const power = match[2] === undefined ? 0 : SIZE_LETTERS.indexOf(match[2].toLowerCase()) + 1;
      return within(Number(match[1]) * 1024 ** power, minimum, maximum);
    },
  };
}

/** Words separated by commas; empty ones do not count. */
export function list(): OptionType<readonly string[]> {
  return { expects: 'words separated by commas', parse: words };
}

/** Hosts separated by commas: addresses, names, and networks such as 10.1.0.0/16 (MachineList). */
export function machines(): OptionType<readonly string[]> {
  return {
    expects: 'addresses, host names and networks (a.b.c.d/bits) separated by commas',
    parse: (value) => all(words(value).map((word) => (!word.includes('/') || isNetwork(word) ? word : undefined))),
  };
}

/** Host and port; a scheme before and a path after them are passed over (NetUtils.createSocketAddr). */
export function address(defaultPort?: number): OptionType<Address> {
  return {
    expects: defaultPort === undefined ? 'host:port' : `host:port (without port: ${defaultPort})`,
    parse: (value) => parseAddress(value, defaultPort),
  };
}

/** Several of {@link address}, separated by commas. */
export function addresses(defaultPort?: number): OptionType<readonly Address[]> {
  return {
    expects: 'host:port separated by commas',
    parse: (value) => all(words(value).map((word) => parseAddress(word, defaultPort))),
  };
}

/** Folders separated by commas, each a path or file: URI with an optional storage type: `[SSD]file:///x`. */
export function folders(): OptionType<readonly StorageFolder[]> {
  return {
    expects: `folders separated by commas, each a path or file: URI after an optional [type] (${STORAGE_TYPES.join(', ')})`,
    parse: (value) => all(words(value).map(parseFolder)),
  };
}

function parseAddress(value: string, defaultPort: number | undefined): Address | undefined {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/]*@)?(\[[0-9a-f:.%]+\]|[^\s:/[\]]+)(?::(\d{1,5}))?(?:\/.*)?$/i.exec(
    value,
  );
  if (match === null) return undefined;
  const port = match[2] === undefined ? defaultPort : Number(match[2]);
  if (port === undefined || port > 65_535) return undefined;
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port };
}

function isNetwork(word: string): boolean {
  const [, bits, ...bytes] = /^(?=.*\/(\d{1,2})$)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\//.exec(word) ?? [];
  return bits !== undefined && Number(bits) <= 32 && bytes.every((byte) => Number(byte) <= 255);
}

function parseFolder(value: string): StorageFolder | undefined {
  const match = /^(?:\[(\w*)\])?(.+)$/.exec(value);
  if (match === null) return undefined;
  const typeName = match[1]?.toUpperCase() || 'DISK';
  const type = STORAGE_TYPES.find((name) => name === typeName);
  const path = pathOf(match[2]!.trim());
  return type === undefined || path === undefined ? undefined : { type, path };
}

/** The absolute path of a path or of a file: URI without host. */
function pathOf(location: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(location)) return resolve(location);
  if (!URL.canParse(location)) return undefined;
  const url = new URL(location);
  if (url.protocol !== 'file:' || url.host !== '' || /%2f|%00/i.test(url.pathname)) return undefined;
  return resolve(fileURLToPath(url));
}

function words(value: string): string[] {
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function all<T>(values: readonly (T | undefined)[]): readonly T[] | undefined {
  const good = values.filter((value) => value !== undefined);
  return good.length === values.length ? good : undefined;
}

function within(value: number, minimum: number, maximum: number): number | undefined {
  return value >= minimum && value <= maximum ? value : undefined;
}

function bounds(minimum: number, maximum: number, unit = ''): string {
  const low = minimum > Number.MIN_SAFE_INTEGER;
  const high = maximum < Number.MAX_SAFE_INTEGER;
  if (low && high) return ` from ${minimum}${unit} to ${maximum}${unit}`;
  return low ? `, at least ${minimum}${unit}` : high ? `, at most ${maximum}${unit}` : '';
}
