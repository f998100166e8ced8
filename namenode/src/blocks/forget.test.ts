import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { TestCluster } from './cluster.fixture.js';
import { BlockState } from './types.js';

const STAMP = 1001 as GenerationStamp;
const FILE = 17 as InodeId;

function restore(cluster: TestCluster, id: number): void {
  cluster.blocks.restore(id as BlockId, FILE, STAMP, 10, 1, BlockState.COMPLETE, []);
}

test('a follower whose namespace is exchanged begins its block map anew, and its datanodes report again', () => {
  const cluster = new TestCluster().start(2);
  for (let id = 1; id <= 25; id++) restore(cluster, id);
  cluster.blocks.endRebuild(STAMP);
  cluster.fullReport(0, [{ id: 3, stamp: STAMP, lengthBytes: 10 }]);
  cluster.settle();
  assert.equal(cluster.blocks.liveReplicas(3 as BlockId), 1);

  let steps = 1;
  while (!cluster.blocks.forget(10)) steps++;
  assert.equal(steps, 3);
  assert.equal(cluster.blocks.blockCount, 0);
  assert.ok(cluster.blocks.safeMode.startup);
  assert.deepEqual(cluster.heartbeat(0), [{ kind: 'register' }]);

  for (const id of [3, 30]) restore(cluster, id);
  cluster.register(0);
  cluster.heartbeat(0);
  cluster.fullReport(0, [
    { id: 3, stamp: STAMP, lengthBytes: 10 },
    { id: 30, stamp: STAMP, lengthBytes: 10 },
  ]);
  cluster.blocks.endRebuild(STAMP);
  cluster.settle();
  assert.equal(cluster.blocks.blockCount, 2);
  assert.equal(cluster.blocks.liveReplicas(3 as BlockId), 1);
  assert.equal(cluster.blocks.liveReplicas(30 as BlockId), 1);
});
