import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId } from '@rfs/base/ids';
import { indexOf, TestCluster, uuid } from './cluster.fixture.js';
import type { Datanode } from './index.js';

const ROUND_MS = 3000;
const DEATH_MS = 700_000;
const FOR_EVER = Number.POSITIVE_INFINITY;
const BLOCK = { stamp: 1001, lengthBytes: 100 };

function node(cluster: TestCluster, i: number): Datanode {
  return cluster.blocks.datanodes.get(uuid(i)) as Datanode;
}

function maintain(cluster: TestCluster, i: number, untilMs = FOR_EVER): void {
  cluster.blocks.setMaintenance(node(cluster, i), untilMs, cluster.nowMs);
}

function serve(cluster: TestCluster, i: number): void {
  cluster.blocks.setLeaving(node(cluster, i), false, cluster.nowMs);
}

/** Time passes until the datanode has been silent for too long; the others are heard of. */
function kill(cluster: TestCluster, dead: number, count: number): void {
  cluster.nowMs += DEATH_MS;
  for (let i = 0; i < count; i++) if (i !== dead) cluster.heartbeat(i);
  cluster.settle();
  assert.equal(node(cluster, dead).alive, false);
}

/** Datanodes heartbeat and do as they are told; how many copies they made. */
function rounds(cluster: TestCluster, count: number): number {
  let copies = 0;
  for (let round = 0; round < count; round++) {
    cluster.advance(ROUND_MS);
    for (const [dn, commands] of cluster.heartbeats()) {
      for (const command of commands) {
        if (command.kind === 'invalidate') {
          for (const block of command.blocks) cluster.incremental(dn, 'DELETED', block);
        } else if (command.kind === 'transfer') {
          for (const { block, targets } of command.items) {
            for (const target of targets) cluster.incremental(indexOf(target.datanode), 'RECEIVED', block);
            copies += targets.length;
          }
        }
      }
    }
  }
  return copies;
}

test('maintenance copies nothing that enough others have, and what dies in it is not made up for', () => {
  const cluster = new TestCluster().start(4).lead();
  for (let id = 1; id <= 5; id++) cluster.write(id, 3, 0, 1, 2);
  maintain(cluster, 0);
  assert.equal(node(cluster, 0).adminState, 'ENTERING_MAINTENANCE');
  assert.equal(rounds(cluster, 12), 0);
  assert.equal(node(cluster, 0).adminState, 'IN_MAINTENANCE');
  assert.deepEqual(cluster.where(1), [1, 2], 'nobody reads from it');
  kill(cluster, 0, 4);
  assert.equal(rounds(cluster, 12), 0);
  const stats = cluster.blocks.stats(cluster.nowMs);
  assert.deepEqual([stats.lowRedundancyBlocks, stats.missingBlocks], [0, 0]);
  assert.equal(cluster.blocks.inspect(1 as BlockId)?.replicas.length, 3, 'operators see what is expected back');
});

test('a block that is nowhere else is copied before the maintenance begins; readers may come until then', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.write(1, 1, 0);
  cluster.write(2, 2, 0, 1);
  maintain(cluster, 0);
  cluster.settle();
  const { blocks, onlyHereBlocks } = node(cluster, 0).leaving ?? {};
  assert.deepEqual([blocks, onlyHereBlocks], [1, 1]);
  assert.deepEqual(cluster.where(1), [0]);
  assert.equal(rounds(cluster, 15), 1);
  assert.equal(node(cluster, 0).adminState, 'IN_MAINTENANCE');
  assert.equal(cluster.where(1).length, 1);
  assert.equal(cluster.blocks.liveReplicas(1 as BlockId), 1);
});

test('dfs.namenode.maintenance.replication.min: two must serve, or none need', () => {
  const strict = new TestCluster({ maintenanceMinReplication: 2 }).start(4).lead();
  strict.write(1, 3, 0, 1, 2);
  maintain(strict, 0);
  maintain(strict, 1);
  assert.equal(rounds(strict, 20), 1);
  assert.deepEqual([node(strict, 0).adminState, node(strict, 1).adminState], ['IN_MAINTENANCE', 'IN_MAINTENANCE']);
  assert.deepEqual(strict.where(1), [2, 3]);
  const careless = new TestCluster({ maintenanceMinReplication: 0 }).start(3).lead();
  careless.write(1, 1, 0);
  maintain(careless, 0);
  assert.equal(node(careless, 0).adminState, 'IN_MAINTENANCE');
  assert.equal(rounds(careless, 12), 0);
});

test('one that comes back from the dead within its maintenance serves again with what it had', () => {
  const cluster = new TestCluster().start(4).lead();
  for (let id = 1; id <= 5; id++) cluster.write(id, 3, 0, 1, 2);
  maintain(cluster, 0);
  rounds(cluster, 12);
  kill(cluster, 0, 4);
  cluster.register(0);
  cluster.heartbeat(0);
  cluster.fullReport(
    0,
    [1, 2, 3, 4, 5].map((id) => ({ id, ...BLOCK })),
  );
  cluster.settle();
  assert.equal(node(cluster, 0).adminState, 'IN_MAINTENANCE');
  serve(cluster, 0);
  assert.equal(rounds(cluster, 12), 0);
  assert.equal(node(cluster, 0).adminState, 'NORMAL');
  for (let id = 1; id <= 5; id++) assert.deepEqual(cluster.where(id), [0, 1, 2]);
});

test('maintenance ends by itself; one that is dead then has lost its replicas', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(1, 3, 0, 1, 2);
  maintain(cluster, 0, cluster.nowMs + 60_000);
  rounds(cluster, 12);
  assert.equal(node(cluster, 0).adminState, 'IN_MAINTENANCE');
  rounds(cluster, 12);
  assert.equal(node(cluster, 0).adminState, 'NORMAL');
  assert.deepEqual(cluster.where(1), [0, 1, 2]);
  maintain(cluster, 0, cluster.nowMs + DEATH_MS + 60_000);
  rounds(cluster, 12);
  kill(cluster, 0, 4);
  assert.equal(rounds(cluster, 5), 0);
  assert.equal(rounds(cluster, 30), 1);
  assert.equal(node(cluster, 0).adminState, 'NORMAL');
  assert.deepEqual(cluster.where(1), [1, 2, 3]);
});

test('a dead datanode may be put into maintenance; what was made up for meanwhile is surplus when it is back', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(1, 3, 0, 1, 2);
  kill(cluster, 0, 4);
  assert.equal(rounds(cluster, 12), 1);
  maintain(cluster, 0);
  assert.equal(node(cluster, 0).adminState, 'IN_MAINTENANCE');
  cluster.register(0);
  cluster.heartbeat(0);
  cluster.fullReport(0, [{ id: 1, ...BLOCK }]);
  rounds(cluster, 12);
  assert.deepEqual(cluster.where(1), [1, 2, 3]);
  serve(cluster, 0);
  rounds(cluster, 12);
  assert.equal(cluster.where(1).length, 3);
});

test('a datanode that enters maintenance may be told to leave for good, and the other way round', () => {
  const cluster = new TestCluster().start(5).lead();
  for (let id = 1; id <= 5; id++) cluster.write(id, 3, 0, 1, 2);
  maintain(cluster, 0);
  cluster.blocks.setLeaving(node(cluster, 0), true, cluster.nowMs);
  assert.equal(rounds(cluster, 30), 5);
  assert.equal(node(cluster, 0).adminState, 'DECOMMISSIONED');
  maintain(cluster, 0);
  assert.equal(node(cluster, 0).adminState, 'IN_MAINTENANCE');
  cluster.blocks.setLeaving(node(cluster, 0), true, cluster.nowMs);
  rounds(cluster, 12);
  assert.equal(node(cluster, 0).adminState, 'DECOMMISSIONED');
});

test('nothing new is written to a datanode under maintenance, and its space does not count', () => {
  const cluster = new TestCluster().start(3).lead();
  const before = cluster.blocks.stats(cluster.nowMs).capacityBytes;
  maintain(cluster, 0);
  const request = { replicas: 3, writer: undefined, chosen: [], excluded: [], favored: [], blockSizeBytes: 100 };
  const flags = { newBlock: true, avoidLocalNode: false, avoidLocalRack: false };
  const policy = { id: 7, name: 'HOT', types: [1], creationFallbacks: [], replicationFallbacks: [] } as const;
  const chosen = cluster.blocks.chooseTargets({ ...request, ...flags, policy }, cluster.nowMs);
  assert.deepEqual(chosen.map(({ datanode }) => indexOf(datanode)).sort(), [1, 2]);
  assert.equal(cluster.blocks.stats(cluster.nowMs).capacityBytes, (before / 3) * 2);
});
