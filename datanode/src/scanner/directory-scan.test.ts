import assert from 'node:assert/strict';
import fs from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import type { BlockId } from '@rfs/base/ids';
import { sumsOf } from '../store/index.js';
import { block, bytes, create, FORMAT } from '../store/store.fixture.js';
import { HOUR_MS, ScannedStore } from './scanner.fixture.js';

const DIRECTORIES_ONLY = { periodMs: -1, directoryIntervalMs: 6 * HOUR_MS };

/** Runs one whole comparison. */
async function compare(node: ScannedStore): Promise<void> {
  node.scan(DIRECTORIES_ONLY);
  node.scanners.start();
  // The first one begins within the interval, the second one six hours after its end.
  const { clock } = node;
  await node.until(() => (clock.nextDueMs() ?? 0) - clock.monotonicMs() === 6 * HOUR_MS);
  await node.scanners.stop();
}

test('replicas whose files are gone are forgotten and reported as deleted', async () => {
  const node = await ScannedStore.open(2);
  await node.add([1, 2, 3, 300, 70_000]);
  const gone = [2, 300].map((id) => ({ id, ...node.paths(id) }));
  for (const { data } of gone) fs.unlinkSync(data);
  await compare(node);
  for (const { id, meta } of gone) {
    assert.equal(node.store.view(id as BlockId), null);
    assert.ok(node.fixture.heard.includes(`deleted ${id}`));
    assert.ok(!fs.existsSync(meta));
  }
  assert.equal(node.store.finalizedCount, 3);
  assert.equal(node.scanners.counters.missing, 2);
  await node.end();
});

test('a replica whose file a reader did not find is forgotten and reported as deleted, unless the volume is gone', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1, 2, 3]);
  const volume = node.store.volumes[0]!;
  node.scan(DIRECTORIES_ONLY);
  fs.unlinkSync(node.paths(2).data);
  for (const id of [1, 2]) node.scanners.filesMissing(id as BlockId, volume);
  while (!node.fixture.heard.includes('deleted 2')) await node.turns(1);
  assert.deepEqual([node.store.finalizedCount, node.bad], [2, []]);
  fs.renameSync(volume.folders.pool, `${volume.folders.pool}-unmounted`);
  node.scanners.filesMissing(3 as BlockId, volume);
  while (volume.failure === null) await node.turns(1);
  assert.ok(!node.fixture.heard.includes('deleted 3'));
  await node.end();
});

test('a replica that is on disk only is taken in and reported; sums without data are removed', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1]);
  const { data, meta } = node.paths(1);
  const folder = dirname(data);
  const used = node.store.volumes[0]!.usedBytes;
  fs.copyFileSync(data, `${folder}/blk_7`);
  fs.copyFileSync(meta, `${folder}/blk_7_1005.meta`);
  fs.copyFileSync(meta, `${folder}/blk_8_1005.meta`);
  await compare(node);
  const view = node.store.view(7 as BlockId)!;
  assert.deepEqual([view.state, view.lengthBytes, view.generationStamp], ['FINALIZED', 3000, 1005]);
  assert.ok(node.fixture.heard.includes('received 7_1005 3000'));
  assert.equal(node.store.volumes[0]!.usedBytes, 2 * used);
  assert.ok(!fs.existsSync(`${folder}/blk_8_1005.meta`));
  assert.deepEqual(node.bad, []);
  await node.end();
});

test('a wrong length and missing sums are reported as damage, another stamp is taken over', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1, 2, 3, 4]);
  fs.appendFileSync(node.paths(1).data, 'more');
  fs.unlinkSync(node.paths(2).meta);
  fs.renameSync(node.paths(3).meta, node.paths(3).meta.replace('_1001', '_1009'));
  await compare(node);
  assert.deepEqual(node.bad.toSorted(), [1, 2]);
  assert.equal(node.store.view(1 as BlockId)?.lengthBytes, 3004);
  assert.equal(node.store.view(2 as BlockId)?.generationStamp, 1001);
  assert.equal(node.store.view(3 as BlockId)?.generationStamp, 1009);
  assert.ok(node.fixture.heard.includes('received 3_1009 3000'));
  assert.equal(node.scanners.counters.mismatched, 3);
  await node.end();
});

test('of two replicas of a block on two volumes the newer one stays', async () => {
  const node = await ScannedStore.open(2);
  await node.add([1, 2]);
  const [first, second] = node.store.volumes;
  for (const [id, stamp] of [
    [1, 1000],
    [2, 1002],
  ] as const) {
    const view = node.store.view(id as BlockId)!;
    const other = view.volume === first ? second! : first!;
    const to = node.store.pathsAt(other, view.blockId, stamp as typeof view.generationStamp);
    fs.mkdirSync(dirname(to.data), { recursive: true });
    fs.copyFileSync(node.paths(id).data, to.data);
    fs.copyFileSync(node.paths(id).meta, to.meta);
  }
  const older = node.store.view(2 as BlockId)!.volume;
  await compare(node);
  assert.equal(node.store.view(1 as BlockId)?.generationStamp, 1001);
  const view = node.store.view(2 as BlockId)!;
  assert.equal(view.generationStamp, 1002);
  assert.notEqual(view.volume, older);
  const left = node.store.volumes.flatMap(({ folders }) =>
    fs.readdirSync(folders.finalized, { recursive: true, encoding: 'utf8' }).filter((name) => /blk_\d+$/.test(name)),
  );
  assert.equal(left.length, 2);
  await node.end();
});

test('what is being written is left alone', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1]);
  const data = bytes(1000);
  const writer = await create(node.store, block(2));
  await writer.write(data, sumsOf(FORMAT, data));
  await compare(node);
  assert.deepEqual(node.fixture.heard, ['receiving 1', 'received 1_1001 3000', 'receiving 2']);
  await writer.finish(node.store);
  await node.end();
});

test('a volume that is gone as a whole has failed; its replicas are not called deleted', async () => {
  const node = await ScannedStore.open(2);
  await node.add([1, 2]);
  const volume = node.store.volumes[0]!;
  fs.renameSync(volume.folders.pool, `${volume.folders.pool}-unmounted`);
  await compare(node);
  assert.ok(node.fixture.heard.includes('failed 0'));
  assert.ok(!node.fixture.heard.some((what) => what.startsWith('deleted')));
  assert.equal(node.store.finalizedCount, 1);
  await node.end();
});
