import type { Schema } from '../parameters/index.js';

/** How one kind of value is written as JSON, byte for byte as Apache's mapper (Jackson) does, and its schema. */
export interface Shape<T> {
  readonly schema: Schema;
  write(value: T): string;
}

/** A string as Jackson writes it: like JSON.stringify, but with capital hexadecimal digits. */
export function javaString(value: string): string {
  const json = JSON.stringify(value);
  if (!json.includes('\\u00')) return json;
  return json.replace(/\\(?:u00([0-9a-f]{2})|.)/g, (found, hex?: string) =>
    hex === undefined ? found : `\\u00${hex.toUpperCase()}`,
  );
}

/**
 * A Java long that travelled as a number: -1 of an unsigned field is 2^64 - 1, and Long.MAX_VALUE, HDFS's word for no
 * quota, is rounded to 2^63.
 */
function javaLong(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (value >= 2 ** 64) return '-1';
  if (value >= 2 ** 63) return '9223372036854775807';
  return BigInt(Math.trunc(value)).toString();
}

export const string: Shape<string> = { schema: { type: 'string' }, write: javaString };
export const boolean: Shape<boolean> = { schema: { type: 'boolean' }, write: String };
export const long: Shape<number> = { schema: { type: 'integer', format: 'int64' }, write: javaLong };
export const integer: Shape<number> = { schema: { type: 'integer', format: 'int32' }, write: String };

export function oneOf<N extends string>(...names: readonly N[]): Shape<N> {
  return { schema: { type: 'string', enum: names }, write: javaString };
}

export function nullable<T>({ schema, write }: Shape<T>): Shape<T | null> {
  return {
    schema: { ...schema, nullable: true },
    write: (value) => (value === null ? 'null' : write(value)),
  };
}

export function array<T>({ schema, write }: Shape<T>): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: schema },
    write: (values) => `[${values.map(write).join(',')}]`,
  };
}

type Fields<T> = { readonly [K in keyof T]-?: Shape<Exclude<T[K], undefined>> };

/**
 * An object with its keys in the order given, which is Apache's: a TreeMap's or a HashMap's. Fields whose value is
 * undefined are left out; `optional` names those that may be.
 */
export function record<T extends object>(fields: Fields<T>, optional: readonly (keyof T)[] = []): Shape<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  const keys = names.map((name) => `${javaString(name)}:`);
  const writers = names.map((name) => fields[name].write as (value: unknown) => string);
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, fields[name].schema])),
      required: names.filter((name) => !optional.includes(name)),
    },
    write: (value) => {
      let json = '';
      for (let i = 0; i < names.length; i++) {
        const field = value[names[i]!];
        if (field !== undefined) json += `${json === '' ? '{' : ','}${keys[i]}${writers[i]!(field)}`;
      }
      return json === '' ? '{}' : `${json}}`;
    },
  };
}

/** An object of unknown keys, written in their order. */
export function map<T>({ schema, write }: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    schema: { type: 'object', additionalProperties: schema },
    write: (values) => `{${[...values].map(([key, value]) => `${javaString(key)}:${write(value)}`).join(',')}}`,
  };
}

/** A value under the name of its Java class, as every answer of WebHDFS is. */
export function named<T>(name: string, { schema, write }: Shape<T>): Shape<T> {
  const head = `{${javaString(name)}:`;
  return {
    schema: { type: 'object', properties: { [name]: schema }, required: [name] },
    write: (value) => `${head}${write(value)}}`,
  };
}
