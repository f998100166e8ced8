import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { seededRandom } from '@rfs/base/system';
import { DatanodeInfoProto_AdminState as AdminState, DatanodeReportTypeProto as Report } from '@rfs/protocol/messages';
import { callAsync, protocols } from '@rfs/protocol/rpc';
import { clientOf, killHard, ProcessCluster, rpcOf, until } from './cluster/index.js';

const FILES = 8;
const FILE_BYTES = 1.5 * 1024 * 1024;
const PROVIDER = 'org.apache.hadoop.hdfs.server.blockmanagement.CombinedHostFileManager';

test('a datanode in maintenance is not made up for, dead or alive; when its maintenance ends without it, it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-maintenance-'));
  const hosts = join(folder, 'hosts.json');
  const settings = {
    'dfs.namenode.hosts.provider.classname': PROVIDER,
    'dfs.hosts': hosts,
    'dfs.namenode.decommission.interval': '1',
    'dfs.namenode.redundancy.interval.seconds': '1',
    'dfs.heartbeat.interval': '1',
    'dfs.namenode.heartbeat.recheck-interval': '500',
    'dfs.blocksize': `${1024 * 1024}`,
    'dfs.replication': '2',
  };
  writeFileSync(hosts, '[]');
  const words = Object.entries(settings).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const cluster = await ProcessCluster.start('--datanodes', '3', '--no-restart', ...words);
  const rpc = rpcOf(cluster);
  const client = clientOf(cluster);
  const away = cluster.description.datanodes[0];
  assert.ok(away !== undefined);
  const tell = async (adminState: string, maintenanceExpireTimeInMS?: number): Promise<void> => {
    const [hostName, port] = away.data.split(':');
    writeFileSync(hosts, JSON.stringify([{ hostName, port: Number(port), adminState, maintenanceExpireTimeInMS }]));
    assert.deepEqual(await callAsync(rpc, protocols.client, 'refreshNodes', {}), {});
  };
  const among = async (type: Report): Promise<boolean> => {
    const reply = await callAsync(rpc, protocols.client, 'getDatanodeReport', { type });
    assert.ok(!isFailure(reply));
    return reply.di.some(({ id }) => `${id.ipAddr}:${id.xferPort}` === away.data);
  };
  const lacking = async (): Promise<number> => {
    const stats = await callAsync(rpc, protocols.client, 'getFsStats', {});
    assert.ok(!isFailure(stats));
    assert.equal(stats.missing_blocks, 0);
    return stats.under_replicated;
  };
  const serving = async (): Promise<number[]> => {
    const counts: number[] = [];
    for (let file = 0; file < FILES; file++) {
      const { blocks } = await client.blockLocations(`/file${file}`, 0, Number.MAX_SAFE_INTEGER);
      counts.push(...blocks.map(({ locs }) => locs.filter((at) => at.adminState === AdminState.NORMAL).length));
    }
    return counts;
  };
  try {
    for (let file = 0; file < FILES; file++) {
      const out = await client.create(`/file${file}`, { overwrite: true });
      await out.write(seededRandom(file).bytes(FILE_BYTES));
      await out.close();
    }
    await until(
      'all replicas are there',
      async () => (await lacking()) === 0 && (await serving()).every((n) => n === 2),
    );
    await tell('IN_MAINTENANCE');
    await until('it is in maintenance', () => among(Report.IN_MAINTENANCE));
    const inMaintenance = await serving();
    assert.ok(inMaintenance.some((count) => count === 1) && inMaintenance.every((count) => count > 0));
    killHard(away.pid);
    await until('it is dead', () => among(Report.DEAD));
    assert.equal(await lacking(), 0);
    assert.deepEqual(await serving(), inMaintenance, 'nothing was copied');
    for (let file = 0; file < FILES; file++) {
      let read = 0;
      for await (const piece of (await client.open(`/file${file}`)).stream()) read += piece.length;
      assert.equal(read, FILE_BYTES);
    }
    await tell('IN_MAINTENANCE', Date.now() + 1000);
    await until('what it had is elsewhere', async () => (await serving()).every((count) => count === 2));
    assert.equal(await lacking(), 0);
    assert.equal(await among(Report.IN_MAINTENANCE), false);
  } finally {
    client.close();
    rpc.close();
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }
});
