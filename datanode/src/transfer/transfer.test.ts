import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { blake3, crc32c } from '@rfs/base/checksum';
import type { BlockId } from '@rfs/base/ids';
import { md5 } from '@rfs/client/checksums';
import {
  BlockChecksumTypeProto,
  BlockOpResponseProto,
  OpBlockChecksumProto,
  OpTransferBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
  Status,
  StorageTypeProto,
} from '@rfs/protocol/messages';
import { Op, UNKNOWN_SEQNO } from '@rfs/protocol/transfer';
import { subdirOf, sumsOf } from '../store/index.js';
import {
  BlockWriter,
  clientContext,
  dataPath,
  FORMAT,
  read,
  readThrough,
  testBlock,
  testData,
  writeBlock,
} from './client.fixture.js';
import { Connection, ConnectionLost } from './connection.js';
import { TestNode } from './node.fixture.js';
import { blockToProto } from './peers.js';

const client = clientContext();

async function nodes(count: number): Promise<TestNode[]> {
  const started: TestNode[] = [];
  for (let i = 0; i < count; i++) started.push(await TestNode.start(`node${i}`));
  return started;
}

test('a block written through three datanodes is finalized on all before the last ack, and read back anywhere', async () => {
  const all = await nodes(3);
  const data = testData(3_000_001);
  await writeBlock(client, all, 1, data);
  for (const node of all) {
    const view = node.store.view(1 as BlockId)!;
    assert.deepEqual([view.state, view.lengthBytes], ['FINALIZED', data.length]);
    const digest = await view.volume.catalog.find(subdirOf(view.blockId), view.blockId, view.generationStamp);
    assert.deepEqual(digest, Buffer.from(blake3(data)));
    assert.deepEqual(node.heard, ['receiving 1_1001', `received 1_1001 ${data.length}`]);
    for (const [offset, length] of [
      [0, data.length],
      [1, 1],
      [511, 2],
      [1_234_567, 700_000],
      [data.length - 1, 1],
      [data.length, 0],
    ] as const) {
      const result = await read(client, node.port, testBlock(1), offset, length);
      assert.deepEqual(result.data, data.subarray(offset, offset + length), `${length} bytes at ${offset}`);
    }
    assert.equal((await read(client, node.port, testBlock(1), 0, data.length + 1)).status, Status.ERROR);
    assert.equal((await read(client, node.port, testBlock(2), 0, 1)).status, Status.ERROR);
  }
  for (const node of all) await node.end();
});

test('one connection serves several reads', async () => {
  const [node] = await nodes(1);
  const data = testData(200_000);
  await writeBlock(client, [node!], 1, data);
  const connection = await Connection.connect(client, '127.0.0.1', node!.port, 60_000, 60_000);
  for (const offset of [0, 100_000, 199_999]) {
    const result = await readThrough(connection, testBlock(1), offset, 1);
    assert.deepEqual(result.data, data.subarray(offset, offset + 1));
  }
  connection.end();
  await node!.end();
});

test('what was acknowledged can be read while the block is being written', async () => {
  const [first, second] = await nodes(2);
  const data = testData(5000);
  const writer = await BlockWriter.open(client, [first!.info, second!.info], testBlock(3));
  for (const [from, end] of [
    [0, 700],
    [512, 701],
    [512, 5000],
  ] as const) {
    writer.packet(from, data.subarray(from, end), { sync: end === 701 });
    assert.deepEqual((await writer.ack()).reply, [Status.SUCCESS, Status.SUCCESS]);
    for (const node of [first!, second!]) {
      assert.equal(node.store.view(3 as BlockId)?.visibleBytes, end);
      assert.deepEqual((await read(client, node.port, testBlock(3), 0, end)).data, data.subarray(0, end));
    }
  }
  writer.packet(0, new Uint8Array(0), { seqno: -1 });
  const heartbeat = await writer.ack();
  assert.deepEqual([heartbeat.seqno, heartbeat.reply], [-1, [Status.SUCCESS, Status.SUCCESS]]);
  await writer.finish(data.length);
  assert.deepEqual(fs.readFileSync(dataPath(second!, 3)), data);
  for (const node of [first!, second!]) await node.end();
});

test('an unreachable datanode is named exactly', async () => {
  const [first, second, third] = await nodes(3);
  await second!.die();
  const writer = await BlockWriter.open(client, [first!.info, second!.info, third!.info], testBlock(4));
  assert.deepEqual([writer.reply?.status, writer.reply?.firstBadLink], [Status.ERROR, `127.0.0.1:${second!.port}`]);
  for (const node of [first!, second!, third!]) await node.end();
});

test('when a datanode dies the client hears which, and goes on with the others', async () => {
  const all = await nodes(3);
  const [first, second, third] = all as [TestNode, TestNode, TestNode];
  const data = testData(400_000);
  const writer = await BlockWriter.open(
    client,
    all.map((node) => node.info),
    testBlock(5),
  );
  await writer.send(data.subarray(0, 200_000));
  await second.die();
  const bad = await writer.ack();
  assert.deepEqual([bad.seqno, bad.reply], [UNKNOWN_SEQNO, [Status.SUCCESS, Status.ERROR]]);
  writer.connection.destroy();
  const again = await BlockWriter.open(client, [first.info, third.info], testBlock(5), {
    stage: Stage.PIPELINE_SETUP_STREAMING_RECOVERY,
    newStamp: 1002,
    minBytes: 200_000,
    maxBytes: 400_000,
  });
  assert.equal(again.reply?.status, Status.SUCCESS);
  // The client sends again what it has no ack for: here more than that.
  await again.send(data, 65_024, 130_048);
  await again.finish(data.length);
  for (const node of [first, third]) {
    assert.deepEqual(fs.readFileSync(dataPath(node, 5)), data);
    assert.equal(node.store.view(5 as BlockId)?.generationStamp, 1002);
  }
  for (const node of all) await node.end();
});

test('a failed close is finished by recovery, in the answer to the request', async () => {
  const all = await nodes(2);
  const data = testData(1000);
  const writer = await BlockWriter.open(
    client,
    all.map((node) => node.info),
    testBlock(6),
  );
  await writer.send(data);
  writer.connection.destroy();
  const again = await BlockWriter.open(
    client,
    all.map((node) => node.info),
    testBlock(6),
    {
      stage: Stage.PIPELINE_CLOSE_RECOVERY,
      newStamp: 1002,
      minBytes: 1000,
      maxBytes: 1000,
    },
  );
  assert.equal(again.reply?.status, Status.SUCCESS);
  for (const node of all) assert.deepEqual(fs.readFileSync(dataPath(node, 6)), data);
  again.connection.end();
  for (const node of all) await node.end();
});

test('append goes on behind the last byte, in the middle of a chunk', async () => {
  const all = await nodes(2);
  const data = testData(3000);
  await writeBlock(client, all, 7, data.subarray(0, 700));
  const writer = await BlockWriter.open(
    client,
    all.map((node) => node.info),
    testBlock(7),
    {
      stage: Stage.PIPELINE_SETUP_APPEND,
      newStamp: 1002,
      minBytes: 700,
      maxBytes: 700,
    },
  );
  writer.packet(700, data.subarray(700, 1024));
  writer.packet(1024, data.subarray(1024));
  await writer.ack();
  await writer.ack();
  await writer.finish(data.length);
  for (const node of all) {
    const result = await read(client, node.port, testBlock(7, 1002), 0, data.length);
    assert.deepEqual(result.data, data);
  }
  for (const node of all) await node.end();
});

test('a damaged packet is refused by the first datanode and reaches no disk', async () => {
  const all = await nodes(2);
  const data = testData(2000);
  const writer = await BlockWriter.open(
    client,
    all.map((node) => node.info),
    testBlock(8),
  );
  const damaged = Buffer.from(data);
  damaged[700]! ^= 1;
  writer.packet(0, damaged, { sums: sumsOf(FORMAT, data) });
  assert.deepEqual((await writer.ack()).reply, [Status.ERROR_CHECKSUM]);
  await assert.rejects(writer.ack(), ConnectionLost);
  for (const node of all) {
    assert.equal(node.store.view(8 as BlockId)?.onDiskBytes, 0);
    await node.end();
  }
});

test('damage on disk is never sent, and reported', async () => {
  const [node] = await nodes(1);
  const data = testData(1_000_000);
  await writeBlock(client, [node!], 9, data);
  const file = fs.openSync(dataPath(node!, 9), 'r+');
  fs.writeSync(file, Buffer.from([data[700_000]! ^ 0x10]), 0, 1, 700_000);
  fs.closeSync(file);
  assert.deepEqual((await read(client, node!.port, testBlock(9), 0, 1000)).data, data.subarray(0, 1000));
  assert.deepEqual(node!.bad, []);
  await assert.rejects(read(client, node!.port, testBlock(9), 0, data.length), ConnectionLost);
  assert.deepEqual(node!.bad, ['BP-1-127.0.0.1-1:blk_9_1001']);
  await node!.end();
});

test('a replica whose file is gone is refused, and told of', async () => {
  const [node] = await nodes(1);
  await writeBlock(client, [node!], 9, testData(1000));
  fs.unlinkSync(dataPath(node!, 9));
  const { status } = await read(client, node!.port, testBlock(9), 0, 1000);
  assert.notEqual(status, Status.SUCCESS);
  assert.deepEqual([node!.missing, node!.bad], [[9], []]);
  await node!.end();
});

test('a replica that a client calls damaged is looked at, not yet reported', async () => {
  const [node] = await nodes(1);
  const data = testData(10_000);
  await writeBlock(client, [node!], 19, data);
  const connection = await Connection.connect(client, '127.0.0.1', node!.port, 60_000, 60_000);
  await readThrough(connection, testBlock(19), 0, data.length, Status.ERROR_CHECKSUM);
  // The answer to the next request comes after that to the verdict.
  await readThrough(connection, testBlock(19), 0, data.length);
  connection.end();
  assert.deepEqual([node!.suspects, node!.bad], [['BP-1-127.0.0.1-1:blk_19_1001'], []]);
  assert.deepEqual(node!.justRead, [19, 19]);
  await node!.end();
});

test('a client moves a replica being written to the datanode that joins its pipeline', async () => {
  const all = await nodes(2);
  const [from, to] = all as [TestNode, TestNode];
  const data = testData(100_000);
  const writer = await BlockWriter.open(client, [from.info], testBlock(10));
  await writer.send(data.subarray(0, 70_001), 65_024);
  writer.connection.destroy();
  const connection = await Connection.connect(client, '127.0.0.1', from.port, 60_000, 60_000);
  connection.sendOp(Op.TRANSFER_BLOCK, OpTransferBlockProto, {
    header: { baseHeader: { block: blockToProto(testBlock(10)) }, clientName: 'client' },
    targets: [to.info],
    targetStorageTypes: [StorageTypeProto.DISK],
    targetStorageIds: [],
  });
  assert.equal((await connection.nextMessage(BlockOpResponseProto)).status, Status.SUCCESS);
  const copy = to.store.view(10 as BlockId)!;
  assert.deepEqual([copy.state, copy.visibleBytes], ['RBW', 70_001]);
  const again = await BlockWriter.open(client, [from.info, to.info], testBlock(10), {
    stage: Stage.PIPELINE_SETUP_STREAMING_RECOVERY,
    newStamp: 1002,
    minBytes: 70_001,
    maxBytes: 70_001,
  });
  assert.equal(again.reply?.status, Status.SUCCESS);
  await again.send(data, 65_024, 70_001 - (70_001 % 512));
  await again.finish(data.length);
  for (const node of all) assert.deepEqual(fs.readFileSync(dataPath(node, 10)), data);
  for (const node of all) await node.end();
});

test('a copy with another digest than its source is thrown away', async () => {
  const [node] = await nodes(1);
  const data = testData(5000);
  const options = { clientName: '', digest: blake3(data.subarray(1)) };
  const writer = await BlockWriter.open(client, [node!.info], testBlock(11), options);
  writer.packet(0, data);
  writer.packet(data.length, new Uint8Array(0), { last: true });
  await assert.rejects(writer.ack(), ConnectionLost);
  while (node!.store.view(11 as BlockId) !== null) await new Promise(setImmediate);
  const good = await BlockWriter.open(client, [node!.info], testBlock(11), { clientName: '', digest: blake3(data) });
  good.packet(0, data);
  good.packet(data.length, new Uint8Array(0), { last: true });
  good.connection.end();
  await node!.told('received 11_1001 5000');
  await node!.end();
});

test('checksums are those of HDFS: MD5 of CRCs, or the CRC of all', async () => {
  const [node] = await nodes(1);
  const data = testData(5000);
  await writeBlock(client, [node!], 13, data);
  for (const length of [5000, 4096, 3000]) {
    const ask = async (blockChecksumType: BlockChecksumTypeProto) => {
      const connection = await Connection.connect(client, '127.0.0.1', node!.port, 60_000, 60_000);
      connection.sendOp(Op.BLOCK_CHECKSUM, OpBlockChecksumProto, {
        header: { block: blockToProto(testBlock(13, 1001, length)) },
        blockChecksumOptions: { blockChecksumType, stripeLength: 0 },
      });
      const reply = await connection.nextMessage(BlockOpResponseProto);
      return Buffer.from(reply.checksumResponse!.blockChecksum);
    };
    const part = data.subarray(0, length);
    assert.deepEqual(await ask(BlockChecksumTypeProto.MD5CRC), Buffer.from(md5([sumsOf(FORMAT, part)])));
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32c(part));
    assert.deepEqual(await ask(BlockChecksumTypeProto.COMPOSITE_CRC), crc);
  }
  await node!.end();
});

test('bytes that make no sense cost their sender the connection and nobody anything', async () => {
  const [node] = await nodes(1);
  for (const bytes of [
    Buffer.alloc(100, 0xff),
    Buffer.from([0, 28, 81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    Buffer.from([0, 28, 5]),
  ]) {
    const connection = await Connection.connect(client, '127.0.0.1', node!.port, 60_000, 60_000);
    connection.send(bytes);
    await connection.gone();
  }
  await writeBlock(client, [node!], 14, testData(10));
  await node!.end();
});
