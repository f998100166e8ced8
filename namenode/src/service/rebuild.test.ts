import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, InodeId } from '@rfs/base/ids';
import { storageId, TestCluster, uuid } from '../blocks/cluster.fixture.js';
import { Harness } from '../namespace/harness.fixture.js';
import { CommandKind } from '../namespace/index.js';
import type { AllocatedBlock } from '../namespace/ops/add-block.js';
import { Rebuild } from './rebuild.js';

/** Makes a closed file of one whole block; the block. */
function write(harness: Harness, path: string): BlockId {
  const base = { path, fileId: 0, clientName: 'client' };
  const sizes = { replication: 2, blockSizeBytes: 100, createParent: true };
  harness.run('alice', CommandKind.CREATE, { ...base, ...sizes, mode: 0o644, flags: 1 });
  const targets = [{ datanodeUuid: uuid(0), storageId: storageId(0) }];
  const { id, stamp } = harness.run('alice', CommandKind.ADD_BLOCK, {
    ...base,
    targets,
    minimal: [],
  }) as AllocatedBlock;
  const last = { blockId: id, stamp, lengthBytes: 100 };
  assert.equal(harness.run('alice', CommandKind.COMPLETE, { ...base, last, minimal: [last] }), true);
  return id;
}

test('a block that moves behind the scan while the map is rebuilt is in it all the same', () => {
  const harness = Harness.made();
  const { blocks } = new TestCluster();
  harness.run('alice', CommandKind.MKDIRS, { path: '/d', mode: 0o755, createParent: true });
  const files = Array.from({ length: 500 }, (_, i) => write(harness, `/d/f${i}`));
  let done = false;
  const rebuild = new Rebuild(harness.machine, blocks, () => {
    done = true;
  });
  assert.equal(rebuild.step(), false);
  const owner = blocks.ownerOf(files[0] as BlockId) as InodeId;
  const moved = files[499] as BlockId;
  assert.equal(blocks.ownerOf(moved), undefined);
  harness.run('alice', CommandKind.CONCAT, { target: '/d/f0', sources: ['/d/f499'] });
  blocks.events.blockMoved(moved, owner, 2);
  while (!rebuild.step());
  assert.ok(done);
  for (const block of files) assert.notEqual(blocks.ownerOf(block), undefined);
  assert.equal(blocks.ownerOf(moved), owner);
  assert.equal(blocks.inspect(moved)?.lengthBytes, 100);
});
