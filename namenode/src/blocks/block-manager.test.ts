import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { storageId, TestCluster, uuid } from './cluster.fixture.js';
import { HOT } from './placement/index.js';
import { type DatanodeCommand, ReplicaState } from './types.js';

const B = 7 as BlockId;
const GS = 1001 as GenerationStamp;
const NEWER = 1002 as GenerationStamp;
const EXPIRY_MS = 2 * 300_000 + 10 * 3000;

const FREE_BYTES = 1e12;
/** One replica, anywhere. */
const placement = {
  replicas: 1,
  writer: undefined,
  chosen: [],
  excluded: [],
  favored: [],
  policy: HOT,
  newBlock: true,
  avoidLocalNode: false,
  avoidLocalRack: false,
};

const refs = (...datanodes: number[]) => datanodes.map((i) => ({ datanodeUuid: uuid(i), storageId: storageId(i) }));

function ids(commands: readonly DatanodeCommand[] | undefined, kind: 'invalidate' | 'transfer' | 'recover'): number[] {
  const command = (commands ?? []).find((candidate) => candidate.kind === kind);
  if (command?.kind === 'invalidate') return command.blocks.map((block) => block.id);
  if (command?.kind === 'transfer') return command.items.map((item) => item.block.id);
  return command?.kind === 'recover' ? command.items.map((item) => item.block.id) : [];
}

test('a block becomes minimally replicated with the right stamp and length, and its watchers are woken', () => {
  const cluster = new TestCluster().start(3).lead();
  const woken: number[] = [];
  const watcher = { replicaReported: (block: number) => void woken.push(block) };
  cluster.blocks.watch(B, watcher);
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 3, refs(0, 1, 2));
  cluster.incremental(0, 'RECEIVING', { id: B, stamp: GS, lengthBytes: 0 });
  assert.equal(cluster.blocks.isMinimallyReplicated(B, GS, 100), false);
  assert.deepEqual(cluster.where(B), [0, 1, 2]);
  cluster.received(B, GS, 100, 0);
  assert.deepEqual(woken, [B]);
  assert.equal(cluster.blocks.isMinimallyReplicated(B, GS, 99), false);
  assert.equal(cluster.blocks.isMinimallyReplicated(B, NEWER, 100), false);
  assert.equal(cluster.blocks.isMinimallyReplicated(B, GS, 100), true);
  cluster.blocks.unwatch(B, watcher);
  cluster.received(B, GS, 100, 1);
  assert.equal(woken.length, 1);
});

test('replicas that are late at completion are waited for, not copied', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 3, refs(0, 1, 2));
  cluster.received(B, GS, 100, 0);
  cluster.blocks.events.blockCompleted(B, GS, 100);
  cluster.advance(4000);
  assert.equal(cluster.blocks.stats(cluster.nowMs).lowRedundancyBlocks, 0);
  assert.equal(cluster.blocks.stats(cluster.nowMs).pendingReconstructionBlocks, 1);
  cluster.received(B, GS, 100, 1, 2);
  assert.equal(cluster.blocks.stats(cluster.nowMs).pendingReconstructionBlocks, 0);
});

test('a dead datanode loses its replicas, the block is copied, and the source is told once', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(B, 3, 0, 1, 2);
  cluster.nowMs += EXPIRY_MS;
  for (const i of [1, 2, 3]) cluster.heartbeat(i);
  cluster.settle();
  assert.deepEqual(cluster.where(B), [1, 2]);
  assert.equal(cluster.blocks.stats(cluster.nowMs).deadDatanodes, 1);
  cluster.advance(3000);
  const told = [...cluster.heartbeats().values()].flatMap((commands) => ids(commands, 'transfer'));
  assert.deepEqual(told, [B]);
  assert.equal(cluster.blocks.stats(cluster.nowMs).pendingReconstructionBlocks, 1);
  cluster.received(B, GS, 100, 3);
  assert.deepEqual(cluster.where(B), [1, 2, 3]);
  assert.equal(cluster.blocks.stats(cluster.nowMs).lowRedundancyBlocks, 0);
  cluster.register(0);
  cluster.heartbeat(0);
  cluster.received(B, GS, 100, 0);
  assert.equal(cluster.blocks.stats(cluster.nowMs).excessReplicas, 0, 'nothing goes before the full report');
  cluster.fullReport(0, [{ id: B, stamp: GS, lengthBytes: 100 }]);
  cluster.advance(3000);
  assert.equal(cluster.blocks.stats(cluster.nowMs).excessReplicas, 1);
});

test('an ordered copy that does not come is ordered again', () => {
  const cluster = new TestCluster().start(2).lead();
  cluster.write(B, 2, 0);
  cluster.advance(3000);
  assert.deepEqual(ids(cluster.heartbeats().get(0), 'transfer'), [B]);
  cluster.advance(200_000);
  assert.deepEqual(ids(cluster.heartbeats().get(0), 'transfer'), []);
  cluster.advance(101_000);
  assert.deepEqual(ids(cluster.heartbeats().get(0), 'transfer'), [B]);
});

test('one replica left goes before two of three', () => {
  const cluster = new TestCluster({ replicationWorkMultiplier: 1, maxReplicationStreams: 9 }).start(4).lead();
  for (let id = 1; id <= 20; id++) cluster.write(id, 3, 0, 1);
  cluster.write(99, 3, 0);
  assert.equal(cluster.blocks.stats(cluster.nowMs).highestPriorityLowRedundancyBlocks, 1);
  cluster.advance(3000);
  const told = [...cluster.heartbeats().values()].flatMap((commands) => ids(commands, 'transfer'));
  assert.ok(told.includes(99));
});

test('surplus replicas go: the hint first, then the fullest; a rack is kept', () => {
  const cluster = new TestCluster().start(4, 2).lead();
  cluster.write(B, 3, 0, 1, 2);
  cluster.incremental(3, 'RECEIVED', { id: B, stamp: GS, lengthBytes: 100 }, uuid(1));
  assert.deepEqual(ids(cluster.heartbeat(1), 'invalidate'), [B]);
  assert.deepEqual(cluster.where(B), [0, 2, 3]);
  cluster.incremental(1, 'DELETED', { id: B, stamp: GS, lengthBytes: 0 });
  cluster.heartbeat(0, 5e11);
  cluster.blocks.events.replicationChanged(B, 2);
  assert.deepEqual(cluster.where(B), [2, 3]);
});

test('a surplus replica stays when another one was lost before the datanode was told', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(B, 3, 0, 1, 2);
  cluster.incremental(3, 'RECEIVED', { id: B, stamp: GS, lengthBytes: 100 }, uuid(1));
  cluster.incremental(2, 'DELETED', { id: B, stamp: GS, lengthBytes: 0 });
  assert.deepEqual(ids(cluster.heartbeat(1), 'invalidate'), []);
  assert.deepEqual(cluster.where(B), [0, 1, 3]);
});

test('a leader that steps down forgets whom it meant to delete', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(B, 3, 0, 1, 2);
  cluster.received(B, GS, 100, 3);
  assert.equal(cluster.where(B).length, 3);
  cluster.blocks.setLeader(false, cluster.nowMs);
  cluster.settle();
  assert.equal(cluster.where(B).length, 4);
  assert.equal(cluster.blocks.stats(cluster.nowMs).pendingDeletionBlocks, 0);
});

test('a corrupt replica is hidden, copied anew elsewhere and only then deleted', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(B, 3, 0, 1, 2);
  const block = { id: B, stamp: GS, lengthBytes: 100 };
  cluster.blocks.reportBadBlock(block, uuid(1), storageId(1));
  assert.deepEqual(cluster.where(B), [0, 2]);
  assert.equal(cluster.blocks.stats(cluster.nowMs).corruptReplicaBlocks, 1);
  cluster.advance(3000);
  const commands = cluster.heartbeats();
  assert.deepEqual(ids(commands.get(1), 'invalidate'), []);
  assert.equal([...commands.values()].flatMap((list) => ids(list, 'transfer')).length, 1);
  cluster.received(B, GS, 100, 3);
  assert.deepEqual(ids(cluster.heartbeat(1), 'invalidate'), [B]);
  cluster.incremental(1, 'DELETED', block);
  assert.equal(cluster.blocks.stats(cluster.nowMs).corruptReplicaBlocks, 0);
});

test('a corrupt replica outlives the doubt about the good ones', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.write(B, 2, 0, 1);
  cluster.blocks.setLeader(false, cluster.nowMs);
  cluster.blocks.reportBadBlock({ id: B, stamp: GS, lengthBytes: 100 }, uuid(0), '');
  cluster.received(B, GS, 100, 2);
  cluster.blocks.setLeader(true, cluster.nowMs);
  cluster.advance(3000);
  assert.deepEqual(ids(cluster.heartbeat(0), 'invalidate'), []);
  for (const i of [0, 1, 2]) {
    cluster.heartbeat(i);
    cluster.fullReport(i, [{ id: B, stamp: GS, lengthBytes: 100 }]);
  }
  cluster.advance(3000);
  assert.deepEqual(ids(cluster.heartbeat(0), 'invalidate'), [B]);
  assert.deepEqual(cluster.where(B), [1, 2]);
});

test('when all replicas are corrupt they are listed as such and the block is missing', () => {
  const cluster = new TestCluster().start(2).lead();
  cluster.write(B, 1, 0);
  cluster.blocks.reportBadBlock({ id: B, stamp: GS, lengthBytes: 100 }, uuid(0), '');
  const found = cluster.blocks.locations(B, undefined);
  assert.equal(found?.corrupt, true);
  assert.equal(found?.storages.length, 1);
  assert.equal(cluster.blocks.stats(cluster.nowMs).missingBlocks, 1);
  assert.equal(cluster.blocks.stats(cluster.nowMs).missingBlocksReplicationOne, 1);
});

test('a replica left behind by pipeline recovery is told apart by its stamp and deleted under it', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 2, refs(0, 1));
  cluster.incremental(0, 'RECEIVING', { id: B, stamp: GS, lengthBytes: 0 });
  cluster.blocks.events.blockReopened(B, NEWER, 50, refs(1, 2));
  assert.deepEqual(cluster.where(B), [1, 2]);
  cluster.received(B, NEWER, 100, 1, 2);
  cluster.blocks.events.blockCommitted(B, NEWER, 100);
  cluster.blocks.events.blockCompleted(B, NEWER, 100);
  assert.deepEqual(cluster.where(B), [1, 2]);
  cluster.fullReport(0, [{ id: B, stamp: GS, lengthBytes: 50 }]);
  cluster.settle();
  assert.deepEqual(cluster.where(B), [1, 2]);
  const command = cluster.heartbeat(0).find((candidate) => candidate.kind === 'invalidate');
  assert.deepEqual(command, { kind: 'invalidate', blocks: [{ id: B, stamp: GS, lengthBytes: 0 }] });
});

test('a removed block is deleted everywhere; orphans of later full reports too, never those of the first', () => {
  const cluster = new TestCluster().start(2);
  cluster.blocks.endRebuild(1005 as GenerationStamp);
  cluster.blocks.setLeader(true, cluster.nowMs);
  cluster.settle();
  cluster.write(B, 2, 0, 1);
  cluster.blocks.events.blockRemoved(B);
  assert.deepEqual(ids(cluster.heartbeat(0), 'invalidate'), [B]);
  const orphan = { id: 55, stamp: 1001, lengthBytes: 1 };
  cluster.fullReport(1, [orphan]);
  cluster.settle();
  assert.deepEqual(ids(cluster.heartbeat(1), 'invalidate'), [B]);
  cluster.fullReport(1, [orphan, { id: 56, stamp: 9999, lengthBytes: 1 }]);
  cluster.settle();
  assert.deepEqual(ids(cluster.heartbeat(1), 'invalidate'), [55], 'a stamp not yet given out is no orphan');
});

test('a new leader deletes no surplus before every storage concerned has reported again', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(B, 3, 0, 1, 2);
  cluster.blocks.setLeader(false, cluster.nowMs);
  cluster.received(B, GS, 100, 3);
  cluster.blocks.setLeader(true, cluster.nowMs);
  cluster.advance(3000);
  assert.equal(cluster.blocks.stats(cluster.nowMs).postponedBlocks, 1);
  assert.equal(cluster.blocks.stats(cluster.nowMs).excessReplicas, 0);
  for (const i of [0, 1, 2, 3]) {
    cluster.heartbeat(i);
    cluster.fullReport(i, [{ id: B, stamp: GS, lengthBytes: 100 }]);
  }
  cluster.advance(3000);
  assert.equal(cluster.blocks.stats(cluster.nowMs).excessReplicas, 1);
  assert.equal(cluster.blocks.stats(cluster.nowMs).postponedBlocks, 0);
});

test('block recovery is led by each live datanode in turn and is started again by a new leader', () => {
  const cluster = new TestCluster().start(2).lead();
  cluster.blocks.events.blockAllocated(B, GS, 1 as InodeId, 2, refs(0, 1));
  cluster.nowMs += 1000;
  cluster.heartbeat(1);
  cluster.blocks.events.blockRecoveryStarted(B, GS, 0, NEWER, -1, refs(0, 1));
  const command = cluster.heartbeat(1).find((candidate) => candidate.kind === 'recover');
  assert.ok(command?.kind === 'recover');
  assert.equal(command.items[0]?.newStamp, NEWER);
  assert.equal(command.items[0]?.locations.length, 2);
  assert.equal(cluster.blocks.retryRecovery(B, cluster.nowMs)?.uuid, uuid(0));
  assert.deepEqual(ids(cluster.heartbeat(0), 'recover'), [B]);
  cluster.blocks.setLeader(false, cluster.nowMs);
  cluster.blocks.setLeader(true, cluster.nowMs);
  assert.equal([...cluster.heartbeats().values()].flatMap((list) => ids(list, 'recover')).length, 1);
});

test('safe mode ends by reports, speaks as HDFS does, and the manual one silences commands', () => {
  const cluster = new TestCluster({ safeModeExtensionMs: 5000 }).start(1);
  for (let id = 1; id <= 10; id++) cluster.restore(id, 1);
  cluster.blocks.setLeader(true, cluster.nowMs);
  cluster.blocks.endRebuild(GS);
  cluster.settle();
  assert.equal(
    cluster.blocks.safeModeTip(cluster.nowMs),
    'The reported blocks 0 needs additional 9 blocks to reach the threshold 0.9990 of total blocks 10.\n' +
      'The minimum number of live datanodes is not required. ' +
      'Safe mode will be turned off automatically once the thresholds have been reached.',
  );
  const replicas = Array.from({ length: 9 }, (_, i) => ({ id: i + 1, stamp: 1001, lengthBytes: 100 }));
  cluster.fullReport(0, replicas);
  cluster.settle();
  assert.match(cluster.blocks.safeModeTip(cluster.nowMs), /In safe mode extension.* in 5 seconds\.$/);
  cluster.advance(5000);
  assert.equal(cluster.blocks.safeMode.on, false);
  assert.equal(cluster.blocks.stats(cluster.nowMs).missingBlocks, 1);
  cluster.blocks.events.blockRemoved(1 as BlockId);
  cluster.blocks.setManualSafeMode(true);
  assert.deepEqual(cluster.heartbeat(0), []);
  cluster.blocks.setManualSafeMode(false);
  assert.deepEqual(ids(cluster.heartbeat(0), 'invalidate'), [1]);
});

test('reports during the rebuild wait for it', () => {
  const cluster = new TestCluster().start(2);
  cluster.fullReport(0, [{ id: B, stamp: GS, lengthBytes: 100 }]);
  cluster.received(B, GS, 100, 1);
  cluster.settle();
  cluster.restore(B, 2);
  assert.deepEqual(cluster.where(B), [1]);
  cluster.blocks.endRebuild(GS);
  cluster.settle();
  assert.deepEqual(cluster.where(B), [0, 1]);
});

test('registration: a new uuid at an address replaces the old, a moved or unknown sender is told to register', () => {
  const cluster = new TestCluster().start(2).lead();
  cluster.write(B, 2, 0, 1);
  const old = cluster.blocks.datanodes.get(uuid(0))!;
  cluster.blocks.fromDatanodes.register({ ...old.registration, uuid: 'dn9' }, cluster.nowMs);
  cluster.settle();
  assert.equal(cluster.blocks.datanodes.get(uuid(0)), undefined);
  assert.deepEqual(cluster.where(B), [1]);
  assert.deepEqual(cluster.heartbeat(0), [{ kind: 'register' }]);
  cluster.blocks.fromDatanodes.register(
    { ...cluster.blocks.datanodes.get(uuid(1))!.registration, xferPort: 1 },
    cluster.nowMs,
  );
  assert.deepEqual(cluster.heartbeat(1), [{ kind: 'register' }]);
  assert.deepEqual(cluster.where(B), [1]);
});

test('locations are sorted for the reader: its host, its rack, the rest', () => {
  const cluster = new TestCluster().start(6, 2).lead();
  cluster.write(B, 3, 1, 2, 4);
  const order = (ip: string) =>
    cluster.blocks.locations(B, cluster.blocks.locate(ip, ''))?.storages.map((storage) => storage.datanode.uuid);
  assert.deepEqual(order('10.0.0.1')?.[0], 'dn1');
  assert.deepEqual(order('10.0.0.3')?.[0], 'dn1');
  assert.deepEqual(order('10.0.0.4')?.slice(0, 2), ['dn4', 'dn2']);
});

test('silent datanodes are read last, also by a reader on their host, when that is asked for', () => {
  const cluster = new TestCluster({ avoidStaleForRead: true, staleIntervalMs: 30_000 }).start(3).lead();
  cluster.write(B, 3, 0, 1, 2);
  cluster.nowMs += 40_000;
  for (const i of [1, 2]) cluster.heartbeat(i);
  cluster.settle();
  const found = cluster.blocks.locations(B, cluster.blocks.locate('10.0.0.0', ''))?.storages;
  assert.equal(found?.at(-1)?.datanode.uuid, 'dn0');
});

test('an RWR replica of a complete block is corrupt, an RBW one is let be', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.write(B, 2, 0, 1);
  cluster.fullReport(2, [{ id: B, stamp: GS, lengthBytes: 100, state: ReplicaState.RBW }]);
  cluster.settle();
  assert.equal(cluster.blocks.stats(cluster.nowMs).corruptReplicaBlocks, 0);
  cluster.fullReport(2, [{ id: B, stamp: GS, lengthBytes: 100, state: ReplicaState.RWR }]);
  cluster.settle();
  assert.deepEqual(ids(cluster.heartbeat(2), 'invalidate'), [B]);
  assert.deepEqual(cluster.where(B), [0, 1]);
});

test('what is on its way to datanodes is counted by the leader alone, until it is there or given up', () => {
  const cluster = new TestCluster({ minBlocksForWrite: 1 }).start(1).lead();
  const block = (i: number) => (100 + i) as BlockId;
  const places = () => {
    const request = { ...placement, blockSizeBytes: FREE_BYTES / 2 };
    return cluster.blocks.chooseTargets(request, cluster.nowMs).length;
  };
  const allocate = (i: number) => cluster.blocks.events.blockAllocated(block(i), GS, 1 as InodeId, 1, refs(0));
  allocate(0);
  assert.equal(places(), 1);
  allocate(1);
  assert.equal(places(), 0, 'two halves are on their way');
  cluster.received(block(0), GS, 100, 0);
  assert.equal(places(), 1, 'one has come');
  cluster.blocks.events.blockRemoved(block(1));
  allocate(2);
  assert.equal(places(), 1, 'one was given up');
  // As a follower: reports come before the log says what they are about.
  cluster.blocks.setLeader(false, cluster.nowMs);
  for (let i = 3; i < 10; i++) {
    cluster.received(block(i), GS, 100, 0);
    allocate(i);
  }
  cluster.blocks.setLeader(true, cluster.nowMs);
  assert.equal(places(), 1);
});

test('silence while the node itself could hear nobody kills no datanode', () => {
  const cluster = new TestCluster().start(2).lead();
  cluster.nowMs += EXPIRY_MS;
  cluster.blocks.hearAnew(cluster.nowMs);
  cluster.settle();
  assert.equal(cluster.blocks.stats(cluster.nowMs).deadDatanodes, 0);
  cluster.nowMs += EXPIRY_MS - 1000;
  cluster.heartbeat(0);
  cluster.settle();
  assert.equal(cluster.blocks.stats(cluster.nowMs).deadDatanodes, 0);
  cluster.advance(1000);
  assert.equal(cluster.blocks.stats(cluster.nowMs).deadDatanodes, 1, 'the other one was silent on its own');
});

test('datanodes are expected for some heartbeats from when the node hears, and the first heartbeat of each', () => {
  const cluster = new TestCluster().start(1).lead();
  cluster.blocks.hearAnew(cluster.nowMs);
  const expects = () => cluster.blocks.expectsDatanodes(cluster.nowMs);
  assert.equal(expects(), true);
  cluster.advance(9000);
  assert.equal(expects(), false);
  cluster.register(1);
  assert.equal(expects(), true);
  cluster.heartbeat(1);
  assert.equal(expects(), false);
});
