import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { isAlive, killHard, ProcessCluster, runRfs, until } from './cluster/index.js';

test('rfs up runs a cluster, says where it is, and leaves nothing behind', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '3');
  const { description, pids } = cluster;
  const ending = await cluster.stop('SIGINT');
  assert.equal(ending.code, 0);
  assert.equal(description.datanodes.length, 3);
  assert.equal(description.namenodes[0]?.state, 'active');
  assert.match(description.hdfs, /^hdfs:\/\/127\.0\.0\.1:\d+$/);
  assert.match(description.webhdfs, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(pids.filter(isAlive), []);
  assert.equal(existsSync(dirname(description.conf)), false, 'the scratch folder is removed');
});

test('when rfs up is killed with -9 its daemons end by themselves', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '1');
  await cluster.stop('SIGKILL');
  await until('every daemon is gone', () => !cluster.pids.some(isAlive));
  rmSync(dirname(cluster.description.conf), { recursive: true });
});

test('a daemon that dies is started again', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '1');
  const pid = (): number => cluster.now().datanodes[0]?.pid as number;
  const first = pid();
  killHard(first);
  await until('another process serves', () => pid() !== first && isAlive(pid()));
  assert.equal((await cluster.stop()).code, 0);
});

test('a daemon that dies stays dead when the user says so', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '1', '--no-restart');
  const pid = cluster.now().datanodes[0]?.pid as number;
  killHard(pid);
  await until('rfs up says so', () => cluster.complaints.includes('datanode1 ended by SIGKILL'));
  assert.equal((await cluster.stop()).code, 0);
});

test('a cluster with --dir comes back with its data under the same addresses', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-up-'));
  try {
    const first = await ProcessCluster.start('--dir', folder, '--datanodes', '1');
    const { conf, hdfs, datanodes } = first.description;
    const put = await runRfs(['fs', '-put', join(folder, 'ports.json'), '/kept'], { HADOOP_CONF_DIR: conf });
    assert.equal(put.code, 0, put.err);
    await first.stop();
    const second = await ProcessCluster.start('--dir', folder, '--datanodes', '1');
    const got = await runRfs(['fs', '-cat', '/kept'], { HADOOP_CONF_DIR: conf });
    await second.stop();
    assert.equal(got.out, readFileSync(join(folder, 'ports.json'), 'utf8'), got.err);
    assert.equal(second.description.hdfs, hdfs);
    assert.equal(second.description.datanodes[0]?.data, datanodes[0]?.data);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('datanodes get hosts of their own with --hosts', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '2', '--hosts');
  const hosts = cluster.description.datanodes.map(({ data }) => data.split(':')[0]);
  await cluster.stop();
  assert.deepEqual(hosts, ['127.0.0.2', '127.0.0.3']);
});

test('rfs up runs a command on the cluster and ends with its exit code', async () => {
  const found = await runRfs(['up', '--', 'bash', '-c', 'rfs dfsadmin -safemode get; exit 7']);
  assert.equal(found.out, 'Safe mode is OFF\n');
  assert.equal(found.code, 7);
});

test('rfs up refuses what it cannot do, by name', async () => {
  const quorum = await runRfs(['up', '--namenodes', '2']);
  assert.equal(quorum.code, 2);
  assert.match(quorum.err, /"1", "3", "2\+1"/);
  const unknown = await runRfs(['up', '--datanode', '3']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /datanode/);
});
