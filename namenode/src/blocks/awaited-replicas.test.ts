import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { TestCluster } from './cluster.fixture.js';

const BLOCK = 7 as BlockId;
const STAMP = 1001 as GenerationStamp;
const NEWER = 1002 as GenerationStamp;

test('replicas are awaited while a block is committed and not complete, and while the map is being filled', () => {
  const cluster = new TestCluster();
  const { blocks } = cluster;
  assert.equal(blocks.awaitsReplicas, true);
  cluster.start(3).lead();
  assert.equal(blocks.awaitsReplicas, false);
  blocks.events.blockAllocated(BLOCK, STAMP, 1 as InodeId, 3, []);
  assert.equal(blocks.awaitsReplicas, false);
  blocks.events.blockCommitted(BLOCK, STAMP, 100);
  assert.equal(blocks.awaitsReplicas, true);
  blocks.events.blockReopened(BLOCK, NEWER, 100, []);
  assert.equal(blocks.awaitsReplicas, false);
  blocks.events.blockCommitted(BLOCK, NEWER, 100);
  blocks.events.blockCompleted(BLOCK, NEWER, 100);
  assert.equal(blocks.awaitsReplicas, false);
  blocks.events.blockReopened(BLOCK, NEWER, 100, []);
  blocks.events.blockCommitted(BLOCK, NEWER, 100);
  blocks.events.blockRemoved(BLOCK);
  assert.equal(blocks.awaitsReplicas, false);
});
