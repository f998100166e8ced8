import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { ListedBlock, ListingRequest } from './block-listing.js';
import { indexOf, storageId, TestCluster, uuid } from './cluster.fixture.js';
import { StorageType } from './types.js';

/** The blocks of datanode `i`, listed in steps of three places. */
function list(cluster: TestCluster, i: number, request: Partial<ListingRequest> = {}): readonly ListedBlock[] {
  const datanode = cluster.blocks.datanodes.get(uuid(i));
  assert.ok(datanode);
  const wanted = { sizeBytes: 1e9, minBlockBytes: 0, type: undefined, isHot: () => false };
  const listing = cluster.blocks.list({ datanode, ...wanted, ...request });
  let steps = 0;
  while (!listing.step(3)) assert.ok(++steps < 100, 'the listing ends');
  return listing.blocks;
}

const ids = (blocks: readonly ListedBlock[]): number[] => blocks.map(({ id }) => id as number).sort((a, b) => a - b);

/** Blocks 1 to 9 of 100 bytes: odd ones on datanodes 0 and 1, even ones on 1 and 2. */
function nine(seed = 1): TestCluster {
  const cluster = new TestCluster({}, seed).start(4).lead();
  for (let id = 1; id <= 9; id++) cluster.write(id, 2, id % 2 === 1 ? 0 : 2, 1);
  for (const i of [0, 1, 2]) {
    const held = Array.from({ length: 9 }, (_, n) => n + 1).filter((id) => i === 1 || (id % 2 === 1) === (i === 0));
    cluster.fullReport(
      i,
      held.map((id) => ({ id, stamp: 1001, lengthBytes: 100 })),
    );
  }
  cluster.settle();
  return cluster;
}

test('a listing has each block of the datanode once, with all places of the block', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const blocks = list(nine(seed), 0);
    assert.deepEqual(ids(blocks), [1, 3, 5, 7, 9]);
    for (const { storages, lengthBytes, stamp } of blocks) {
      assert.deepEqual(storages.map(({ datanode }) => indexOf(datanode)).sort(), [0, 1]);
      assert.deepEqual([lengthBytes, stamp], [100, 1001]);
    }
  }
  assert.deepEqual(ids(list(nine(), 3)), []);
});

test('a listing begins anywhere and ends when there are enough bytes', () => {
  const firsts = new Set<number>();
  const cluster = nine();
  for (let time = 0; time < 40; time++) {
    const blocks = list(cluster, 1, { sizeBytes: 201 });
    assert.equal(blocks.length, 3);
    firsts.add(blocks[0]?.id as number);
  }
  assert.ok(firsts.size > 3, `began with ${[...firsts]}`);
});

test('small blocks, other storage types, open, corrupt and surplus replicas are left out', () => {
  const cluster = nine();
  assert.deepEqual(list(cluster, 0, { minBlockBytes: 101 }), []);
  assert.deepEqual(list(cluster, 0, { type: StorageType.ARCHIVE }), []);
  assert.deepEqual(ids(list(cluster, 0, { type: StorageType.DISK })), [1, 3, 5, 7, 9]);
  const bad = { id: 3 as BlockId, stamp: 1001 as GenerationStamp, lengthBytes: 100 };
  cluster.blocks.reportBadBlock(bad, uuid(0), storageId(0));
  assert.deepEqual(ids(list(cluster, 0)), [1, 5, 7, 9]);
  const third = list(cluster, 1).find(({ id }) => id === 3);
  assert.deepEqual(
    third?.storages.map(({ datanode }) => indexOf(datanode)),
    [1],
  );
});

test('a moved replica is no longer listed at its source from the report of the target on', () => {
  const cluster = nine();
  cluster.incremental(3, 'RECEIVED', { id: 5, stamp: 1001, lengthBytes: 100 }, uuid(0));
  assert.deepEqual(ids(list(cluster, 0)), [1, 3, 7, 9]);
  assert.deepEqual(cluster.where(5), [1, 3]);
  const invalidate = cluster.heartbeat(0).find(({ kind }) => kind === 'invalidate');
  assert.deepEqual(invalidate?.kind === 'invalidate' ? invalidate.blocks.map(({ id }) => id as number) : [], [5]);
});

test('blocks in use come only when the others are not enough', () => {
  const cluster = nine();
  const isHot = (): boolean => true;
  assert.deepEqual(ids(list(cluster, 0, { isHot })), [1, 3, 5, 7, 9]);
  assert.equal(list(cluster, 0, { isHot, sizeBytes: 150 }).length, 2);
});
