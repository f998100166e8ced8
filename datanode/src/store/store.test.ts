import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { blake3 } from '@rfs/base/checksum';
import { FailureError } from '@rfs/base/failure';
import type { BlockId } from '@rfs/base/ids';
import { seededRandom } from '@rfs/base/system';
import { initReplicaRecovery, updateReplicaUnderRecovery } from './block-recovery.js';
import { sumsOf } from './chunk-sums.js';
import { subdirOf } from './layout.js';
import { nodeFiles } from './node-files.js';
import { append, createTemporary, recoverAppend, recoverClose, recoverRbw } from './pipeline.js';
import { StorageFolders } from './storage-folders.js';
import {
  block,
  bytes,
  content,
  create,
  Fixture,
  FORMAT,
  NAMESPACE,
  stamp,
  stored,
  TARGET,
  Writer,
} from './store.fixture.js';

function refuses(code: string) {
  return (error: unknown) => error instanceof FailureError && error.failure.code === code;
}

test('a replica goes through rbw to finalized and is there after a restart, digest and all', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(100_001);
  const writer = await create(fixture.store, block(5));
  await writer.write(data.subarray(0, 65_536), sumsOf(FORMAT, data.subarray(0, 65_536)));
  assert.equal(fixture.store.view(5 as BlockId)?.visibleBytes, 65_536);
  await writer.write(data.subarray(65_536), sumsOf(FORMAT, data.subarray(65_536)));
  await writer.finish(fixture.store);
  assert.deepEqual(fixture.heard, ['receiving 5', 'received 5_1001 100001']);
  const uuid = fixture.store.volumes[0]!.storageId;
  await fixture.store.close();

  await fixture.start();
  assert.equal(fixture.store.volumes[0]!.storageId, uuid);
  const view = fixture.store.view(5 as BlockId)!;
  assert.deepEqual([view.state, view.lengthBytes, view.generationStamp], ['FINALIZED', 100_001, 1001]);
  assert.deepEqual(await content(fixture.store, 5), data);
  const digest = await view.volume.catalog.find(subdirOf(view.blockId), view.blockId, view.generationStamp);
  assert.deepEqual(digest, Buffer.from(blake3(data)));
  await assert.rejects(create(fixture.store, block(5)), refuses('ReplicaAlreadyExistsException'));
  await fixture.end();
});

test('a flush inside a chunk is followed by a packet that begins at that chunk', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(3000);
  const writer = await create(fixture.store, block(6));
  for (const [written, end] of [
    [0, 100],
    [100, 700],
    [700, 701],
    [701, 3000],
  ] as const) {
    const chunkStart = written - (written % 512);
    writer.write(data.subarray(written, end), sumsOf(FORMAT, data.subarray(chunkStart, end)));
  }
  await writer.finish(fixture.store);
  assert.deepEqual(await content(fixture.store, 6), data);
  await fixture.end();
});

test('a crash leaves what was acknowledged, and sums that lag behind cut the rest', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(5000);
  const whole = await create(fixture.store, block(7));
  await whole.write(data, sumsOf(FORMAT, data));
  const torn = await create(fixture.store, block(8));
  await torn.write(data.subarray(0, 700), sumsOf(FORMAT, data.subarray(0, 700)));
  // What a crash between the write of the data and that of its sums leaves.
  fs.appendFileSync((await torn.replica.paths()).data, data.subarray(700, 4000));
  await fixture.crash();
  for (const [id, length] of [
    [7, 5000],
    [8, 700],
  ] as const) {
    const view = fixture.store.view(id as BlockId)!;
    assert.deepEqual([view.state, view.lengthBytes, view.visibleBytes], ['RWR', length, -1]);
    assert.deepEqual(await content(fixture.store, id), data.subarray(0, length));
  }
  await fixture.end();
});

test('a crash in the middle of moving a replica loses nothing', async () => {
  const fixture = await new Fixture(1).start();
  const data = bytes(1000);
  await stored(fixture.store, block(9), data);
  const view = fixture.store.view(9 as BlockId)!;
  const paths = fixture.store.pathsAt(view.volume, view.blockId, view.generationStamp);
  fs.renameSync(paths.data, `${view.volume.folders.rbw}/blk_9`);
  await fixture.crash();
  assert.equal(fixture.store.view(9 as BlockId)?.state, 'FINALIZED');
  assert.deepEqual(await content(fixture.store, 9), data);
  await fixture.end();
});

test('append continues in the middle of a chunk, and the digest is taken again', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(2000);
  await stored(fixture.store, block(10), data.subarray(0, 700));
  await assert.rejects(append(fixture.store, block(10), stamp(1002), 699, new Writer()), refuses('IOException'));
  const writer = new Writer();
  await append(fixture.store, block(10), stamp(1002), 700, writer);
  const rest = data.subarray(700, 1000);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(writer.writer.sumAfter(rest));
  await writer.write(rest, crc);
  await writer.write(data.subarray(1000), sumsOf(FORMAT, data.subarray(512)));
  await writer.finish(fixture.store);
  assert.deepEqual(await content(fixture.store, 10), data);
  await fixture.taker.idle();
  const view = fixture.store.view(10 as BlockId)!;
  const digest = await view.volume.catalog.find(subdirOf(view.blockId), view.blockId, stamp(1002));
  assert.deepEqual(digest, Buffer.from(blake3(data)));
  await fixture.end();
});

test('recovering a pipeline stops the writer and cuts to what was acknowledged', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(3000);
  const first = await create(fixture.store, block(11));
  await first.write(data.subarray(0, 1500), sumsOf(FORMAT, data.subarray(0, 1500)));
  await first.write(data.subarray(1500), sumsOf(FORMAT, data.subarray(1024)));
  first.replica.ackedBytes = 1300;
  const second = new Writer();
  await assert.rejects(
    recoverRbw(fixture.store, block(11), stamp(1002), 1301, 3000, second),
    refuses('ReplicaNotFoundException'),
  );
  await recoverRbw(fixture.store, block(11), stamp(1002), 1000, 3000, second);
  assert.equal(second.replica.onDiskBytes, 1300);
  assert.deepEqual(await content(fixture.store, 11), data.subarray(0, 1300));
  await second.write(data.subarray(1300), sumsOf(FORMAT, data.subarray(1024)));
  await second.finish(fixture.store);
  assert.equal(fixture.store.view(11 as BlockId)?.generationStamp, 1002);
  assert.deepEqual(await content(fixture.store, 11), data);
  await fixture.end();
});

test('recoverAppend and recoverClose take finalized and unfinished replicas alike', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(900);
  for (const id of [12, 13]) await stored(fixture.store, block(id), data);
  const writer = new Writer();
  await recoverAppend(fixture.store, block(12), stamp(1002), 900, writer);
  await writer.write(data.subarray(0, 1), sumsOf(FORMAT, Buffer.from([...data.subarray(512), data[0]!])));
  await recoverClose(fixture.store, block(12, 1002), stamp(1003), 901);
  await recoverClose(fixture.store, block(13), stamp(1005), 900);
  assert.deepEqual(
    [await content(fixture.store, 12), await content(fixture.store, 13)].map((one) => one.length),
    [901, 900],
  );
  const view = fixture.store.view(13 as BlockId)!;
  assert.deepEqual([view.state, view.generationStamp], ['FINALIZED', 1005]);
  const digest = await view.volume.catalog.find(subdirOf(view.blockId), view.blockId, stamp(1005));
  assert.deepEqual(digest, Buffer.from(blake3(data)));
  await fixture.end();
});

test('block recovery agrees on a shorter length under the recovery stamp', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(2000);
  const writer = await create(fixture.store, block(14));
  await writer.write(data, sumsOf(FORMAT, data));
  const info = await initReplicaRecovery(fixture.store, block(14), 1002);
  assert.deepEqual([info?.originalState, info?.lengthBytes], ['RBW', 2000]);
  await assert.rejects(initReplicaRecovery(fixture.store, block(14), 1002), refuses('RecoveryInProgressException'));
  await initReplicaRecovery(fixture.store, block(14), 1003);
  const update = (id: number, length: number) =>
    updateReplicaUnderRecovery(fixture.store, block(14, 1001, 2000), stamp(id), 0 as BlockId, length);
  await assert.rejects(update(1002, 1000), refuses('IOException'));
  await assert.rejects(update(1003, 2001), refuses('IOException'));
  await update(1003, 1000);
  assert.deepEqual(await content(fixture.store, 14), data.subarray(0, 1000));
  assert.equal(fixture.store.view(14 as BlockId)?.generationStamp, 1003);
  assert.equal(await initReplicaRecovery(fixture.store, block(99), 1003), null);
  await fixture.end();
});

test('truncate of a block that a snapshot holds copies it', async () => {
  const fixture = await new Fixture().start();
  const data = bytes(2000);
  await stored(fixture.store, block(15), data);
  await initReplicaRecovery(fixture.store, block(15), 1002);
  await updateReplicaUnderRecovery(fixture.store, block(15, 1001, 2000), stamp(1002), 16 as BlockId, 777);
  assert.deepEqual(await content(fixture.store, 15), data);
  assert.deepEqual(await content(fixture.store, 16), data.subarray(0, 777));
  await fixture.end();
});

test('a copy makes way only for a newer one; deleting wants the stamp', async () => {
  const fixture = await new Fixture().start();
  await stored(fixture.store, block(17), bytes(600));
  const writer = new Writer();
  await assert.rejects(
    async () => createTemporary(fixture.store, block(17), true, TARGET, writer),
    refuses('ReplicaAlreadyExistsException'),
  );
  await createTemporary(fixture.store, block(17, 1002), true, TARGET, writer);
  const data = bytes(800, 2);
  await writer.write(data, sumsOf(FORMAT, data));
  await writer.finish(fixture.store);
  assert.deepEqual(await content(fixture.store, 17), data);
  assert.equal(await fixture.store.invalidate(17 as BlockId, stamp(1001)), false);
  const { volume } = fixture.store.view(17 as BlockId)!;
  assert.equal(await fixture.store.invalidate(17 as BlockId, stamp(1002)), true);
  assert.equal(fixture.store.view(17 as BlockId), null);
  assert.deepEqual(fs.readdirSync(volume.finalizedPath(17 as BlockId)), ['rfs-digests']);
  assert.equal(fixture.heard.at(-1), 'deleted 17');
  for (const one of fixture.store.volumes) assert.deepEqual([one.usedBytes, one.claimedBytes], [0, 0]);
  await fixture.end();
});

test('folders of another cluster or datanode, and folders in use, are refused', async () => {
  const fixture = await new Fixture(1).start();
  const options = {
    files: nodeFiles,
    random: seededRandom(9),
    locations: [{ folder: join(fixture.root, 'data0'), storageType: 'DISK' as const }],
    reservation: { bytes: 0, percent: 0 },
    permissions: 0o700,
    toleratedFailures: 0,
  };
  await assert.rejects(StorageFolders.open(options), /holds it/);
  await fixture.store.close();
  const folders = await StorageFolders.open(options);
  await assert.rejects(
    folders.attach({ ...NAMESPACE, clusterId: 'CID-2' }, () => true),
    /Incompatible clusterIDs/,
  );
  await assert.rejects(
    folders.attach({ ...NAMESPACE, namespaceId: 8 }, () => true),
    /Incompatible namespaceIDs/,
  );
  await folders.release();
  await fixture.start();
  await fixture.end();
});

test('of folders that cannot be used as many are done without as may fail, and one is left in any case', async () => {
  const root = fs.mkdtempSync(join(tmpdir(), 'rfs-folders-'));
  fs.writeFileSync(join(root, 'file'), '');
  const at = (name: string) => ({ folder: join(root, name), storageType: 'DISK' as const });
  const open = (toleratedFailures: number, ...names: string[]) =>
    StorageFolders.open({
      files: nodeFiles,
      random: seededRandom(9),
      locations: names.map(at),
      reservation: { bytes: 0, percent: 0 },
      permissions: 0o700,
      toleratedFailures,
    });
  await assert.rejects(open(0, 'good', 'file/bad'), /Too many failed volumes/);
  await assert.rejects(open(1, 'file/bad'), /Too many failed volumes/);
  const folders = await open(1, 'good', 'file/bad');
  assert.deepEqual(
    folders.failed.map(({ location }) => location.folder),
    [join(root, 'file/bad')],
  );
  await folders.release();
  fs.rmSync(root, { recursive: true });
});

test('a disk that is gone takes its replicas along', async () => {
  const fixture = await new Fixture(2).start();
  for (const id of [1, 2, 3, 4]) await stored(fixture.store, block(id), bytes(100));
  const [volume] = fixture.store.volumes;
  fixture.store.diskError(volume!, Object.assign(new Error('bad sector'), { code: 'EIO' }));
  assert.equal(fixture.heard.at(-1), 'failed 0');
  const left = [1, 2, 3, 4].filter((id) => fixture.store.view(id as BlockId) !== null);
  assert.equal(left.length, 2);
  for (const id of [5, 6]) {
    await stored(fixture.store, block(id), bytes(100));
    assert.equal(fixture.store.view(id as BlockId)?.volume.index, 1);
  }
  await fixture.end();
});

test('a file that nobody knows is in the way of no new replica', async () => {
  const fixture = await new Fixture(1).start();
  const [volume] = fixture.store.volumes;
  fs.writeFileSync(join(volume!.folders.rbw, 'blk_30'), bytes(5000, 3));
  fs.writeFileSync(join(volume!.folders.rbw, 'blk_30_1001.meta'), bytes(5000, 4));
  await stored(fixture.store, block(30), bytes(900));
  assert.deepEqual(await content(fixture.store, 30), bytes(900));
  await fixture.end();
});
