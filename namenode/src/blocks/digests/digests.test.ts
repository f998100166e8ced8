import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { storageId, TestCluster, uuid } from '../cluster.fixture.js';

const REF = { id: 1, stamp: 1001, lengthBytes: 100 };

/** A complete block on the datanodes, each with a digest of its own. */
function written(replication: number, digests: readonly (number | undefined)[], datanodes = digests.length + 1) {
  const cluster = new TestCluster({ redundancyIntervalMs: 0, pendingTimeoutMs: 60_000 }).start(datanodes).lead();
  const expected = digests.map((_, i) => ({ datanodeUuid: uuid(i), storageId: storageId(i) }));
  const { events } = cluster.blocks;
  events.blockAllocated(1 as BlockId, 1001 as GenerationStamp, 1 as InodeId, replication, expected);
  for (const [i, digest] of digests.entries()) report(cluster, i, digest);
  events.blockCommitted(1 as BlockId, 1001 as GenerationStamp, 100);
  events.blockCompleted(1 as BlockId, 1001 as GenerationStamp, 100);
  cluster.advance(1);
  return cluster;
}

function report(cluster: TestCluster, i: number, digest: number | undefined, verified = false): void {
  cluster.incremental(i, 'RECEIVED', digest === undefined ? REF : { ...REF, digest }, '', verified);
}

function bad(cluster: TestCluster, i: number): void {
  const block = { id: 1 as BlockId, stamp: 1001 as GenerationStamp, lengthBytes: 100 };
  cluster.blocks.reportBadBlock(block, uuid(i), storageId(i));
}

const dispute = (cluster: TestCluster) => cluster.blocks.inspect(1 as BlockId)?.dispute;
const disputed = (cluster: TestCluster) => cluster.blocks.stats(cluster.nowMs).disputedBlocks;

test('equal digests, and replicas without any, agree', () => {
  const cluster = written(3, [7, 7, undefined]);
  assert.equal(dispute(cluster), undefined);
  assert.equal(disputed(cluster), 0);
  assert.deepEqual([cluster.verifies(0), cluster.verifies(1), cluster.verifies(2)], [[], [], []]);
});

test('the datanodes of replicas that differ are asked to check them, once; the one that is damaged is replaced', () => {
  const cluster = written(3, [8, 7, 7]);
  assert.equal(dispute(cluster), 'checking');
  assert.deepEqual([cluster.verifies(0), cluster.verifies(1), cluster.verifies(2)], [[1], [1], [1]]);
  cluster.advance(1);
  assert.deepEqual([cluster.verifies(0), cluster.verifies(1), cluster.verifies(2)], [[], [], []]);
  report(cluster, 1, 7, true);
  assert.equal(dispute(cluster), 'checking');
  bad(cluster, 0);
  assert.equal(dispute(cluster), undefined);
  assert.equal(disputed(cluster), 0);
  cluster.advance(1);
  const copies = [...cluster.heartbeats().values()].flat().filter(({ kind }) => kind === 'transfer');
  assert.equal(copies.length, 1);
  report(cluster, 3, 7);
  assert.deepEqual(cluster.where(1), [1, 2, 3]);
  assert.equal(dispute(cluster), undefined);
  const deletions = cluster.heartbeat(0);
  assert.equal(deletions[0]?.kind, 'invalidate');
});

test('when all match their sums nothing is deleted, not even a surplus one, until something is known', () => {
  const cluster = written(2, [7, 8, 7]);
  for (const i of [0, 1, 2]) report(cluster, i, i === 1 ? 8 : 7, true);
  assert.equal(dispute(cluster), 'undecided');
  cluster.advance(10_000);
  assert.deepEqual([...cluster.heartbeats().values()].flat(), []);
  assert.deepEqual(cluster.where(1), [0, 1, 2]);
  bad(cluster, 1);
  cluster.advance(1);
  assert.equal(dispute(cluster), undefined);
  assert.deepEqual(cluster.where(1), [0, 2]);
});

test('who does not answer is asked again, and a new leader asks anew', () => {
  const cluster = written(2, [7, 8]);
  assert.deepEqual([cluster.verifies(0), cluster.verifies(1)], [[1], [1]]);
  report(cluster, 1, 8, true);
  cluster.advance(59_000);
  assert.deepEqual([cluster.verifies(0), cluster.verifies(1)], [[], []]);
  cluster.advance(2000);
  assert.deepEqual([cluster.verifies(0), cluster.verifies(1)], [[1], []]);
  cluster.blocks.setLeader(false, cluster.nowMs);
  cluster.blocks.setLeader(true, cluster.nowMs);
  cluster.advance(1);
  assert.deepEqual([cluster.verifies(0), cluster.verifies(1)], [[1], []]);
});

test('digests that datanodes have had for long are compared as well', () => {
  const cluster = new TestCluster({ redundancyIntervalMs: 0 }).start(3).lead();
  cluster.write(1, 3, 0, 1, 2);
  for (const i of [0, 1]) assert.equal(cluster.digests(i, [{ ...REF, digest: 5 }]), undefined);
  assert.equal(dispute(cluster), undefined);
  cluster.digests(2, [
    { ...REF, id: 99, digest: 6 },
    { ...REF, stamp: 1000, digest: 6 },
  ]);
  assert.equal(dispute(cluster), undefined);
  cluster.digests(2, [{ ...REF, digest: 6 }]);
  assert.equal(dispute(cluster), 'checking');
  const cut = { storageId: storageId(0), count: 2, entries: new Uint8Array([2, 100]) };
  assert.ok(cluster.blocks.fromDatanodes.takeDigests(uuid(0), [cut]));
});

test('the digest by which others are judged may go: those that are left are compared with each other', () => {
  const cluster = written(3, [1, 2, 2]);
  cluster.incremental(0, 'DELETED', REF);
  assert.equal(dispute(cluster), undefined);
  report(cluster, 3, 2);
  assert.equal(dispute(cluster), undefined);
  report(cluster, 2, 3);
  assert.equal(dispute(cluster), 'checking');
  report(cluster, 2, 2);
  assert.equal(dispute(cluster), undefined);
});

test('a block that gets new content forgets what is known of the old one', () => {
  const cluster = written(2, [7, 8]);
  const expected = [0, 1].map((i) => ({ datanodeUuid: uuid(i), storageId: storageId(i) }));
  cluster.blocks.events.blockReopened(1 as BlockId, 1002 as GenerationStamp, 100, expected);
  assert.equal(disputed(cluster), 0);
  for (const i of [0, 1]) cluster.incremental(i, 'RECEIVED', { id: 1, stamp: 1002, lengthBytes: 150, digest: 9 });
  cluster.blocks.events.blockCommitted(1 as BlockId, 1002 as GenerationStamp, 150);
  cluster.blocks.events.blockCompleted(1 as BlockId, 1002 as GenerationStamp, 150);
  assert.equal(dispute(cluster), undefined);
  cluster.blocks.events.blockRemoved(1 as BlockId);
  assert.equal(disputed(cluster), 0);
});

test('a digest that is reported before the client tells of the recovered pipeline is not lost', () => {
  const cluster = new TestCluster({ redundancyIntervalMs: 0 }).start(3).lead();
  const expected = [0, 1].map((i) => ({ datanodeUuid: uuid(i), storageId: storageId(i) }));
  const { events } = cluster.blocks;
  events.blockAllocated(1 as BlockId, 1001 as GenerationStamp, 1 as InodeId, 2, expected);
  report(cluster, 0, 7);
  report(cluster, 1, 8);
  cluster.incremental(0, 'RECEIVED', { ...REF, stamp: 1002, digest: 7 });
  events.blockReopened(1 as BlockId, 1002 as GenerationStamp, 100, expected);
  events.blockCommitted(1 as BlockId, 1002 as GenerationStamp, 100);
  events.blockCompleted(1 as BlockId, 1002 as GenerationStamp, 100);
  assert.equal(dispute(cluster), undefined, 'what the other one reported was of the old stamp');
  cluster.incremental(1, 'RECEIVED', { ...REF, stamp: 1002, digest: 8 });
  assert.equal(dispute(cluster), 'checking');
});
