import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { BlockManager, DEFAULT_BLOCK_MANAGER_CONFIG, StorageType } from '../../blocks/index.js';
import { COMMAND_ENTRY, CommandEncoder, CommandKind, IDENTITY_ENTRY, StateMachine } from '../../namespace/index.js';
import { MemoryStore } from '../../store/index.js';
import { MachineView } from './index.js';

const HEADER = {
  timeMs: 1,
  user: 'root',
  groups: [],
  superuser: true,
  clientId: undefined,
  callId: -1,
  clientMachine: '',
};

function setUp() {
  const clock = new VirtualClock(1_700_000_000_000);
  const blocks = new BlockManager(DEFAULT_BLOCK_MANAGER_CONFIG, seededRandom(1));
  const machine = new StateMachine(new MemoryStore(), blocks.events);
  const view = new MachineView({
    machine,
    blocks,
    clock,
    role: () => 'observer',
    votes: () => true,
    lastTransitionMs: () => 5,
    hostAndPort: 'nn:8020',
    hostName: 'nn',
    version: '3.4.1',
    startedMs: clock.nowMs(),
    maxObjects: 0,
    nameDir: '/name',
    staleIntervalMs: 30_000,
  });
  return { clock, blocks, machine, view };
}

test('a namenode without a filesystem can be looked at', () => {
  const { view } = setUp();
  const { filesystem, inodes, datanodes, safeMode } = view.snapshot();
  assert.deepEqual({ filesystem, inodes, datanodes }, { filesystem: undefined, inodes: 0, datanodes: [] });
  assert.match(safeMode ?? '', /Safe mode will be turned off automatically/);
});

test('the snapshot follows the namespace, the datanodes and the clock', () => {
  const { clock, blocks, machine, view } = setUp();
  const encoder = new CommandEncoder();
  const bootstrap = {
    clusterId: 'CID-1',
    namespaceId: 7,
    blockPoolId: 'BP-1',
    creationTimeMs: 1,
    rootOwner: 'root',
    rootGroup: 'supergroup',
    rootMode: 0o755,
  };
  const mkdirs = { path: '/a/b', mode: 0o755, createParent: true };
  machine.applyBatch(
    [
      { index: 1, term: 1, kind: IDENTITY_ENTRY, data: encoder.encode(CommandKind.BOOTSTRAP, HEADER, bootstrap) },
      { index: 2, term: 1, kind: COMMAND_ENTRY, data: encoder.encode(CommandKind.MKDIRS, HEADER, mkdirs) },
    ],
    [],
  );
  const registration = {
    uuid: 'u1',
    ipAddr: '10.0.0.1',
    hostName: 'dn1',
    peerHostName: '10.0.0.1',
    xferPort: 9866,
    infoPort: 9864,
    infoSecurePort: 0,
    ipcPort: 9867,
    softwareVersion: '3.4.1',
  };
  blocks.fromDatanodes.register(registration, clock.monotonicMs());
  const storage = { id: 'DS-1', type: StorageType.DISK, health: 'NORMAL' } as const;
  const report = {
    storage,
    failed: false,
    capacityBytes: 1000,
    usedBytes: 100,
    remainingBytes: 700,
    blockPoolUsedBytes: 50,
    nonDfsUsedBytes: 200,
  };
  blocks.fromDatanodes.heartbeat(
    'u1',
    '10.0.0.1',
    9866,
    {
      reports: [report],
      xceiverCount: 3,
      xmitsInProgress: 0,
      failedVolumes: 1,
      cacheCapacityBytes: 0,
      cacheUsedBytes: 0,
      requestFullReportLease: false,
    },
    clock.monotonicMs(),
  );
  clock.advance(40_000);
  const snapshot = view.snapshot();
  assert.equal(snapshot.filesystem?.blockPoolId, 'BP-1');
  assert.equal(snapshot.inodes, 3, 'the root, a and b');
  assert.equal(snapshot.appliedIndex, 2);
  assert.equal(snapshot.role, 'observer');
  assert.equal(snapshot.nowMs - snapshot.startedMs, 40_000);
  const [node] = snapshot.datanodes;
  assert.ok(node !== undefined);
  assert.equal(node.lastContactMs, 40_000);
  assert.deepEqual([node.alive, node.stale, node.failedVolumes, node.staleStorages], [true, true, 1, 1]);
  assert.deepEqual(node.storagePercents, [5]);
  assert.equal(snapshot.stats.capacityBytes, 1000);
});
