import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import fc from 'fast-check';
import { BlockState } from '../types.js';
import { BlockMap } from './block-map.js';

type Operation =
  | { readonly kind: 'insert'; readonly id: number }
  | { readonly kind: 'remove'; readonly id: number }
  | { readonly kind: 'add'; readonly id: number; readonly storage: number }
  | { readonly kind: 'drop'; readonly id: number; readonly storage: number };

const id = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(-1, -2, 2 ** 32, 2 ** 32 + 1, 2 ** 52, 2 ** 31));
const storage = fc.integer({ min: 0, max: 7 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), id }),
  fc.record({ kind: fc.constant('remove' as const), id }),
  fc.record({ kind: fc.constant('add' as const), id, storage }),
  fc.record({ kind: fc.constant('add' as const), id, storage }),
  fc.record({ kind: fc.constant('drop' as const), id, storage }),
);

test('behaves like a Map of Maps under any sequence of changes', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
      const map = new BlockMap();
      const model = new Map<number, Map<number, number>>();
      for (const step of operations) apply(map, model, step);
      compare(map, model);
    }),
    { numRuns: 150 },
  );
});

test('finds and forgets a hundred thousand blocks', () => {
  const map = new BlockMap();
  for (let i = 0; i < 100_000; i++) insert(map, i * 3);
  for (let i = 0; i < 100_000; i += 2) map.remove(map.slotOf(i * 3));
  assert.equal(map.size, 50_000);
  for (let i = 0; i < 100_000; i++) assert.equal(map.slotOf(i * 3) >= 0, i % 2 === 1);
  assert.equal(map.slotOf(1), -1);
});

function insert(map: BlockMap, block: number): void {
  map.insert(block as BlockId, 1 as InodeId, 1001 as GenerationStamp, block, 3, BlockState.COMPLETE);
}

function apply(map: BlockMap, model: Map<number, Map<number, number>>, step: Operation): void {
  const replicas = model.get(step.id);
  if (step.kind === 'insert') {
    if (replicas !== undefined) return;
    model.set(step.id, new Map());
    insert(map, step.id);
    return;
  }
  if (replicas === undefined) return;
  const slot = map.slotOf(step.id);
  if (step.kind === 'remove') {
    while (map.first(slot) >= 0) map.removeReplica(slot, map.first(slot));
    map.remove(slot);
    model.delete(step.id);
  } else if (step.kind === 'add') {
    if (replicas.has(step.storage)) return;
    const flags = (step.storage * 8) & 0x3f;
    replicas.set(step.storage, flags);
    map.addReplica(slot, step.storage, flags);
  } else if (replicas.delete(step.storage)) {
    map.removeReplica(slot, map.find(slot, step.storage));
  }
}

function compare(map: BlockMap, model: ReadonlyMap<number, ReadonlyMap<number, number>>): void {
  assert.equal(map.size, model.size);
  for (const [block, replicas] of model) {
    const slot = map.slotOf(block);
    assert.equal(map.idOf(slot), block);
    assert.equal(map.lengthOf(slot), block);
    const found = new Map<number, number>();
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      found.set(map.storageAt(slot, ref), map.flagsAt(slot, ref));
      assert.equal(map.find(slot, map.storageAt(slot, ref)), ref);
    }
    assert.deepEqual(new Map([...found].sort()), new Map([...replicas].sort()));
  }
}
