import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { silentLogger } from '@rfs/base/log';
import { Metrics } from '@rfs/base/metrics';
import { type DatanodeFacts, type HttpPlugin, type NamenodeSnapshot, openHttp } from './index.js';

/** The facts of an Apache cluster of one datanode, whose answers are the expected ones below. */
const DATANODE: DatanodeFacts = {
  hostName: 'localhost',
  ipAddr: '127.0.0.1',
  xferPort: 33187,
  infoPort: 48455,
  infoSecurePort: 0,
  softwareVersion: '3.4.1',
  rack: '/default-rack',
  alive: true,
  stale: false,
  adminState: 'NORMAL',
  lastContactMs: 1400,
  lastReportMs: 61_000,
  capacityBytes: 270553174016,
  usedBytes: 24576,
  remainingBytes: 80209022976,
  nonDfsUsedBytes: 17584246784,
  blockPoolUsedBytes: 24576,
  cacheCapacityBytes: 0,
  cacheUsedBytes: 0,
  blocks: 0,
  scheduledBlocks: 0,
  failedVolumes: 0,
  staleStorages: 0,
  storagePercents: [9.083612e-6],
};

const SNAPSHOT: NamenodeSnapshot = {
  role: 'active',
  votes: true,
  hostAndPort: 'localhost:58713',
  hostName: 'vm',
  version: '3.4.1',
  nowMs: 1795263640000,
  startedMs: 1795263601297,
  lastTransitionMs: 0,
  filesystem: { clusterId: 'CID-8e2c054c', blockPoolId: 'BP-2118960127-127.0.0.1-1795263595472' },
  safeMode: undefined,
  appliedIndex: 17,
  inodes: 1,
  openFiles: 0,
  writers: 0,
  maxObjects: 0,
  nameDir: '/data/name',
  stats: {
    capacityBytes: 270553174016,
    usedBytes: 24576,
    remainingBytes: 80209022976,
    blockPoolUsedBytes: 24576,
    nonDfsUsedBytes: 17584246784,
    xceiverCount: 0,
    liveDatanodes: 1,
    deadDatanodes: 0,
    staleDatanodes: 0,
    blocks: 0,
    completeBlocks: 0,
    safeBlocks: 0,
    lowRedundancyBlocks: 0,
    corruptReplicaBlocks: 0,
    missingBlocks: 0,
    missingBlocksReplicationOne: 0,
    highestPriorityLowRedundancyBlocks: 0,
    pendingReconstructionBlocks: 0,
    pendingDeletionBlocks: 0,
    postponedBlocks: 0,
    excessReplicas: 0,
    queuedMessages: 0,
    disputedBlocks: 0,
  },
  datanodes: [DATANODE],
};

async function open(t: TestContext, changes: Partial<NamenodeSnapshot> = {}, plugins: readonly HttpPlugin[] = []) {
  const metrics = new Metrics();
  metrics.measure('rfs_one', 'One', () => 1);
  const view = { snapshot: () => ({ ...SNAPSHOT, ...changes }) };
  const door = await openHttp({ host: '127.0.0.1', port: 0, view, metrics, logger: silentLogger, plugins });
  t.after(() => door.close());
  return async (path: string): Promise<{ response: Response; text: string }> => {
    const response = await fetch(`http://${door.host}:${door.port}${path}`);
    return { response, text: await response.text() };
  };
}

const bean = (name: string): string => `/jmx?qry=Hadoop:service=NameNode,name=${name}`;

test('FSNamesystemState reads as from Apache, line by line', async (t) => {
  const ask = await open(t);
  const { response, text } = await ask(bean('FSNamesystemState'));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf8');
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  const expected = `{
  "beans" : [ {
    "name" : "Hadoop:service=NameNode,name=FSNamesystemState",
    "modelerType" : "org.apache.hadoop.hdfs.server.namenode.FSNamesystem",
    "CapacityTotal" : 270553174016,
    "CapacityUsed" : 24576,
    "CapacityRemaining" : 80209022976,
    "ProvidedCapacityTotal" : 0,
    "TotalLoad" : 0,
    "SnapshotStats" : "{\\"SnapshottableDirectories\\":0,\\"Snapshots\\":0}",
    "NumEncryptionZones" : 0,
    "CurrentTokensCount" : 0,
    "PendingSPSPaths" : 0,
    "FsLockQueueLength" : 0,
    "BlocksTotal" : 0,
    "MaxObjects" : 0,
    "FilesTotal" : 1,
    "PendingReplicationBlocks" : 0,
    "PendingReconstructionBlocks" : 0,
    "UnderReplicatedBlocks" : 0,
    "LowRedundancyBlocks" : 0,
    "PendingDeletionBlocks" : 0,
    "BlockDeletionStartTime" : 1795263601297,
    "FSState" : "Operational",
    "NumLiveDataNodes" : 1,
    "NumDeadDataNodes" : 0,
    "NumDecomLiveDataNodes" : 0,
    "NumDecomDeadDataNodes" : 0,
    "NumInServiceLiveDataNodes" : 1,
    "VolumeFailuresTotal" : 0,
    "NumDecommissioningDataNodes" : 0,
    "NumStaleDataNodes" : 0,
    "NumStaleStorages" : 0,
    "NumInMaintenanceLiveDataNodes" : 0,
    "NumInMaintenanceDeadDataNodes" : 0,
    "NumEnteringMaintenanceDataNodes" : 0
  } ]
}`;
  assert.equal(text, expected);
});

test('NameNodeStatus and NameNodeInfo tell what Apache tells of the same cluster', async (t) => {
  const ask = await open(t);
  const status = (await ask(bean('NameNodeStatus'))).text;
  for (const line of ['"State" : "active"', '"HostAndPort" : "localhost:58713"', '"SlowPeersReport" : null']) {
    assert.ok(status.includes(`    ${line}`), line);
  }
  const info = (await ask(bean('NameNodeInfo'))).text;
  const live =
    '"{\\"localhost:33187\\":{\\"infoAddr\\":\\"127.0.0.1:48455\\",\\"infoSecureAddr\\":\\"127.0.0.1:0\\",' +
    '\\"xferaddr\\":\\"127.0.0.1:33187\\",\\"location\\":\\"/default-rack\\",\\"lastContact\\":1,\\"usedSpace\\":24576,' +
    '\\"adminState\\":\\"In Service\\",\\"nonDfsUsedSpace\\":17584246784,\\"capacity\\":270553174016,\\"numBlocks\\":0,' +
    '\\"version\\":\\"3.4.1\\",\\"used\\":24576,\\"remaining\\":80209022976,\\"blockScheduled\\":0,' +
    '\\"blockPoolUsed\\":24576,\\"blockPoolUsedPercent\\":9.083612E-6,\\"volfails\\":0,\\"lastBlockReport\\":1,' +
    '\\"blockPoolUsedPercentStdDev\\":0.0}}"';
  for (const line of [
    `"LiveNodes" : ${live}`,
    '"DeadNodes" : "{}"',
    '"PercentUsed" : 9.083612E-6',
    '"PercentRemaining" : 29.646305',
    '"Safemode" : ""',
    '"NameDirStatuses" : "{\\"active\\":{\\"/data/name\\":\\"IMAGE_AND_EDITS\\"},\\"failed\\":{}}"',
    '"NodeUsage" : "{\\"nodeUsage\\":{\\"min\\":\\"0.00%\\",\\"median\\":\\"0.00%\\",\\"max\\":\\"0.00%\\",\\"stdDev\\":\\"0.00%\\"}}"',
    '"DistinctVersions" : [ {\n      "key" : "3.4.1",\n      "value" : 1\n    } ]',
  ]) {
    assert.ok(info.includes(`    ${line}`), line);
  }
  const system = (await ask(bean('FSNamesystem'))).text;
  for (const line of ['"tag.HAState" : "active"', '"CapacityTotalGB" : 252.0', '"CapacityRemainingGB" : 75.0']) {
    assert.ok(system.includes(`    ${line}`), line);
  }
});

test('safe mode and datanodes out of service show', async (t) => {
  const ask = await open(t, {
    safeMode: 'It was turned on manually.',
    datanodes: [
      DATANODE,
      {
        ...DATANODE,
        hostName: 'two',
        adminState: 'DECOMMISSION_INPROGRESS',
        stale: true,
        usedBytes: 135276587008,
        leaving: { blocks: 7, openBlocks: 2, onlyHereBlocks: 3, forMs: 4500 },
      },
      { ...DATANODE, hostName: '<b>three', alive: false, adminState: 'DECOMMISSIONED' },
    ],
  });
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const { text } = await ask(path);
    return (JSON.parse(text) as { beans: Record<string, unknown>[] }).beans[0] as Record<string, unknown>;
  };
  const state = await get(bean('FSNamesystemState'));
  assert.equal(state.FSState, 'safeMode');
  assert.equal(state.NumDecomDeadDataNodes, 1);
  assert.equal(state.NumDecommissioningDataNodes, 1);
  assert.equal(state.NumStaleDataNodes, 1);
  const info = await get(bean('NameNodeInfo'));
  assert.equal(info.Safemode, 'Safe mode is ON. It was turned on manually.');
  assert.deepEqual(JSON.parse(info.DeadNodes as string), {
    '<b>three:33187': {
      lastContact: 1,
      decommissioned: true,
      adminState: 'Decommissioned',
      xferaddr: '127.0.0.1:33187',
      location: '/default-rack',
    },
  });
  assert.deepEqual(JSON.parse(info.DecomNodes as string), {
    'two:33187': {
      xferaddr: '127.0.0.1:33187',
      location: '/default-rack',
      underReplicatedBlocks: 7,
      decommissionOnlyReplicas: 3,
      underReplicateInOpenFiles: 2,
      decommissionDuration: 4500,
    },
  });
  const page = (await ask('/')).text;
  assert.match(page, /Safe mode is ON\. It was turned on manually\./);
  assert.match(page, /stale, Decommission In Progress/);
  assert.match(page, /&#60;b&#62;three:33187/);
  assert.ok(!page.includes('<b>'));
});

test('metrics, health and the active are told, and the rest is not found', async (t) => {
  const ask = await open(t);
  const metrics = await ask('/metrics');
  assert.match(metrics.response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(metrics.text, /^rfs_one 1$/m);
  const health = await ask('/health');
  assert.equal(health.response.status, 200);
  assert.deepEqual(JSON.parse(health.text), {
    ready: true,
    role: 'active',
    votes: true,
    safeMode: false,
    appliedIndex: 17,
  });
  assert.equal((await ask('/isActive')).text, 'I am Active!');
  assert.equal((await ask('/nothing')).response.status, 404);
  assert.equal((await ask('/jmx?get=%zz')).response.status, 200);

  const observer = await open(t, { role: 'observer', filesystem: undefined });
  assert.equal((await observer('/health')).response.status, 503);
  assert.equal((await observer('/isActive')).response.status, 405);
  assert.match((await observer('/')).text, /not made yet/);
});

test('a plugin adds routes with long paths, and its failures stay inside', async (t) => {
  const plugin: HttpPlugin = (scope) => {
    scope.get<{ Params: { '*': string } }>('/webhdfs/v1/*', (request) => ({ length: request.params['*'].length }));
    scope.get('/broken', () => {
      throw new Error('secret');
    });
  };
  const ask = await open(t, {}, [plugin]);
  assert.equal((await ask(`/webhdfs/v1/${'a'.repeat(24_000)}`)).text, '{"length":24000}');
  const broken = await ask('/broken');
  assert.equal(broken.response.status, 500);
  assert.equal(broken.text, 'Internal error\n');
});
