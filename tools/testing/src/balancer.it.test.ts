import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { seededRandom } from '@rfs/base/system';
import { DatanodeReportTypeProto as Report } from '@rfs/protocol/messages';
import { callAsync, protocols } from '@rfs/protocol/rpc';
import { clientOf, ProcessCluster, rpcOf, runRfs, until } from './cluster/index.js';

const MB = 1024 * 1024;
const BLOCK_BYTES = MB;
const FILE_BYTES = 20 * MB;
/** Of each datanode; what else is on the disk is reserved for others. */
const CAPACITY_BYTES = 32 * MB;
const THRESHOLD = 8;

interface Iteration {
  readonly status: string;
  readonly bytesAlreadyMoved: number;
  readonly bytesLeftToMove: number;
}

/**
 * A folder on a file system that keeps nothing for root, in memory if need be: only there does reserved space make disks
 * as small as one likes.
 */
function folderForSmallDisks(): string {
  const fits = (folder: string): boolean => {
    const { bfree, bavail, bsize } = statfsSync(folder);
    return bfree === bavail && bavail * bsize > 8 * CAPACITY_BYTES;
  };
  const root = [tmpdir(), '/dev/shm'].find((folder) => existsSync(folder) && fits(folder)) ?? tmpdir();
  return mkdtempSync(join(root, 'rfs-balancer-'));
}

test('an empty datanode gets its share of the replicas, block by block, while only one balancer may run', async () => {
  const folder = folderForSmallDisks();
  const excluded = join(folder, 'exclude');
  writeFileSync(excluded, '');
  const { blocks, bsize } = statfsSync(folder);
  const settings = {
    'dfs.hosts.exclude': excluded,
    'dfs.datanode.du.reserved': `${blocks * bsize - CAPACITY_BYTES}`,
    'dfs.namenode.redundancy.interval.seconds': '1',
    'dfs.heartbeat.interval': '1',
    'dfs.blocksize': `${BLOCK_BYTES}`,
    'dfs.balancer.getBlocks.min-block-size': `${BLOCK_BYTES}`,
    'dfs.replication': '2',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const cluster = await ProcessCluster.start(
    '--dir',
    join(folder, 'cluster'),
    '--datanodes',
    '4',
    '--no-restart',
    ...words,
  );
  const rpc = rpcOf(cluster);
  const client = clientOf(cluster);
  const rfs = (...args: readonly string[]) => runRfs(args, { HADOOP_CONF_DIR: cluster.description.conf });
  const exclude = async (hosts: string): Promise<void> => {
    writeFileSync(excluded, hosts);
    assert.deepEqual(await callAsync(rpc, protocols.client, 'refreshNodes', {}), {});
  };
  /** How far each datanode is from the average, in percent of its capacity. */
  const distances = async (): Promise<number[]> => {
    const reply = await callAsync(rpc, protocols.client, 'getDatanodeReport', { type: Report.LIVE });
    assert.ok(!isFailure(reply));
    const used = reply.di.map(({ dfsUsed = 0, capacity = 1 }) => (100 * dfsUsed) / capacity);
    const average = used.reduce((sum, each) => sum + each, 0) / used.length;
    return used.map((each) => Math.abs(each - average));
  };
  try {
    await exclude(cluster.description.datanodes[3]!.data);
    const data = seededRandom(1).bytes(FILE_BYTES);
    const out = await client.create('/file');
    await out.write(data);
    await out.close();
    await exclude('');
    await until('the figures have come', async () => Math.max(...(await distances())) > 30);

    const stranger = await runRfs(['balancer'], {
      HADOOP_CONF_DIR: cluster.description.conf,
      HADOOP_USER_NAME: 'stranger',
    });
    assert.match(
      stranger.out,
      /AccessControlException: Access denied for user stranger\. Superuser privilege is required/,
    );
    assert.equal(stranger.code, 252);

    const other = await client.create('/system/balancer.id');
    const refused = await rfs('balancer', '-threshold', `${THRESHOLD}`);
    assert.match(refused.out, /^java\.io\.IOException: Another Balancer is running\.\. {2}Exiting \.\.\.$/m);
    assert.equal(refused.code, 252);
    await other.close();

    const { code, out: text, err } = await rfs('balancer', '-threshold', `${THRESHOLD}`, '--json');
    assert.equal(code, 0, text + err);
    const iterations = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Iteration);
    assert.ok(iterations.length > 1, text);
    const { status, bytesAlreadyMoved, bytesLeftToMove } = iterations.at(-1) as Iteration;
    assert.deepEqual([status, bytesLeftToMove], ['SUCCESS', 0]);
    assert.ok(bytesAlreadyMoved >= 5 * MB && bytesAlreadyMoved <= 20 * MB, `${bytesAlreadyMoved} moved`);
    await until('the sources have deleted', async () => Math.max(...(await distances())) <= THRESHOLD + 4);
    assert.equal(await client.getFileInfo('/system/balancer.id'), undefined);

    let at = 0;
    for await (const piece of (await client.open('/file')).stream()) {
      assert.ok(Buffer.from(piece).equals(data.subarray(at, at + piece.length)), `the bytes from ${at} on`);
      at += piece.length;
    }
    assert.equal(at, FILE_BYTES);
    const fsck = await rfs('fsck', '/');
    assert.match(fsck.out, /^ Over-replicated blocks:\t0 /m);
    assert.match(fsck.out, /^ Under-replicated blocks:\t0 /m);
    assert.equal(fsck.code, 0);

    const again = await rfs('balancer', '-threshold', `${THRESHOLD + 4}`);
    assert.match(
      again.out,
      /^Time Stamp.*\n.* 0 {2} +0 B {2} +0 B {2} +0 B +0 {2}hdfs:.*\nThe cluster is balanced\. Exiting\.\.\.\n/,
    );
    assert.equal(again.code, 0);
  } finally {
    client.close();
    rpc.close();
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }
});
