import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FOREIGN_ID, idFromHalves, idFromText, idHigh, idLow, idToText, isId } from './index.js';

/** The rule of the file's head, in whole numbers: what a 64-bit wire value is in memory. */
function naive(wire: bigint): number {
  if (wire >= 0n && wire < 2n ** 53n) return Number(wire);
  const offset = wire + 2n ** 63n;
  return offset >= 0n && offset < 2n ** 53n ? Number(-offset - 1n) : FOREIGN_ID;
}

const wireValue = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 53n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 63n) + 2n ** 53n }),
  fc.constantFrom(0n, 1n, -1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n), -(2n ** 63n) + 2n ** 53n - 1n),
);

test('every wire value is the number of the rule, or foreign', () => {
  fc.assert(
    fc.property(wireValue, (wire) => {
      const unsigned = BigInt.asUintN(64, wire);
      const id = idFromHalves(Number(unsigned >> 32n), Number(unsigned & 0xffffffffn));
      assert.equal(id, naive(wire));
      assert.equal(idFromText(wire.toString()), id);
      if (!isId(id)) return;
      assert.equal((BigInt(idHigh(id)) << 32n) | BigInt(idLow(id)), unsigned);
      assert.equal(idToText(id), wire.toString());
    }),
  );
});

test('every safe integer except one stands for a wire value of its own', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (id) => {
      assert.equal(idFromHalves(idHigh(id), idLow(id)), id);
      assert.equal(idFromText(idToText(id)), id);
    }),
  );
  assert.equal(idToText(-1), '-9223372036854775808');
  assert.equal(idToText(-17), '-9223372036854775792');
});

test('text that is no 64-bit number is foreign', () => {
  for (const text of ['', '-', '1.0', ' 1', '0x1', '1e3', '12345678901234567890', '-1', 'x']) {
    assert.ok(Number.isNaN(idFromText(text)), text);
  }
});
