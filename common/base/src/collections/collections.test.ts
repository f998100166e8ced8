import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AssertionFailure } from '../assert/index.js';
import { seededRandom } from '../system/index.js';
import { IdMap, LruCache, Ring } from './index.js';

test('a ring is a queue', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 40 })), (steps) => {
      const ring = new Ring<number>();
      const model: number[] = [];
      let next = 0;
      for (const step of steps) {
        if (step < 0) assert.equal(ring.shift(), model.shift());
        for (let i = 0; i < step; i++) {
          ring.push(next);
          model.push(next++);
        }
        assert.equal(ring.length, model.length);
        assert.equal(ring.peek(), model[0]);
        assert.equal(ring.at(model.length - 1), model.at(-1));
        assert.equal(ring.at(model.length), undefined);
      }
      while (model.length > 0) assert.equal(ring.shift(), model.shift());
      assert.equal(ring.shift(), undefined);
    }),
  );
});

test('a ring holds a burst in order and shrinks afterwards', () => {
  const ring = new Ring<number>();
  for (let i = 0; i < 200_000; i++) ring.push(i);
  for (let i = 0; i < 199_990; i++) assert.equal(ring.shift(), i);
  ring.push(-1);
  assert.deepEqual(Array.from({ length: 11 }, (_, i) => ring.at(i)).slice(-2), [199_999, -1]);
  ring.clear();
  assert.equal(ring.length, 0);
});

const anyId = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, 2 ** 32, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  fc.integer({ min: 1_073_741_825, max: 1_073_741_850 }),
);

test('an id map is a map', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), anyId, fc.nat()), { maxLength: 300 }), (steps) => {
      const map = new IdMap();
      const model = new Map<number, number>();
      for (const [add, id, value] of steps) {
        const before = model.get(id) ?? IdMap.ABSENT;
        assert.equal(map.get(id), before);
        if (add) {
          assert.equal(map.set(id, value), before);
          model.set(id, value);
        } else {
          assert.equal(map.delete(id), before);
          model.delete(id);
        }
        assert.equal(map.size, model.size);
      }
      const seen = new Map<number, number>();
      map.forEach((id, value) => {
        seen.set(id, value);
      });
      assert.deepEqual([...seen].toSorted(), [...model].toSorted());
    }),
  );
});

for (const [name, idOf] of [
  ['counting up', (i: number) => 1_073_741_825 + i],
  ['striped groups', (i: number) => -1 - 16 * i],
  [
    'random',
    (
      (random) => () =>
        random.uint32() * 2_000_000 - 2 ** 51 + (random.uint32() & 0xfffff)
    )(seededRandom(11)),
  ],
] as const) {
  test(`an id map holds many ids: ${name}`, () => {
    const map = new IdMap();
    const model = new Map<number, number>();
    for (let i = 0; i < 300_000; i++) {
      const id = idOf(i);
      map.set(id, i);
      model.set(id, i);
    }
    assert.equal(map.size, model.size);
    assert.ok(map.memoryBytes < model.size * 12 * 2.4, `${map.memoryBytes / model.size} bytes an id`);
    let kept = 0;
    for (const [id, value] of model) {
      if (value % 3 === 0) assert.equal(map.delete(id), value);
      else kept++;
    }
    for (const [id, value] of model) assert.equal(map.get(id), value % 3 === 0 ? IdMap.ABSENT : value);
    let visited = 0;
    map.forEach((id, value) => {
      visited++;
      assert.equal(model.get(id), value);
    });
    assert.equal(visited, kept);
  });
}

test('an id map refuses what it cannot hold', () => {
  const map = new IdMap();
  assert.throws(() => map.set(1, -1), AssertionFailure);
  assert.throws(() => map.set(Number.NaN, 1), AssertionFailure);
  assert.throws(() => map.set(2 ** 53, 1), AssertionFailure);
});

test('an LRU cache drops what was not used for longest', () => {
  const dropped: string[] = [];
  const cache = new LruCache<string, number>(2, (key) => dropped.push(key));
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3);
  assert.deepEqual(dropped, ['b']);
  assert.equal(cache.get('b'), undefined);
  cache.set('a', 4);
  cache.set('d', 5);
  assert.deepEqual(dropped, ['b', 'c']);
  assert.deepEqual([...cache.values()], [4, 5]);
  assert.equal(cache.delete('d'), true);
  assert.equal(cache.size, 1);
  cache.clear();
  assert.equal(cache.size, 0);
});
