import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter, MalformedBytes } from './index.js';

const safe = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.constantFrom(
    0,
    1,
    -1,
    127,
    128,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 31),
    -(2 ** 32),
    2 ** 53 - 1,
    -(2 ** 53) + 1,
  ),
);
const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 0x7fffffff, -0x80000000));
const uint32 = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 127, 128, 0x80000000, 0xffffffff));
const unsigned = safe.map(Math.abs);
const anyDouble = fc.double({ noNaN: true });

/** Each writer beside the reader that takes the same bytes. */
const pairs: readonly [string, fc.Arbitrary<number>, (w: ByteWriter, v: number) => void, (r: ByteReader) => number][] =
  [
    ['uint8', fc.integer({ min: 0, max: 255 }), (w, v) => w.uint8(v), (r) => r.uint8()],
    ['uint16', fc.integer({ min: 0, max: 65535 }), (w, v) => w.uint16(v), (r) => r.uint16()],
    ['int32', int32, (w, v) => w.int32(v), (r) => r.int32()],
    ['uint32', uint32, (w, v) => w.uint32(v), (r) => r.uint32()],
    ['int64', safe, (w, v) => w.int64(v), (r) => r.int64()],
    ['id64', safe, (w, v) => w.id64(v), (r) => r.id64()],
    ['float64', anyDouble, (w, v) => w.float64(v), (r) => r.float64()],
    ['varint32', uint32, (w, v) => w.varint32(v), (r) => r.varint32()],
    ['varint32 signed', int32, (w, v) => w.varint32(v), (r) => r.varint32() | 0],
    ['varint64', unsigned, (w, v) => w.varint64(v), (r) => r.varint64()],
    ['varint64 signed', safe, (w, v) => w.varint64(v), (r) => r.varint64Signed()],
    ['varintId', safe, (w, v) => w.varintId(v), (r) => r.varintId()],
    ['zigzag32', int32, (w, v) => w.zigzag32(v), (r) => r.zigzag32()],
    ['zigzag64', safe, (w, v) => w.zigzag64(v), (r) => r.zigzag64()],
    ['zigzagId', safe, (w, v) => w.zigzagId(v), (r) => r.zigzagId()],
    ['fixed32', uint32, (w, v) => w.fixed32(v), (r) => r.fixed32()],
    ['fixed64', unsigned, (w, v) => w.fixed64(v), (r) => r.fixed64()],
    ['double', anyDouble, (w, v) => w.double(v), (r) => r.double()],
  ];

describe('what is written is read again', () => {
  for (const [name, values, write, read] of pairs) {
    test(name, () => {
      fc.assert(
        fc.property(fc.array(values, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 3 }), (list, lead) => {
          const writer = new ByteWriter(1);
          for (let i = 0; i < lead; i++) writer.uint8(0xee);
          for (const value of list) write(writer, value);
          const reader = new ByteReader(writer.written(), lead);
          for (const value of list) assert.equal(read(reader), value);
          assert.equal(reader.remaining, 0);
          const cut = new ByteReader(writer.written(), lead, writer.offset - 1);
          assert.throws(() => list.forEach(() => void read(cut)), MalformedBytes, 'one byte too few');
        }),
      );
    });
  }
});

/** Protobuf's varint of 64 unsigned bits, from the definition. */
function naiveVarint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

test('varints have the bytes of protobuf', () => {
  const written = (write: (writer: ByteWriter) => void): number[] => {
    const writer = new ByteWriter(1);
    write(writer);
    return [...writer.written()];
  };
  fc.assert(
    fc.property(safe, int32, (wide, narrow) => {
      const wideBig = BigInt(wide);
      assert.deepEqual(
        written((w) => w.varint64(wide)),
        naiveVarint(wideBig),
      );
      assert.deepEqual(
        written((w) => w.varint32(narrow)),
        naiveVarint(BigInt(narrow)),
      );
      assert.deepEqual(
        written((w) => w.zigzag64(wide)),
        naiveVarint((wideBig << 1n) ^ (wideBig >> 63n)),
      );
      const wire = wide >= 0 ? wideBig : -(2n ** 63n) - wideBig - 1n;
      assert.deepEqual(
        written((w) => w.varintId(wide)),
        naiveVarint(wire),
      );
      assert.deepEqual(
        written((w) => w.zigzagId(wide)),
        naiveVarint(BigInt.asUintN(64, (wire << 1n) ^ (wire >> 63n))),
      );
    }),
  );
});

test('any 64 bits are read as the nearest double, or as a foreign id', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const bytes = Uint8Array.from(naiveVarint(value));
      assert.equal(new ByteReader(bytes).varint64(), Number(value));
      assert.equal(new ByteReader(bytes).varint64Signed(), Number(BigInt.asIntN(64, value)));
      assert.equal(new ByteReader(bytes).varint32(), Number(value & 0xffffffffn));
      const zigzag = BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
      assert.equal(new ByteReader(bytes).zigzag64(), Number(zigzag));
    }),
  );
  assert.ok(Number.isNaN(new ByteReader(Uint8Array.from(naiveVarint(2n ** 60n))).varintId()));
});

test('text and bytes, delimited or not, at every length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.uint8Array({ maxLength: 300 }), (text, bytes) => {
      const writer = new ByteWriter(1);
      writer.string(text);
      writer.delimited(bytes);
      const length = writer.utf8(text);
      writer.bytes(bytes);
      const reader = new ByteReader(writer.copy());
      const end = reader.delimitedEnd();
      assert.equal(reader.utf8(end - reader.offset), Buffer.from(text).toString());
      assert.deepEqual(new Uint8Array(reader.bytes(reader.delimitedEnd() - reader.offset)), bytes);
      assert.equal(length, Buffer.byteLength(text));
      reader.skip(length);
      assert.deepEqual(new Uint8Array(reader.bytes(bytes.length)), bytes);
      assert.equal(reader.remaining, 0);
    }),
  );
});

test('delimited content moves to make room for its length', () => {
  for (const length of [0, 1, 127, 128, 16383, 16384, 2097152]) {
    const writer = new ByteWriter(4);
    writer.uint8(7);
    const at = writer.beginDelimited();
    const inner = writer.beginDelimited();
    writer.bytes(new Uint8Array(length).fill(5));
    writer.endDelimited(inner);
    writer.endDelimited(at);
    writer.uint8(9);
    const reader = new ByteReader(writer.written());
    assert.equal(reader.uint8(), 7);
    const outerEnd = reader.delimitedEnd();
    const innerEnd = reader.delimitedEnd();
    assert.equal(outerEnd, innerEnd);
    assert.ok(reader.bytes(innerEnd - reader.offset).every((byte) => byte === 5));
    assert.equal(reader.uint8(), 9);
  }
});

test('a writer can be used again, hand over its memory, and fill in what it knows later', () => {
  const writer = new ByteWriter(8);
  writer.uint32(0);
  writer.uint8(1);
  writer.setUint32(0, 42);
  const copy = writer.copy();
  const taken = writer.take(16);
  writer.uint8(9);
  assert.deepEqual([...taken], [0, 0, 0, 42, 1]);
  assert.deepEqual(copy, taken);
  assert.deepEqual([...writer.written()], [9]);
  writer.reset();
  assert.equal(writer.written().length, 0);
});

test('a reader can be pointed at other bytes', () => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3), 1, 2);
  assert.equal(reader.uint8(), 2);
  assert.throws(() => reader.uint8(), MalformedBytes);
  const slice = Uint8Array.of(9, 8, 7, 6).subarray(1);
  reader.reset(slice);
  assert.equal(reader.uint16(), 0x0807);
  reader.reset(slice, 2);
  assert.equal(reader.uint8(), 6);
});

describe('malformed bytes', () => {
  const reads: ((reader: ByteReader) => unknown)[] = [
    (r) => r.varint32(),
    (r) => r.varint64(),
    (r) => r.varintId(),
    (r) => r.delimitedEnd(),
    (r) => r.skipField(0),
  ];

  test('a varint of more than ten bytes, or one that does not end', () => {
    for (const read of reads) {
      assert.throws(() => read(new ByteReader(new Uint8Array(11).fill(0xff))), MalformedBytes);
      assert.throws(() => read(new ByteReader(new Uint8Array(4).fill(0x80))), MalformedBytes);
      assert.throws(() => read(new ByteReader(new Uint8Array(0))), MalformedBytes);
    }
  });

  test('lengths beyond the end, negative ones, unknown wire types', () => {
    assert.throws(() => new ByteReader(Uint8Array.of(5, 1, 2)).delimitedEnd(), MalformedBytes);
    assert.throws(() => new ByteReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)).delimitedEnd(), MalformedBytes);
    assert.throws(() => new ByteReader(new Uint8Array(4)).bytes(5), MalformedBytes);
    assert.throws(() => new ByteReader(new Uint8Array(4)).bytes(-1), MalformedBytes);
    assert.throws(() => new ByteReader(new Uint8Array(4)).utf8(-1), MalformedBytes);
    assert.throws(() => new ByteReader(new Uint8Array(4)).skip(Number.NaN), MalformedBytes);
    for (const wireType of [3, 4, 6, 7]) {
      assert.throws(() => new ByteReader(new Uint8Array(16)).skipField(wireType), MalformedBytes);
    }
  });

  test('random bytes are read or refused, never read beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(20), { maxLength: 20 }), (bytes, choices) => {
        const padded = new Uint8Array(bytes.length + 20).fill(0x01);
        padded.set(bytes);
        const reader = new ByteReader(padded, 0, bytes.length);
        try {
          for (const choice of choices) {
            if (choice < 6) reader.skipField(choice);
            else pairs[choice % pairs.length]![3](reader);
            assert.ok(reader.offset <= bytes.length);
          }
        } catch (error) {
          assert.ok(error instanceof MalformedBytes, String(error));
        }
      }),
    );
  });
});
