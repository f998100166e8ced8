import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness } from './harness.fixture.js';
import { BlockScan, CommandKind } from './index.js';
import type { AllocatedBlock } from './ops/add-block.js';

const SIZES = { blockSizeBytes: 100, createParent: true };
const TARGETS = [{ datanodeUuid: 'dn', storageId: 'DS' }];

/** Makes a closed file with so many blocks; their ids. */
function write(harness: Harness, path: string, blocks: number, replication: number): number[] {
  const base = { path, fileId: 0, clientName: 'client' };
  harness.run('alice', CommandKind.CREATE, { ...base, ...SIZES, replication, mode: 0o644, flags: 1 });
  const ids: number[] = [];
  let previous: { blockId: number; stamp: number; lengthBytes: number } | undefined;
  for (let i = 0; i < blocks; i++) {
    const minimal = previous === undefined ? [] : [previous];
    const facts = { ...base, targets: TARGETS, minimal, ...(previous === undefined ? {} : { previous }) };
    const block = harness.run('alice', CommandKind.ADD_BLOCK, facts) as AllocatedBlock;
    ids.push(block.id);
    previous = { blockId: block.id, stamp: block.stamp, lengthBytes: 100 };
  }
  const last = previous === undefined ? {} : { last: previous };
  const minimal = previous === undefined ? [] : [previous];
  assert.equal(harness.run('alice', CommandKind.COMPLETE, { ...base, ...last, minimal }), true);
  return ids;
}

function scan(harness: Harness, limit: number): Map<number, number> {
  const { tree } = harness.machine;
  const found = new Map<number, number>();
  const blocks = new BlockScan(tree, tree.store);
  while (blocks.step(limit, ({ id, replication }) => void found.set(id, replication)));
  return found;
}

test('the scan gives all blocks of what is in the tree with their replication, wherever files and folders stand', () => {
  const harness = Harness.made();
  const wanted = new Map<number, number>();
  harness.run('alice', CommandKind.MKDIRS, { path: '/gone/deep', mode: 0o755, createParent: true });
  harness.run('alice', CommandKind.MKDIRS, { path: '/kept', mode: 0o755, createParent: true });
  for (let i = 0; i < 24; i++) {
    const lost = i % 3 === 0;
    const blocks = write(harness, lost ? `/gone/deep/f${i}` : `/kept/f${i}`, i % 4, (i % 5) + 1);
    if (!lost) for (const id of blocks) wanted.set(id, (i % 5) + 1);
    // Some places are too far from each other to read on.
    for (let k = 0; i % 6 === 1 && k < 50; k++) write(harness, `/kept/empty${i}-${k}`, 0, 1);
  }
  harness.run('alice', CommandKind.MKDIRS, { path: '/kept/later', mode: 0o755, createParent: true });
  for (const i of [1, 10]) {
    harness.run('alice', CommandKind.RENAME, { source: `/kept/f${i}`, destination: '/kept/later' });
  }
  harness.run('alice', CommandKind.DELETE, { path: '/gone', recursive: true });
  for (const limit of [1, 2, 5, 1000]) assert.deepEqual(scan(harness, limit), wanted, `${limit} at a time`);
});
