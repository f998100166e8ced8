import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import fc from 'fast-check';
import { ReplicaMap } from './replica-map.js';

const id = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.maxSafeInteger()).map((value) => value as BlockId);
const step = fc.record({ id, remove: fc.boolean(), stamp: fc.nat(), length: fc.maxSafeNat(), volume: fc.nat(200) });

test('agrees with a Map after any sets and deletes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const map = new ReplicaMap();
      const model = new Map<number, [number, number, number]>();
      for (const one of steps) {
        if (one.remove) assert.equal(map.delete(one.id), model.delete(one.id));
        else {
          map.set(one.id, one.stamp as GenerationStamp, one.length, one.volume);
          model.set(one.id, [one.stamp, one.length, one.volume]);
        }
      }
      assert.equal(map.size, model.size);
      const seen = new Map<number, [number, number, number]>();
      for (let part = 0; part < map.partCount; part++) {
        map.walk(part, (found) => seen.set(found.blockId, [found.generationStamp, found.lengthBytes, found.volume]));
      }
      assert.deepEqual(new Map([...seen].sort()), new Map([...model].sort()));
      for (const one of steps) {
        const found = map.find(one.id);
        const expected = model.get(one.id);
        assert.equal(map.has(one.id), expected !== undefined);
        if (expected === undefined) assert.equal(found, null);
        else assert.deepEqual([found?.generationStamp, found?.lengthBytes, found?.volume], expected);
      }
    }),
  );
});

test('a hundred thousand sequential and striped ids are all found', () => {
  const map = new ReplicaMap();
  for (let i = 1; i <= 100_000; i++)
    map.set((i % 2 === 0 ? i + 2 ** 30 : -i) as BlockId, i as GenerationStamp, i, i % 3);
  assert.equal(map.size, 100_000);
  for (let i = 1; i <= 100_000; i++) {
    assert.equal(map.find((i % 2 === 0 ? i + 2 ** 30 : -i) as BlockId)?.generationStamp, i);
  }
});
