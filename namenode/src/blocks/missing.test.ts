import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { storageId, TestCluster, uuid } from './cluster.fixture.js';

/** The owners that pages of `count` places tell, page by page. */
function pages(cluster: TestCluster, count: number, most = Number.POSITIVE_INFINITY): number[] {
  const told: number[] = [];
  for (let place = 0; place >= 0; ) {
    let left = most;
    place = cluster.blocks.scanMissing(place, count, (owner) => {
      told.push(owner);
      return --left > 0;
    });
  }
  return told;
}

function loseAll(cluster: TestCluster, id: number): void {
  const block = { id: id as BlockId, stamp: 1001 as GenerationStamp, lengthBytes: 100 };
  for (const i of [0, 1]) cluster.blocks.reportBadBlock(block, uuid(i), storageId(i));
}

test('owners of blocks without a good replica are told once, however the map is cut', () => {
  const cluster = new TestCluster().start(3).lead();
  for (let id = 1; id <= 9; id++) cluster.write(id, 2, 0, 1);
  assert.equal(cluster.blocks.judgesRedundancy, true);
  assert.deepEqual(pages(cluster, 100), []);
  for (const id of [2, 3, 8]) loseAll(cluster, id);
  assert.equal(cluster.blocks.missingBlocks, 3);
  for (const count of [1, 4, 100]) {
    assert.equal(pages(cluster, count).length, 3);
    assert.equal(pages(cluster, count, 1).length, 3);
  }
});
