import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Blake3 } from '@rfs/base/checksum';
import { seededRandom } from '@rfs/base/system';
import type { DfsClient } from '@rfs/client/dfs';
import { clientOf, killHard, ProcessCluster, until } from './cluster/index.js';

const MIB = 1024 * 1024;
const BLOCK_BYTES = 16 * MIB;

/** MiB number `index` of a file that nobody has to keep. */
function mebibyte(index: number): Uint8Array {
  return seededRandom(index).bytes(MIB);
}

/** Writes `count` MiB, calls `halfway` in the middle, and gives the digest. */
async function write(client: DfsClient, path: string, count: number, halfway?: () => Promise<void>): Promise<string> {
  const digest = new Blake3();
  const out = await client.create(path, { overwrite: true });
  for (let index = 0; index < count; index++) {
    if (index === count >> 1) await halfway?.();
    const bytes = mebibyte(index);
    digest.update(bytes);
    await out.write(bytes);
  }
  await out.close();
  return Buffer.from(digest.digest()).toString('hex');
}

async function digestOf(client: DfsClient, path: string): Promise<string> {
  const digest = new Blake3();
  for await (const piece of (await client.open(path)).stream()) digest.update(piece);
  return Buffer.from(digest.digest()).toString('hex');
}

/** Data ports of the datanodes that hold the last block so far, the first of the pipeline first. */
async function lastHolders(client: DfsClient, path: string): Promise<number[]> {
  const { blocks, lastBlock } = await client.blockLocations(path, 0, Number.MAX_SAFE_INTEGER);
  return ((lastBlock ?? blocks.at(-1))?.locs ?? []).map(({ id }) => id.xferPort);
}

for (const which of [0, 2]) {
  test(`kill -9 of the ${which === 0 ? 'first' : 'last'} datanode of the pipeline in the middle of a write: nothing is lost`, async () => {
    const cluster = await ProcessCluster.start(
      '--datanodes',
      '4',
      '--no-restart',
      '-D',
      `dfs.blocksize=${BLOCK_BYTES}`,
    );
    const client = clientOf(cluster);
    try {
      const want = await write(client, '/a', 40, async () => {
        const port = (await lastHolders(client, '/a'))[which];
        const victim = cluster.now().datanodes.find(({ data }) => data.endsWith(`:${port}`));
        assert.ok(victim, `a datanode at ${port}`);
        killHard(victim.pid);
      });
      assert.equal(await digestOf(client, '/a'), want);
      const { blocks } = await client.blockLocations('/a', 0, Number.MAX_SAFE_INTEGER);
      assert.equal(blocks.length, 3);
    } finally {
      client.close();
      await cluster.stop();
    }
  });
}

test('a byte flipped in a replica on disk: readers get the right bytes, the namenode hears of it', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '3', '-D', 'dfs.replication=2');
  const client = clientOf(cluster);
  try {
    const want = await write(client, '/a', 8);
    const before = (await client.blockLocations('/a', 0, 1)).blocks[0]!;
    const [first] = before.locs;
    const holder = cluster.description.datanodes.find(({ data }) => data.endsWith(`:${first?.id.xferPort}`))!;
    flip(holder.dir, `blk_${before.b.blockId}`, 3 * MIB);
    assert.equal(await digestOf(client, '/a'), want);
    await until('the bad replica is no location any more, and another one is', async () => {
      const { locs } = (await client.blockLocations('/a', 0, 1)).blocks[0]!;
      const bad = locs.some(({ id }) => id.datanodeUuid === first?.id.datanodeUuid);
      return locs.length === 2 && (!bad || (await digestOf(client, '/a')) === want);
    });
  } finally {
    client.close();
    await cluster.stop();
  }
});

test('a file being written is read as far as it was flushed, appended to, and taken over', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '3');
  const client = clientOf(cluster);
  const other = clientOf(cluster);
  try {
    const out = await client.create('/a');
    await out.write(Buffer.from('hello'));
    await out.hflush();
    const input = await other.open('/a');
    assert.equal(input.lengthBytes, 5);
    const into = Buffer.alloc(5);
    await input.read(0, into);
    assert.equal(into.toString(), 'hello');
    await out.write(Buffer.from(' world'));
    await out.hsync({ updateLength: true });
    assert.equal((await other.getFileInfo('/a'))?.lengthBytes, 11);
    assert.equal(await other.isFileClosed('/a'), false);
    await out.close();
    const more = await other.append('/a');
    await more.write(Buffer.alloc(1000, '!'));
    await more.close();
    assert.equal((await client.getFileInfo('/a'))?.lengthBytes, 1011);
    const left = await client.create('/b');
    await left.write(Buffer.from('left behind'));
    await left.hflush();
    await until('the lease is recovered', () => other.recoverLease('/b'));
    assert.equal((await other.getFileInfo('/b'))?.lengthBytes, 11);
    left.abort();
  } finally {
    client.close();
    other.close();
    await cluster.stop();
  }
});

/** Changes one byte of the file `name` somewhere below `folder`. */
function flip(folder: string, name: string, at: number): void {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(`/${name}`));
  assert.ok(found, `${name} below ${folder}`);
  const file = openSync(join(folder, found), 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, at);
  byte[0]! ^= 0x40;
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
}
