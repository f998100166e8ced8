import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { blake3 } from '@rfs/base/checksum';
import type { BlockId } from '@rfs/base/ids';
import { BlockOpResponseProto, OpReplaceBlockProto, Status, StorageTypeProto } from '@rfs/protocol/messages';
import { Op } from '@rfs/protocol/transfer';
import { subdirOf } from '../store/index.js';
import { clientContext, dataPath, read, testBlock, testData, writeBlock } from './client.fixture.js';
import { Connection } from './connection.js';
import { TestNode } from './node.fixture.js';
import { blockToProto } from './peers.js';

const client = clientContext();

async function replace(on: TestNode, header: OpReplaceBlockProto['header'], more: Partial<OpReplaceBlockProto>) {
  const connection = await Connection.connect(client, '127.0.0.1', on.port, 60_000, 60_000);
  const request = { header, delHint: on.uuid, source: on.info, ...more };
  connection.sendOp(Op.REPLACE_BLOCK, OpReplaceBlockProto, request);
  return connection.nextMessage(BlockOpResponseProto);
}

test('the balancer moves a replica with a hint for the namenode', async () => {
  const from = await TestNode.start('node0');
  const to = await TestNode.start('node1');
  const data = testData(700_000);
  await writeBlock(client, [from], 12, data);
  const header = { block: blockToProto(testBlock(12)) };
  const reply = await replace(to, header, { delHint: 'node0', source: from.info });
  assert.equal(reply.status, Status.SUCCESS, reply.message);
  assert.deepEqual(fs.readFileSync(dataPath(to, 12)), data);
  assert.deepEqual(to.heard, ['received 12_1001 700000 hint node0']);
  for (const node of [from, to]) await node.end();
});

test('a replica that its client wanted to have here is not given away', async () => {
  const from = await TestNode.start('node0');
  const to = await TestNode.start('node1');
  const data = testData(1000);
  await writeBlock(client, [from], 12, data, { pinned: true });
  assert.equal(fs.statSync(dataPath(from, 12)).mode & 0o1000, 0o1000, 'as HDFS marks it');
  const header = { block: blockToProto(testBlock(12)) };
  const reply = await replace(to, header, { delHint: 'node0', source: from.info });
  assert.equal(reply.status, Status.ERROR_BLOCK_PINNED);
  assert.match(reply.message ?? '', /Not able to copy block 12 to .* because it's pinned/);
  for (const node of [from, to]) await node.end();
});

test('a replica moves to a volume of another type of its datanode, and is told as received there', async () => {
  const node = await TestNode.start('node', ['DISK', 'ARCHIVE', 'DISK']);
  const data = testData(2_500_001);
  await writeBlock(client, [node], 13, data);
  const before = dataPath(node, 13);
  const volume = node.store.view(13 as BlockId)!.volume;
  const header = { block: { ...blockToProto(testBlock(13)), numBytes: data.length } };
  const reply = await replace(node, header, { storageType: StorageTypeProto.ARCHIVE });
  assert.equal(reply.status, Status.SUCCESS, reply.message);
  const moved = node.store.view(13 as BlockId)!;
  assert.equal(moved.volume.storageType, 'ARCHIVE');
  assert.deepEqual([moved.state, moved.lengthBytes], ['FINALIZED', data.length]);
  assert.deepEqual(fs.readFileSync(dataPath(node, 13)), data);
  assert.equal(fs.existsSync(before), false);
  assert.equal(volume.usedBytes, 0);
  assert.deepEqual(node.heard.slice(2), [`received 13_1001 ${data.length} hint node`]);
  const digest = await moved.volume.catalog.find(subdirOf(moved.blockId), moved.blockId, moved.generationStamp);
  assert.deepEqual(digest, Buffer.from(blake3(data)));
  assert.deepEqual((await read(client, node.port, testBlock(13), 0, data.length)).data, data);
  const again = await replace(node, header, { storageType: StorageTypeProto.ARCHIVE });
  assert.deepEqual([again.status, /already exists on storage ARCHIVE/.test(again.message ?? '')], [Status.ERROR, true]);
  const [named] = node.store.volumes.filter((one) => one.storageType === 'DISK' && one !== volume);
  const there = { storageType: StorageTypeProto.DISK, storageId: named!.storageId };
  assert.equal((await replace(node, header, there)).status, Status.SUCCESS);
  assert.equal(node.store.view(13 as BlockId)!.volume, named);
  const short = { block: { ...header.block, numBytes: 5 } };
  assert.match(
    (await replace(node, short, { storageType: StorageTypeProto.ARCHIVE })).message ?? '',
    /with a length of/,
  );
  await node.end();
});

test('a damaged replica is not moved but reported, and stays where it was', async () => {
  const node = await TestNode.start('node', ['DISK', 'SSD']);
  const data = testData(100_000);
  await writeBlock(client, [node], 14, data);
  const damaged = Buffer.from(data);
  damaged[70_000]! ^= 1;
  const path = dataPath(node, 14);
  fs.writeFileSync(path, damaged);
  const header = { block: { ...blockToProto(testBlock(14)), numBytes: data.length } };
  const { status } = await replace(node, header, { storageType: StorageTypeProto.SSD });
  assert.equal(status, Status.ERROR);
  assert.equal(dataPath(node, 14), path);
  assert.equal(node.bad.length, 1);
  const { tmp } = node.store.volumes[1]!.folders;
  assert.deepEqual(fs.readdirSync(tmp), []);
  await node.end();
});

test('more moves than the quota are refused in words that balancers know', async () => {
  const node = await TestNode.start();
  node.counters.moves = 4;
  const header = { block: blockToProto(testBlock(15)) };
  const { status, message = '' } = await replace(node, header, {});
  assert.equal(status, Status.ERROR);
  assert.match(message, /^Not able to receive block 15 from \/127\.0\.0\.1:\d+ because threads quota=4 is exceeded\.$/);
  await node.end();
});
