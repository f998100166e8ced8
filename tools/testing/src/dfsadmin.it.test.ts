import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { ProcessCluster, runRfs, until } from './cluster/index.js';

describe('rfs dfsadmin on a cluster', () => {
  let cluster: ProcessCluster;
  before(async () => {
    cluster = await ProcessCluster.start('--datanodes', '2', '--no-restart');
  });
  after(async () => {
    await cluster.stop();
  });

  const rfs = (...words: readonly string[]) => runRfs(words, { HADOOP_CONF_DIR: cluster.description.conf });
  const admin = (...words: readonly string[]) => rfs('dfsadmin', ...words);
  const told = async (...words: readonly string[]): Promise<string> => {
    const { code, out, err } = await admin(...words);
    assert.equal(err, '', words.join(' '));
    assert.equal(code, 0, words.join(' '));
    return out;
  };
  const ipc = (index: number): string => cluster.description.datanodes[index]!.ipc;

  test('-printTopology shows the datanodes in their rack', async () => {
    assert.match(await told('-printTopology'), /^Rack: \/default-rack\n( {3}[\d.]+:\d+ \(\S+\) In Service\n){2}\n$/);
    const { racks } = JSON.parse(await told('--json', '-printTopology')) as { racks: { nodes: object[] }[] };
    assert.equal(racks[0]?.nodes.length, 2);
  });

  test('-report shows only the lists that were asked for', async () => {
    assert.match(await told('-report', '-dead'), /-\nDead datanodes \(0\):\n\n$/);
    assert.match(await told('-report', '-live'), /\nLive datanodes \(2\):\n\nName: /);
  });

  test('a datanode tells about itself and reports when it is asked to', async () => {
    assert.match(
      await told('-getDatanodeInfo', ipc(0)),
      /^Uptime: \d+, Software version: \S+, Config version: core-\S+\n$/,
    );
    assert.match(await told('-getVolumeReport', ipc(0)), /^Active Volumes : 1\n\nDirectory: .+\nStorageType: DISK\n/);
    assert.equal(await told('-triggerBlockReport', ipc(0)), `Triggering a full block report on ${ipc(0)}.\n`);
    assert.equal(
      await told('-triggerBlockReport', '-incremental', ipc(0), '-namenode', cluster.rpc),
      `Triggering an incremental block report on ${ipc(0)} to namenode ${cluster.rpc}.\n`,
    );
    assert.equal(await told('-evictWriters', ipc(0)), `Requested writer eviction to datanode ${ipc(0)}\n`);
  });

  test('the bandwidth for balancing reaches every datanode with a heartbeat', async () => {
    assert.equal(await told('-setBalancerBandwidth', '20m'), 'Balancer bandwidth is set to 20971520\n');
    for (const index of [0, 1]) {
      const wanted = 'Balancer bandwidth is 20971520 bytes per second.\n';
      await until(`datanode ${index} has it`, async () => (await told('-getBalancerBandwidth', ipc(index))) === wanted);
    }
  });

  test('quotas are set on those directories that are there, and hold', async () => {
    assert.equal((await rfs('fs', '-mkdir', '-p', '/q1', '/q2')).code, 0);
    const some = await admin('-setQuota', '1', '/q1', '/none', '/q2');
    assert.equal(some.err, 'setQuota: Directory does not exist: /none\n');
    assert.equal(some.code, 255);
    for (const folder of ['/q1', '/q2']) {
      assert.match((await rfs('fs', '-touchz', `${folder}/file`)).err, /The NameSpace quota .* is exceeded: quota=1/);
    }
    assert.equal(await told('-clrQuota', '/q*'), '');
    assert.equal(await told('-setSpaceQuota', '1g', '/q1'), '');
    assert.match((await rfs('fs', '-count', '-q', '/q1')).out, /none +inf +1073741824 +1073741824/);
    assert.equal(await told('-clrSpaceQuota', '/q1'), '');
    assert.match((await rfs('fs', '-count', '-q', '/q1')).out, /none +inf +none +inf/);
  });

  test('open files are listed under a path', async () => {
    const empty = 'Client Host         \tClient Name         \tOpen File Path\n';
    assert.equal(await told('-listOpenFiles'), empty);
    assert.equal(await told('-listOpenFiles', '-path', '/q1'), empty);
    assert.deepEqual(JSON.parse(await told('-listOpenFiles', '--json')), { files: [] });
  });

  test('what waits in the namenode is saved beside its log', async () => {
    const put = await rfs('fs', '-D', 'dfs.replication=3', '-put', process.argv[1] as string, '/few');
    assert.equal(put.code, 0, put.err);
    assert.equal(
      await told('-metasave', 'meta.txt'),
      `Created metasave file meta.txt in the log directory of namenode hdfs://${cluster.rpc}\n`,
    );
    const dir = cluster.description.namenodes[0]?.dir as string;
    const [found] = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('meta.txt'));
    const text = readFileSync(join(dir, found as string), 'utf8');
    assert.match(text, /^\d+ files and directories, 1 blocks = \d+ total filesystem objects\nLive Datanodes: 2\n/);
    assert.match(text, /\nMetasave: Blocks waiting for reconstruction: 1\n\/few: blk_\d+_\d+ \(replicas: live: 2 /);
    assert.match(text, /\nMetasave: Number of datanodes: 2\n(127\.0\.0\.1:\d+ IN .*\n){2}$/);
    for (const name of ['../meta.txt', '/tmp/meta.txt', '..']) {
      const { code, err } = await admin('-metasave', name);
      assert.equal(code, 255);
      assert.equal(err, `metasave: '${name}' is not the name of a file in the folder of the log\n`);
    }
  });

  test('the namenode is looked after', async () => {
    const early = await admin('-saveNamespace');
    assert.equal(early.err, 'saveNamespace: Safe mode should be turned ON in order to create namespace image.\n');
    assert.equal(early.code, 255);
    await told('-safemode', 'enter');
    assert.equal(await told('-saveNamespace'), 'Save namespace successful\n');
    await told('-safemode', 'leave');
    assert.match(await told('-rollEdits'), /^Successfully rolled edit logs\.\nNew segment starts at txid \d+\n$/);
    assert.equal(await told('-refreshNodes'), 'Refresh nodes successful\n');
    assert.equal(await told('-finalizeUpgrade'), 'Finalize upgrade successful\n');
    assert.equal(await told('-upgrade', 'query'), 'Upgrade finalized\n');
    assert.equal(await told('-refreshUserToGroupsMappings'), 'Refresh user to groups mapping successful\n');
  });

  test('others than the superuser are refused', async () => {
    const environment = { HADOOP_CONF_DIR: cluster.description.conf, HADOOP_USER_NAME: 'stranger' };
    const refused = await runRfs(['dfsadmin', '-refreshNodes'], environment);
    assert.match(refused.err, /^refreshNodes: Access denied for user stranger\. Superuser privilege is required/);
    assert.equal(refused.code, 255);
  });

  test('a datanode that was told to end is no longer there', async () => {
    assert.equal(await told('-shutdownDatanode', ipc(1)), `Submitted a shutdown request to datanode ${ipc(1)}\n`);
    await until('it refuses calls', async () => (await admin('-getDatanodeInfo', ipc(1))).code === 255);
    const gone = await admin('-getDatanodeInfo', ipc(1));
    assert.match(gone.err, /^getDatanodeInfo: Datanode unreachable\. java\.net\.ConnectException: /);
  });
});
