import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import type { BlockId } from '@rfs/base/ids';
import { BlockWriter, clientContext, testBlock, testData } from './client.fixture.js';
import { LocalReads } from './local-reads.js';
import { TestNode } from './node.fixture.js';
import { blockToProto } from './peers.js';

const DATA = testData(1_500_001);
const noDial = () => assert.fail('nothing is written here');

async function nodeWithBlock(): Promise<{ node: TestNode; reads: LocalReads }> {
  const node = await TestNode.start();
  const writer = await BlockWriter.open(clientContext(), [node.info], testBlock(1));
  await writer.send(DATA);
  await writer.finish(DATA.length);
  return { node, reads: new LocalReads(() => node.service, noDial) };
}

async function range(reads: LocalReads, offset: number, lengthBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of (await reads.open(blockToProto(testBlock(1)), offset, lengthBytes))!) {
    assert.ok(piece.length <= 1024 * 1024);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.from(pieces.flatMap((piece) => [...piece]));
}

test('any range of an own replica is read without the data port, and counted', async () => {
  const { node, reads } = await nodeWithBlock();
  let total = 0;
  for (const [offset, length] of [
    [0, DATA.length],
    [511, 2],
    [65_535, 300_000],
    [DATA.length - 1, 1],
  ] as const) {
    assert.ok((await range(reads, offset, length)).equals(DATA.subarray(offset, offset + length)));
    total += length;
  }
  assert.equal(reads.localBytes, total);
  assert.equal(node.counters.bytesRead, 0);
  reads.noteRemote(5);
  assert.equal(reads.remoteBytes, 5);
  await node.end();
});

test('a block that is not here, and a node that knows no namenode yet, leave the reading to others', async () => {
  const { node, reads } = await nodeWithBlock();
  assert.equal(await reads.open(blockToProto(testBlock(2)), 0, 1), undefined);
  assert.equal(await new LocalReads(() => null, noDial).open(blockToProto(testBlock(1)), 0, 1), undefined);
  await node.end();
});

test('a damaged replica ends the reading before its bad bytes and is reported', async () => {
  const { node, reads } = await nodeWithBlock();
  const view = node.store.view(1 as BlockId)!;
  const path = node.store.pathsAt(view.volume, view.blockId, view.generationStamp).data;
  const file = fs.openSync(path, 'r+');
  fs.writeSync(file, Buffer.from([DATA[1_000_000]! ^ 1]), 0, 1, 1_000_000);
  fs.closeSync(file);
  const before = await range(reads, 0, 64 * 1024);
  assert.ok(before.equals(DATA.subarray(0, 64 * 1024)));
  await assert.rejects(range(reads, 0, DATA.length), { name: 'CorruptReplica' });
  assert.equal(node.bad.length, 1);
  await node.end();
});
