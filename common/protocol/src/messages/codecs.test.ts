import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ByteReader, ByteWriter, type Codec, MalformedBytes } from '@rfs/base/bytes';
import { idToText } from '@rfs/base/ids';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import * as messages from './index.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../proto');

function load(): protobuf.Root {
  const root = new protobuf.Root();
  const options = new protobuf.Type('FieldOptions');
  options.extensions = [[1000, 536870911]];
  root.define('google.protobuf').add(options);
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.proto')) protobuf.parse(readFileSync(join(folder, name), 'utf8'), root, { keepCase: true });
  }
  root.resolveAll();
  return root;
}

function typesOf(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.flatMap((object) => {
    if (object.name === 'FieldOptions') return [];
    const own = object instanceof protobuf.Type ? [object] : [];
    return object instanceof protobuf.Namespace ? [...own, ...typesOf(object)] : own;
  });
}

function nameOf(type: protobuf.ReflectionObject): string {
  return type.parent instanceof protobuf.Type ? `${nameOf(type.parent)}_${type.name}` : type.name;
}

function codecOf(type: protobuf.Type): Codec<unknown> {
  const codec = (messages as unknown as Record<string, Codec<unknown> | undefined>)[nameOf(type)];
  assert.ok(codec, `${type.fullName} has a codec`);
  return codec;
}

/** A value twice: as our codecs hold it, and as protobufjs takes it. */
interface Pair {
  readonly ours: unknown;
  readonly theirs: unknown;
}

const both = (value: unknown): Pair => ({ ours: value, theirs: value });
const long = (value: bigint): { low: number; high: number; unsigned: boolean } => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
  unsigned: false,
});

function scalar(field: protobuf.Field): fc.Arbitrary<Pair> {
  const options = field.options ?? {};
  if (options['(rfs_id)'] === true) {
    return fc.maxSafeInteger().map((id) => ({ ours: id, theirs: long(BigInt(idToText(id))) }));
  }
  if (options['(rfs_exact)'] === true) {
    const signed = field.type === 'int64';
    return fc
      .bigInt(-(2n ** 63n), 2n ** 63n - 1n)
      .map((value) => ({ ours: signed ? value : BigInt.asUintN(64, value), theirs: long(value) }));
  }
  if (field.resolvedType instanceof protobuf.Enum) {
    return fc.constantFrom(...Object.values(field.resolvedType.values)).map(both);
  }
  switch (field.type) {
    case 'uint32':
      return fc.nat(0xffffffff).map(both);
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return fc.integer().map(both);
    case 'int64':
    case 'sint64':
    case 'sfixed64':
      return fc.maxSafeInteger().map((value) => ({ ours: value, theirs: long(BigInt(value)) }));
    case 'bool':
      return fc.boolean().map(both);
    case 'double':
      return fc.double({ noNaN: true }).map(both);
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 80 }).map(both);
    case 'bytes':
      return fc.uint8Array({ maxLength: 200 }).map(both);
    default:
      throw new Error(`${field.fullName}: no values for ${field.type}`);
  }
}

function message(type: protobuf.Type, depth: number): fc.Arbitrary<Pair> {
  const fields = type.fieldsArray.map((field) => {
    const inner = field.resolvedType;
    const one = inner instanceof protobuf.Type ? message(inner, depth + 1) : scalar(field);
    let pair: fc.Arbitrary<Pair | undefined> = one;
    if (field.repeated) {
      pair = fc.array(one, { maxLength: depth < 2 ? 3 : 1 }).map((items) => ({
        ours: items.map((item) => item.ours),
        theirs: items.map((item) => item.theirs),
      }));
    } else if (!field.required) {
      pair = fc.option(one, { nil: undefined, freq: depth < 3 ? 3 : 1 });
    }
    return pair.map((value) => [field.name, value] as const);
  });
  return fc.tuple(...fields).map((entries) => {
    const ours: Record<string, unknown> = {};
    const theirs: Record<string, unknown> = {};
    for (const [name, value] of entries) {
      if (value === undefined) continue;
      ours[name] = value.ours;
      theirs[name] = value.theirs;
    }
    return { ours, theirs };
  });
}

/** What decoding gives: absent fields are there, with their defaults where the .proto file declares one. */
function decoded(type: protobuf.Type, value: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const inner = field.resolvedType;
    const read = (item: unknown): unknown =>
      inner instanceof protobuf.Type ? decoded(inner, item as Record<string, unknown>) : item;
    const given = value[field.name];
    if (field.repeated) out[field.name] = (given as unknown[]).map(read);
    else if (given !== undefined) out[field.name] = read(given);
    else out[field.name] = declaredDefault(field);
  }
  return out;
}

function declaredDefault(field: protobuf.Field): unknown {
  const value = field.options?.default;
  if (value === undefined) return undefined;
  if (field.resolvedType instanceof protobuf.Enum) return field.resolvedType.values[String(value)];
  return field.options?.['(rfs_exact)'] === true ? BigInt(value as number) : value;
}

function encode(codec: Codec<unknown>, value: unknown): Buffer {
  const writer = new ByteWriter(16);
  codec.encode(writer, value);
  return writer.copy();
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

const types = typesOf(load());

test('every message is written byte for byte as protobufjs writes it, and read back as it was', () => {
  assert.ok(types.length > 400);
  for (const type of types) {
    const codec = codecOf(type);
    fc.assert(
      fc.property(message(type, 0), ({ ours, theirs }) => {
        const bytes = encode(codec, ours);
        const expected = Buffer.from(type.encode(theirs as Record<string, unknown>).finish());
        assert.equal(bytes.toString('hex'), expected.toString('hex'), type.fullName);
        const back = codec.decode(new ByteReader(bytes), bytes.length);
        assert.deepEqual(plain(back), plain(decoded(type, ours as Record<string, unknown>)), type.fullName);
      }),
      { numRuns: 30, seed: 20240917 },
    );
  }
});

test('damaged bytes are either another message or MalformedBytes, never anything else', () => {
  for (const type of types) {
    const codec = codecOf(type);
    fc.assert(
      fc.property(message(type, 1), fc.nat(), fc.nat(255), fc.nat(), ({ ours }, where, value, cut) => {
        const bytes = encode(codec, ours);
        if (bytes.length === 0) return;
        bytes[where % bytes.length] = value;
        const end = bytes.length - (cut % Math.min(3, bytes.length));
        try {
          codec.decode(new ByteReader(bytes, 0, end), end);
        } catch (error) {
          assert.ok(error instanceof MalformedBytes, `${type.fullName}: ${String(error)}`);
        }
      }),
      { numRuns: 30, seed: 8 },
    );
  }
});

test('fields that nobody knows are skipped', () => {
  const writer = new ByteWriter();
  writer.varint32((4000 << 3) | 2);
  writer.string('from the future');
  messages.encodeGetFileInfoRequestProto(writer, { src: '/a' });
  writer.varint32((4001 << 3) | 0);
  writer.varint64(2 ** 40);
  const bytes = writer.copy();
  assert.deepEqual(messages.decodeGetFileInfoRequestProto(new ByteReader(bytes), bytes.length), { src: '/a' });
});

test('a missing required field is malformed', () => {
  assert.throws(() => messages.decodeGetFileInfoRequestProto(new ByteReader(Buffer.alloc(0)), 0), MalformedBytes);
});

test("Java's largest long, which stands for no quota, is kept", () => {
  const usage = { fileAndDirectoryCount: 1, quota: 2 ** 63, spaceConsumed: 0, spaceQuota: -1 };
  const bytes = encode(messages.QuotaUsageProto as Codec<unknown>, usage);
  assert.equal(bytes.toString('hex'), '080110ffffffffffffffff7f180020ffffffffffffffffff01');
  const back = messages.decodeQuotaUsageProto(new ByteReader(bytes), bytes.length);
  assert.equal(back.quota, 2 ** 63);
  assert.equal(back.spaceQuota, -1);
});

test("bytes that Hadoop 3.4.1's own classes wrote", () => {
  // LocatedBlockProto with a striped group's id -9223372036854775792, one location on DISK.
  const hex =
    '0a310a1c42502d312d3132372e302e302e312d31373030303030303030303030109080808080808080800118e90720808080' +
    '4010001a270a1c0a093132372e302e302e311201681a03752d31208a4d28884d308b4d1080a094a58d1d500020002a080a00' +
    '12001a0022003201003801420444532d61';
  const bytes = Buffer.from(hex, 'hex');
  const block = messages.decodeLocatedBlockProto(new ByteReader(bytes), bytes.length);
  assert.equal(idToText(block.b.blockId), '-9223372036854775792');
  assert.equal(block.b.poolId, 'BP-1-127.0.0.1-1700000000000');
  assert.equal(block.b.generationStamp, 1001);
  assert.equal(block.locs[0]?.id.ipAddr, '127.0.0.1');
  assert.equal(block.storageIDs[0], 'DS-a');
  const again = encode(messages.LocatedBlockProto as Codec<unknown>, block);
  assert.deepEqual(messages.decodeLocatedBlockProto(new ByteReader(again), again.length), block);
});
