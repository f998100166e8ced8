import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { storageId, TestCluster, uuid } from './cluster.fixture.js';

const B = 7 as BlockId;
const GS = 1001 as GenerationStamp;
const NEWER = 1002 as GenerationStamp;

const refs = (...datanodes: number[]) => datanodes.map((i) => ({ datanodeUuid: uuid(i), storageId: storageId(i) }));

test('one that takes itself for the leader keeps reports about blocks of the next leader', () => {
  const cluster = new TestCluster().start(2).lead();
  cluster.received(B, GS, 100, 0);
  cluster.fullReport(1, [{ id: B, stamp: GS, lengthBytes: 100 }]);
  cluster.settle();
  cluster.blocks.setLeader(false, cluster.nowMs);
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 2, refs(0, 1));
  cluster.blocks.events.blockCompleted(B, GS, 100);
  assert.deepEqual(cluster.where(B), [0, 1]);
});

test('a follower takes in a report about a block as it stood then, however much of its log comes at once', () => {
  const cluster = new TestCluster().start(2);
  cluster.blocks.endRebuild(1000 as GenerationStamp);
  cluster.received(B, GS, 100, 0, 1);
  cluster.received(B, NEWER, 150, 0, 1);
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 2, refs(0, 1));
  cluster.blocks.events.blockCompleted(B, GS, 100);
  assert.equal(cluster.blocks.isMinimallyReplicated(B, GS, 100), true);
  cluster.blocks.events.blockReopened(B, GS, 100, refs(0, 1));
  cluster.blocks.events.blockReopened(B, NEWER, 100, refs(0, 1));
  cluster.blocks.events.blockCompleted(B, NEWER, 150);
  assert.deepEqual(
    cluster.blocks.inspect(B)?.replicas.map(({ good }) => good),
    [true, true],
  );
});

test('a follower keeps reports about blocks to come, gives no commands and deletes nothing', () => {
  const cluster = new TestCluster().start(3);
  cluster.blocks.endRebuild(1000 as GenerationStamp);
  cluster.settle();
  cluster.received(B, GS, 100, 0, 1);
  cluster.received(8, GS, 100, 0);
  cluster.incremental(1, 'DELETED', { id: B, stamp: GS, lengthBytes: 0 });
  assert.equal(cluster.blocks.stats(cluster.nowMs).queuedMessages, 4);
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 2, refs(0, 1));
  cluster.blocks.events.blockCompleted(B, GS, 100);
  assert.deepEqual(cluster.where(B), [0]);
  cluster.blocks.events.blockRemoved(8 as BlockId);
  assert.equal(cluster.blocks.stats(cluster.nowMs).queuedMessages, 0);
  cluster.advance(3000);
  assert.deepEqual([...cluster.heartbeats().values()].flat(), []);
});

test('what a storage says anew of a replica makes void what was kept of it', () => {
  const cluster = new TestCluster().start(2);
  cluster.blocks.endRebuild(1000 as GenerationStamp);
  cluster.received(B, GS, 100, 0, 1);
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 2, refs(0, 1));
  cluster.blocks.events.blockReopened(B, NEWER, 100, refs(0, 1));
  cluster.received(B, GS, 100, 0);
  cluster.received(B, NEWER, 150, 0, 1);
  cluster.blocks.events.blockCompleted(B, NEWER, 150);
  cluster.received(B, NEWER, 150, 0);
  cluster.received(B, 1003, 170, 1);
  cluster.incremental(1, 'DELETED', { id: B, stamp: 1003, lengthBytes: 0 });
  cluster.blocks.setLeader(true, cluster.nowMs);
  cluster.settle();
  assert.deepEqual(cluster.where(B), [0]);
  assert.equal(cluster.blocks.stats(cluster.nowMs).queuedMessages, 0);
});

test('reports that say the same again are kept once', () => {
  const cluster = new TestCluster().start(1).lead();
  for (let times = 0; times < 3; times++) {
    cluster.fullReport(0, [{ id: B, stamp: GS, lengthBytes: 100 }]);
    cluster.settle();
  }
  assert.equal(cluster.blocks.stats(cluster.nowMs).queuedMessages, 1);
});
