import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Blake3 } from '@rfs/base/checksum';
import { isFailure } from '@rfs/base/failure';
import { seededRandom } from '@rfs/base/system';
import type { DfsClient } from '@rfs/client/dfs';
import { DatanodeInfoProto_AdminState as AdminState, DatanodeReportTypeProto as Report } from '@rfs/protocol/messages';
import { callAsync, protocols } from '@rfs/protocol/rpc';
import { clientOf, killHard, ProcessCluster, rpcOf, until } from './cluster/index.js';

const BLOCK_BYTES = 1024 * 1024;
/** Two whole blocks and a part of one. */
const FILE_BYTES = 2.5 * BLOCK_BYTES;
const FIRST_FILES = 12;

function bytesOf(file: number): Uint8Array {
  return seededRandom(file).bytes(FILE_BYTES);
}

function digest(pieces: readonly Uint8Array[]): string {
  const blake = new Blake3();
  for (const piece of pieces) blake.update(piece);
  return Buffer.from(blake.digest()).toString('hex');
}

async function write(client: DfsClient, file: number): Promise<void> {
  const out = await client.create(`/file${file}`, { overwrite: true });
  await out.write(bytesOf(file));
  await out.close();
}

async function read(client: DfsClient, file: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await client.open(`/file${file}`)).stream()) pieces.push(Uint8Array.from(piece));
  return digest(pieces);
}

test('two datanodes are emptied at once under load; killed afterwards, they take nothing with them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-exclude-'));
  const excluded = join(folder, 'exclude');
  writeFileSync(excluded, '');
  const settings = {
    'dfs.hosts.exclude': excluded,
    'dfs.namenode.decommission.interval': '1',
    'dfs.namenode.redundancy.interval.seconds': '1',
    'dfs.heartbeat.interval': '1',
    'dfs.blocksize': `${BLOCK_BYTES}`,
    'dfs.replication': '2',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const cluster = await ProcessCluster.start('--datanodes', '4', '--no-restart', ...words);
  const rpc = rpcOf(cluster);
  const client = clientOf(cluster);
  const states = async (): Promise<Map<string, AdminState | undefined>> => {
    const reply = await callAsync(rpc, protocols.client, 'getDatanodeReport', { type: Report.LIVE });
    assert.ok(!isFailure(reply));
    return new Map(reply.di.map(({ id, adminState }) => [`${id.ipAddr}:${id.xferPort}`, adminState]));
  };
  try {
    let files = 0;
    while (files < FIRST_FILES) await write(client, files++);
    const leaving = cluster.description.datanodes.slice(0, 2);
    writeFileSync(excluded, leaving.map(({ data }) => `${data}\n`).join(''));
    assert.deepEqual(await callAsync(rpc, protocols.client, 'refreshNodes', {}), {});
    const begun = await states();
    for (const { data } of leaving) assert.notEqual(begun.get(data), AdminState.NORMAL);
    const done = async (): Promise<boolean> => {
      const file = files % FIRST_FILES;
      const [digested] = await Promise.all([read(client, file), write(client, files++)]);
      assert.equal(digested, digest([bytesOf(file)]), `file ${file} while they leave`);
      const now = await states();
      return leaving.every(({ data }) => now.get(data) === AdminState.DECOMMISSIONED);
    };
    await until('both are decommissioned', done);

    // Only what was written just now may still lack a replica, for as long as its second one is on its way.
    const whole = async (): Promise<boolean> => {
      const stats = await callAsync(rpc, protocols.client, 'getFsStats', {});
      assert.ok(!isFailure(stats));
      assert.equal(stats.missing_blocks, 0);
      return stats.under_replicated === 0;
    };
    await until('nothing lacks a replica', whole);
    for (const { pid } of leaving) killHard(pid);
    for (let file = 0; file < files; file++) {
      assert.equal(await read(client, file), digest([bytesOf(file)]), `file ${file} of ${files}`);
      // Those written just now may have a replica on its way.
      if (file >= FIRST_FILES) continue;
      const { blocks } = await client.blockLocations(`/file${file}`, 0, Number.MAX_SAFE_INTEGER);
      for (const { locs } of blocks) {
        const serving = locs.filter(({ adminState }) => adminState === AdminState.NORMAL);
        assert.equal(serving.length, 2, `a block of file ${file}`);
      }
    }
  } finally {
    client.close();
    rpc.close();
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }
});

test('a datanode that is not included is turned away, and the others serve', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-include-'));
  const included = join(folder, 'include');
  writeFileSync(included, '');
  const words = ['-D', `dfs.hosts=${included}`, '-D', 'dfs.heartbeat.interval=1'];
  const cluster = await ProcessCluster.start('--datanodes', '2', '--no-restart', ...words);
  const rpc = rpcOf(cluster);
  const live = async (): Promise<number[]> => {
    const reply = await callAsync(rpc, protocols.client, 'getDatanodeReport', { type: Report.LIVE });
    assert.ok(!isFailure(reply));
    return reply.di.map(({ id }) => id.xferPort);
  };
  try {
    const [kept] = cluster.description.datanodes;
    writeFileSync(included, `${kept?.data}\n`);
    assert.deepEqual(await callAsync(rpc, protocols.client, 'refreshNodes', {}), {});
    await until('one is left', async () => (await live()).length === 1);
    assert.deepEqual(await live(), [Number(kept?.data.split(':')[1])]);
  } finally {
    rpc.close();
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }
});
