import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AssertionFailure } from '../assert/index.js';
import { seededRandom } from '../system/index.js';
import { Blake3, blake3, combineCrc32c, computeChunks, crc32c, verifyChunks } from './index.js';

/** Bit by bit, straight from the definition. */
function naiveCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test('crc32c is Castagnoli of RFC 3720, also piece by piece', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.from('6789'), crc32c(Buffer.from('12345'))), 0xe3069283);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => crc32c(bytes) === naiveCrc32c(bytes)));
});

test('two CRCs combine to that of both', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 2000 }), (a, b) => {
      assert.equal(combineCrc32c(crc32c(a), crc32c(b), b.length), crc32c(b, crc32c(a)));
    }),
  );
});

const region = fc.record({
  bytesPerChecksum: fc.oneof(fc.constantFrom(1, 2, 3, 16, 512, 1024, 4096), fc.integer({ min: 1, max: 700 })),
  length: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 40_000 })),
  dataOffset: fc.integer({ min: 0, max: 9 }),
  sumsOffset: fc.integer({ min: 0, max: 9 }),
  seed: fc.integer(),
});

test('chunks computed are those of the definition, and verify', () => {
  fc.assert(
    fc.property(region, ({ bytesPerChecksum, length, dataOffset, sumsOffset, seed }) => {
      const data = seededRandom(seed).bytes(dataOffset + length + 3);
      const chunks = Math.ceil(length / bytesPerChecksum);
      const sums = Buffer.alloc(sumsOffset + 4 * chunks + 2, 0xee);
      assert.equal(computeChunks(data, dataOffset, length, bytesPerChecksum, sums, sumsOffset), 4 * chunks);
      for (let i = 0; i < chunks; i++) {
        const from = dataOffset + i * bytesPerChecksum;
        const chunk = data.subarray(from, Math.min(from + bytesPerChecksum, dataOffset + length));
        assert.equal(sums.readUInt32BE(sumsOffset + 4 * i), crc32c(chunk));
      }
      assert.ok([...sums.subarray(0, sumsOffset), ...sums.subarray(sumsOffset + 4 * chunks)].every((b) => b === 0xee));
      assert.equal(verifyChunks(data, dataOffset, length, sums, sumsOffset, bytesPerChecksum), -1);
    }),
  );
});

test('any change of data or sums is found at its first chunk', () => {
  fc.assert(
    fc.property(
      region.filter(({ length }) => length > 0),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean()), { minLength: 1, maxLength: 4 }),
      ({ bytesPerChecksum, length, dataOffset, sumsOffset, seed }, flips) => {
        const data = seededRandom(seed).bytes(dataOffset + length);
        const sums = new Uint8Array(sumsOffset + 4 * Math.ceil(length / bytesPerChecksum));
        computeChunks(data, dataOffset, length, bytesPerChecksum, sums, sumsOffset);
        for (const [where, mask, inSums] of flips) {
          if (inSums) sums[sumsOffset + (where % (sums.length - sumsOffset))]! ^= mask;
          else data[dataOffset + (where % length)]! ^= mask;
        }
        let expected = -1;
        const view = Buffer.from(sums.buffer);
        for (let at = 0, i = 0; at < length && expected < 0; at += bytesPerChecksum, i++) {
          const chunk = data.subarray(dataOffset + at, dataOffset + Math.min(at + bytesPerChecksum, length));
          if (naiveCrc32c(chunk) !== view.readUInt32BE(sumsOffset + 4 * i)) expected = i;
        }
        assert.equal(verifyChunks(data, dataOffset, length, sums, sumsOffset, bytesPerChecksum), expected);
      },
    ),
  );
});

test('a region outside its arrays is a bug, not a reading of foreign memory', () => {
  const sums = new Uint8Array(8);
  assert.throws(() => verifyChunks(new Uint8Array(10), 5, 6, sums, 0, 4), AssertionFailure);
  assert.throws(() => verifyChunks(new Uint8Array(10), 0, 10, sums, 0, 4), AssertionFailure);
  assert.throws(() => computeChunks(new Uint8Array(10), 0, 10, 0, sums, 0), AssertionFailure);
});

test('blake3 piece by piece is that of the whole, with the published value', () => {
  const abc = '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85';
  assert.equal(Buffer.from(blake3(Buffer.from('abc'))).toString('hex'), abc);
  const hash = new Blake3().update(Buffer.from('a'));
  assert.deepEqual(hash.digest(), blake3(Buffer.from('a')));
  assert.equal(Buffer.from(hash.update(Buffer.from('bc')).digest()).toString('hex'), abc);
});
