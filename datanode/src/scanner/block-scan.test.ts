import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import type { BlockId } from '@rfs/base/ids';
import { sumsOf } from '../store/index.js';
import { block, bytes, FORMAT } from '../store/store.fixture.js';
import { HOUR_MS, ScannedStore } from './scanner.fixture.js';

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
/** Blocks in several folders. */
const spread = (count: number) => range(0, count).map((i) => 1_000 + i * 200);

test('a byte flipped in every replica of a volume: all are found, and none of the other volume', async () => {
  const node = await ScannedStore.open(2);
  const ids = spread(40);
  await node.add(ids);
  const first = node.store.volumes[0]!;
  const flipped = ids.filter((id) => node.store.view(id as BlockId)?.volume === first);
  assert.ok(flipped.length > 10 && flipped.length < ids.length);
  for (const id of flipped) node.flipByte(id, id % 3000);
  const { counters } = node.scan();
  node.scanners.start();
  await node.until(() => counters.rounds >= 2 && node.bad.length >= flipped.length);
  assert.deepEqual([...new Set(node.bad)].sort(), flipped.toSorted());
  await node.end();
});

test('what matches its sums but not its digest is damaged', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1, 2]);
  const other = bytes(3000, 99);
  const { data, meta } = node.paths(2);
  fs.writeFileSync(data, other);
  const sums = fs.openSync(meta, 'r+');
  fs.writeSync(sums, sumsOf(FORMAT, other), 0, undefined, 7);
  fs.closeSync(sums);
  const { counters } = node.scan();
  node.scanners.start();
  await node.until(() => counters.rounds === 1);
  assert.deepEqual([node.bad, counters.verified, counters.damaged], [[2], 1, 1]);
  await node.end();
});

test('data or sums cut short and a header that is none are damage', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1, 2, 3, 4]);
  fs.truncateSync(node.paths(1).data, 2000);
  fs.truncateSync(node.paths(2).meta, 20);
  fs.writeFileSync(node.paths(3).meta, 'nothing');
  const { counters } = node.scan();
  node.scanners.start();
  await node.until(() => counters.rounds === 1);
  assert.deepEqual([node.bad, counters.verified], [[1, 2, 3], 1]);
  await node.end();
});

test('a round keeps to its bandwidth and is followed by the next one when the period is over', async () => {
  const node = await ScannedStore.open(1);
  await node.add(spread(5), 2_000_000);
  const { counters } = node.scan({ bytesPerSecond: 1_048_576 });
  node.scanners.start();
  await node.until(() => counters.rounds === 1);
  const tookMs = node.clock.monotonicMs();
  assert.ok(tookMs > 9_000 && tookMs < 11_000, `${tookMs} ms for 10 MB at 1 MiB/s`);
  assert.equal(counters.verifiedBytes, 10_000_000);
  await node.until(() => counters.verified > 5);
  assert.ok(node.clock.monotonicMs() >= 24 * HOUR_MS);
  await node.end();
});

test('after a restart the scan goes on where it was, and keeps its period', async () => {
  const node = await ScannedStore.open(1);
  const ids = spread(30);
  await node.add(ids);
  const before = node.scan().counters;
  node.scanners.start();
  await node.until(() => before.verified >= 11);
  await node.scanners.stop();
  assert.equal(before.rounds, 0);
  const cursorFile = `${node.store.volumes[0]!.folders.pool}/scanner.cursor`;
  const saved = JSON.parse(fs.readFileSync(cursorFile, 'utf8'));
  assert.deepEqual(Object.keys(saved), [
    'lastSavedMs',
    'iterStartMs',
    'curFinalizedDir',
    'curFinalizedSubDir',
    'curEntry',
    'atEnd',
  ]);
  await node.fixture.crash();

  const after = node.scan().counters;
  node.scanners.start();
  await node.until(() => after.rounds === 1);
  await node.scanners.stop();
  // One that was being read is read again.
  assert.ok(before.verified + after.verified - ids.length <= 1, `${before.verified} and ${after.verified}`);
  assert.ok(before.verified + after.verified >= ids.length);

  const idle = node.scan().counters;
  node.scanners.start();
  await node.until(() => idle.verified > 0);
  assert.ok(node.clock.nowMs() >= saved.iterStartMs + 24 * HOUR_MS);
  await node.end();
});

test('a suspect comes before all others, also while there is nothing else to do', async () => {
  const node = await ScannedStore.open(1);
  await node.add(range(1, 9));
  node.flipByte(2);
  node.flipByte(8);
  const { counters } = node.scan();
  node.scanners.suspect(block(8), node.store.volumes[0]!);
  node.scanners.start();
  await node.until(() => counters.rounds === 1);
  assert.deepEqual(node.bad, [8, 2, 8]);
  node.flipByte(5);
  node.scanners.suspect(block(5), node.store.volumes[0]!);
  await node.until(() => node.bad.length === 4);
  assert.ok(node.clock.monotonicMs() < HOUR_MS);
  assert.equal(node.bad[3], 5);
  await node.end();
});

test('what was just read comes next, and once in a round', async () => {
  const node = await ScannedStore.open(1);
  await node.add(range(1, 9));
  const [volume] = node.store.volumes;
  for (const id of [3, 7, 8]) node.flipByte(id);
  const { counters } = node.scan();
  for (const id of [8, 8, 7, 1]) node.scanners.read(id as BlockId, volume!);
  node.scanners.start();
  await node.until(() => counters.rounds === 1);
  assert.deepEqual([node.bad, counters.verified], [[8, 7, 3], 6]);
  node.scanners.read(9 as BlockId, volume!);
  await node.until(() => counters.rounds === 2);
  assert.deepEqual([node.bad.slice(3), counters.verified], [[3, 7, 8], 12]);
  await node.end();
});

test('a deleted block file is noticed and the replica forgotten', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1, 2]);
  const { data, meta } = node.paths(2);
  node.scan();
  node.scanners.suspect(block(2), node.store.volumes[0]!);
  fs.unlinkSync(data);
  node.scanners.start();
  await node.until(() => node.scanners.counters.rounds === 1);
  assert.equal(node.store.view(2 as BlockId), null);
  assert.ok(node.fixture.heard.includes('deleted 2'));
  assert.ok(!fs.existsSync(meta));
  assert.deepEqual(node.bad, []);
  await node.end();
});

test('a suspect on a volume that is gone as a whole fails the volume and is not called deleted', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1]);
  const volume = node.store.volumes[0]!;
  fs.renameSync(volume.folders.pool, `${volume.folders.pool}-unmounted`);
  node.scan();
  node.scanners.suspect(block(1), volume);
  node.scanners.start();
  await node.until(() => volume.failure !== null);
  await node.scanners.stop();
  assert.deepEqual(node.fixture.heard, ['receiving 1', 'received 1_1001 3000', 'failed 0']);
  await node.end();
});

test('a period below 0 or no bandwidth switches the scan off', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1]);
  for (const off of [{ periodMs: -1 }, { bytesPerSecond: 0 }]) {
    const { counters } = node.scan(off);
    node.scanners.start();
    node.scanners.suspect(block(1), node.store.volumes[0]!);
    await node.turns(50);
    assert.equal(counters.verified, 0);
    await node.scanners.stop();
  }
  await node.end();
});

test('what a namenode has doubts about is checked at once, with the scan off, and told of also when it is good', async () => {
  const node = await ScannedStore.open(2);
  await node.add([1, 2, 3]);
  node.flipByte(2);
  node.scan({ periodMs: -1 });
  node.scanners.start();
  for (const id of [1, 2, 9, 1]) node.scanners.verify(id as BlockId);
  while (node.verified.length + node.bad.length < 2) await node.turns(1);
  assert.deepEqual([node.verified, node.bad], [[1], [2]]);
  node.scanners.verify(1 as BlockId);
  while (node.verified.length < 2) await node.turns(1);
  await node.end();
});

test('the scan takes the digests of replicas that have none', async () => {
  const node = await ScannedStore.open(1);
  await node.add([1]);
  const digest = () => node.store.volumes[0]!.catalog.find(0, 1 as BlockId, block(1).generationStamp);
  const known = await digest();
  fs.unlinkSync(`${node.store.volumes[0]!.finalizedPath(1 as BlockId)}/rfs-digests`);
  await node.fixture.crash();
  assert.equal(await digest(), null);
  const { counters } = node.scan();
  const heard = node.fixture.heard.length;
  node.scanners.start();
  await node.until(() => counters.rounds === 1);
  assert.deepEqual(node.fixture.heard.slice(heard), ['received 1_1001 3000']);
  assert.deepEqual(await digest(), known);
  await node.end();
});
