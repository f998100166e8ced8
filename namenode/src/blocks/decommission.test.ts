import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import fc from 'fast-check';
import { indexOf, storageId, TestCluster, uuid } from './cluster.fixture.js';
import type { Datanode } from './index.js';

const BLOCK = { stamp: 1001, lengthBytes: 100 };
const ROUND_MS = 3000;

function node(cluster: TestCluster, i: number): Datanode {
  return cluster.blocks.datanodes.get(uuid(i)) as Datanode;
}

function leave(cluster: TestCluster, ...which: readonly number[]): void {
  for (const i of which) cluster.blocks.setLeaving(node(cluster, i), true, cluster.nowMs);
}

function stay(cluster: TestCluster, i: number): void {
  cluster.blocks.setLeaving(node(cluster, i), false, cluster.nowMs);
}

function states(cluster: TestCluster, ...which: readonly number[]): string[] {
  return which.map((i) => node(cluster, i).adminState);
}

/** Time passes; datanodes heartbeat and do as they are told. The datanodes that copied. */
function rounds(cluster: TestCluster, count: number): Set<number> {
  const sources = new Set<number>();
  for (let round = 0; round < count; round++) {
    cluster.advance(ROUND_MS);
    for (const [dn, commands] of cluster.heartbeats()) {
      for (const command of commands) {
        if (command.kind === 'invalidate') {
          for (const block of command.blocks) cluster.incremental(dn, 'DELETED', block);
        } else if (command.kind === 'transfer') {
          sources.add(dn);
          for (const { block, targets } of command.items) {
            for (const target of targets) cluster.incremental(indexOf(target.datanode), 'RECEIVED', block);
          }
        }
      }
    }
  }
  return sources;
}

test('two datanodes are emptied at once; nothing lacks replicas when it says done', () => {
  const cluster = new TestCluster().start(6, 2).lead();
  for (let id = 1; id <= 40; id++) cluster.write(id, 3, id % 6, (id + 1) % 6, (id + 3) % 6);
  leave(cluster, 0, 1);
  assert.deepEqual(states(cluster, 0, 1), ['DECOMMISSION_INPROGRESS', 'DECOMMISSION_INPROGRESS']);
  cluster.settle();
  assert.ok((node(cluster, 0).leaving?.blocks ?? 0) > 0, 'progress is told');
  assert.deepEqual(states(cluster, 0, 1), ['DECOMMISSION_INPROGRESS', 'DECOMMISSION_INPROGRESS']);
  rounds(cluster, 60);
  assert.deepEqual(states(cluster, 0, 1), ['DECOMMISSIONED', 'DECOMMISSIONED']);
  assert.equal(node(cluster, 0).leaving?.blocks, 0);
  assert.equal(cluster.blocks.stats(cluster.nowMs).lowRedundancyBlocks, 0);
  for (let id = 1; id <= 40; id++) assert.equal(cluster.blocks.liveReplicas(id as BlockId), 3);
});

test('an empty datanode is done at the first pass, but only after it has reported', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.register(3);
  cluster.heartbeat(3);
  leave(cluster, 0, 3);
  cluster.settle();
  assert.deepEqual(states(cluster, 0, 3), ['DECOMMISSIONED', 'DECOMMISSION_INPROGRESS']);
  cluster.fullReport(3, []);
  rounds(cluster, 11);
  assert.deepEqual(states(cluster, 3), ['DECOMMISSIONED']);
});

test('a block that is nowhere else is copied from the leaving datanode, which readers are told of last', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.write(1, 1, 0);
  leave(cluster, 0);
  cluster.settle();
  const { blocks, onlyHereBlocks, openBlocks } = node(cluster, 0).leaving ?? {};
  assert.deepEqual([blocks, onlyHereBlocks, openBlocks], [1, 1, 0]);
  assert.deepEqual([...rounds(cluster, 15)], [0]);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
  const found = cluster.blocks.locations(1 as BlockId, undefined)?.storages ?? [];
  assert.equal(found.length, 2);
  assert.equal(found.at(-1)?.datanode, node(cluster, 0));
});

test('nothing new is placed on a datanode that leaves', () => {
  const cluster = new TestCluster().start(4).lead();
  leave(cluster, 1, 2);
  const request = {
    replicas: 3,
    writer: { datanode: node(cluster, 1), rackPath: node(cluster, 1).rack.path },
    chosen: [],
    excluded: [],
    favored: [node(cluster, 2)],
    blockSizeBytes: 100,
    policy: { id: 7, name: 'HOT', types: [1], creationFallbacks: [], replicationFallbacks: [] },
    newBlock: true,
    avoidLocalNode: false,
    avoidLocalRack: false,
  } as never;
  for (let i = 0; i < 20; i++) {
    const chosen = cluster.blocks.chooseTargets(request, cluster.nowMs).map((storage) => indexOf(storage.datanode));
    assert.deepEqual(chosen.sort(), [0, 3]);
  }
});

test('it is not done while the cluster is too small, and done once it has grown', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.write(1, 3, 0, 1, 2);
  leave(cluster, 0);
  rounds(cluster, 30);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSION_INPROGRESS']);
  cluster.register(3);
  cluster.heartbeat(3);
  cluster.fullReport(3, []);
  rounds(cluster, 15);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
});

test('a file with more replicas than there are datanodes does not hold it up: as many as by default suffice', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(1, 4, 0, 1, 2, 3);
  leave(cluster, 0);
  cluster.settle();
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
});

test('the last block of an open file needs only what a write needs, elsewhere', () => {
  const cluster = new TestCluster().start(4).lead();
  const open = (id: number, ...datanodes: readonly number[]): void => {
    const expected = datanodes.map((i) => ({ datanodeUuid: uuid(i), storageId: storageId(i) }));
    cluster.blocks.events.blockAllocated(id as BlockId, 1001 as GenerationStamp, 1 as InodeId, 3, expected);
    for (const i of datanodes) cluster.incremental(i, 'RECEIVING', { id, ...BLOCK });
  };
  open(1, 0, 1, 2);
  open(2, 3);
  leave(cluster, 0, 3);
  rounds(cluster, 12);
  assert.deepEqual(states(cluster, 0, 3), ['DECOMMISSIONED', 'DECOMMISSION_INPROGRESS']);
  assert.equal(node(cluster, 3).leaving?.openBlocks, 1);
  assert.deepEqual([...(node(cluster, 3).leaving?.openFiles ?? [])], [1]);
  cluster.received(2, 1001, 100, 3);
  cluster.blocks.events.blockCommitted(2 as BlockId, 1001 as GenerationStamp, 100);
  cluster.blocks.events.blockCompleted(2 as BlockId, 1001 as GenerationStamp, 100);
  cluster.blocks.events.replicationChanged(2 as BlockId, 2);
  rounds(cluster, 30);
  assert.deepEqual(states(cluster, 3), ['DECOMMISSIONED']);
  assert.equal(cluster.blocks.liveReplicas(2 as BlockId), 2);
});

test('a whole rack can leave: the spread is judged over the racks that stay', () => {
  const cluster = new TestCluster().start(6, 2).lead();
  for (let id = 1; id <= 9; id++) cluster.write(id, 3, 0, 1, 3);
  leave(cluster, 1, 3, 5);
  rounds(cluster, 40);
  assert.deepEqual(states(cluster, 1, 3, 5), ['DECOMMISSIONED', 'DECOMMISSIONED', 'DECOMMISSIONED']);
  for (let id = 1; id <= 9; id++) assert.equal(cluster.blocks.liveReplicas(id as BlockId), 3);
});

test('a datanode taken back serves again, and what was copied meanwhile is surplus', () => {
  const cluster = new TestCluster().start(4).lead();
  for (let id = 1; id <= 5; id++) cluster.write(id, 3, 0, 1, 2);
  leave(cluster, 0);
  rounds(cluster, 30);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
  stay(cluster, 0);
  assert.equal(node(cluster, 0).leaving, undefined);
  rounds(cluster, 10);
  assert.deepEqual(states(cluster, 0), ['NORMAL']);
  for (let id = 1; id <= 5; id++) assert.equal(cluster.where(id).length, 3);
});

test('what the leader before may have had deleted does not count before it is reported again', () => {
  const cluster = new TestCluster().start(3).lead();
  cluster.blocks.setLeader(false, cluster.nowMs);
  cluster.write(1, 1, 0, 1);
  leave(cluster, 0);
  cluster.blocks.setLeader(true, cluster.nowMs);
  cluster.settle();
  assert.deepEqual(states(cluster, 0), ['DECOMMISSION_INPROGRESS']);
  cluster.heartbeats();
  cluster.fullReport(0, [{ id: 1, ...BLOCK }]);
  cluster.fullReport(1, []);
  cluster.fullReport(2, []);
  rounds(cluster, 40);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
  assert.equal(cluster.blocks.liveReplicas(1 as BlockId), 1, 'it was copied');
});

test('a replica lost behind the pass is seen before its end', () => {
  const cluster = new TestCluster().start(6).lead();
  for (let id = 1; id <= 20; id++) cluster.write(id, 4, 0, 1, 2, 3);
  leave(cluster, 0);
  cluster.blocks.tick(cluster.nowMs, 10);
  for (const i of [1, 2]) {
    const block = { id: 1 as BlockId, stamp: 1001 as GenerationStamp, lengthBytes: 100 };
    cluster.blocks.reportBadBlock(block, uuid(i), storageId(i));
  }
  cluster.settle();
  assert.deepEqual(states(cluster, 0), ['DECOMMISSION_INPROGRESS']);
  rounds(cluster, 30);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
  assert.equal(cluster.blocks.liveReplicas(1 as BlockId), 4);
});

test('one that dies on its way out is done once nothing lacks replicas', () => {
  const cluster = new TestCluster().start(5).lead();
  for (let id = 1; id <= 5; id++) cluster.write(id, 2, 0, 1);
  leave(cluster, 0);
  cluster.nowMs += 700_000;
  for (const i of [1, 2, 3, 4]) cluster.heartbeat(i);
  cluster.settle();
  assert.equal(node(cluster, 0).alive, false);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSION_INPROGRESS']);
  rounds(cluster, 30);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
});

test('a dead datanode has left at once, and is judged when it comes back with what only it has', () => {
  const cluster = new TestCluster().start(4).lead();
  cluster.write(1, 1, 0);
  cluster.nowMs += 700_000;
  for (const i of [1, 2, 3]) cluster.heartbeat(i);
  cluster.settle();
  leave(cluster, 0);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
  cluster.register(0);
  cluster.heartbeat(0);
  cluster.fullReport(0, [{ id: 1, ...BLOCK }]);
  cluster.settle();
  assert.deepEqual(states(cluster, 0), ['DECOMMISSION_INPROGRESS']);
  rounds(cluster, 15);
  assert.deepEqual(states(cluster, 0), ['DECOMMISSIONED']);
  assert.equal(cluster.blocks.liveReplicas(1 as BlockId), 1);
});

const DATANODES = 7;
const action = fc.record({
  kind: fc.constantFrom('write', 'leave', 'stay', 'kill', 'return', 'bad', 'setrep', 'tick', 'round'),
  block: fc.integer({ min: 1, max: 30 }),
  dn: fc.nat(DATANODES - 1),
  n: fc.integer({ min: 1, max: 3 }),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

test('whatever happens meanwhile, at the moment it says done the blocks it has are whole elsewhere', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), fc.integer(), (actions, seed) => {
      const cluster = new TestCluster({ decommissionIntervalMs: 1000 }, seed).start(DATANODES, 2).lead();
      const written = new Map<number, number>();
      for (const step of actions) {
        const before = Array.from({ length: DATANODES }, (_, i) => node(cluster, i).adminState);
        apply(cluster, written, step);
        before.forEach((state, i) => {
          if (state !== 'DECOMMISSION_INPROGRESS' || node(cluster, i).adminState !== 'DECOMMISSIONED') return;
          if (!node(cluster, i).alive || step.kind === 'round') return;
          for (const [id, replication] of written) {
            if (!holds(cluster, i, id)) continue;
            assert.ok(cluster.blocks.liveReplicas(id as BlockId) >= Math.min(replication, 3), `block ${id}`);
          }
        });
      }
      for (let i = 0; i < DATANODES; i++) if (!node(cluster, i).alive) back(cluster, i, written);
      for (let i = 3; i < DATANODES; i++) stay(cluster, i);
      rounds(cluster, 150);
      for (let i = 0; i < DATANODES; i++) assert.notEqual(node(cluster, i).adminState, 'DECOMMISSION_INPROGRESS');
    }),
    { numRuns: 60 },
  );
});

function holds(cluster: TestCluster, dn: number, id: number): boolean {
  const found = cluster.blocks.locations(id as BlockId, undefined);
  return found?.corrupt === false && found.storages.some((storage) => indexOf(storage.datanode) === dn);
}

function back(cluster: TestCluster, dn: number, written: ReadonlyMap<number, number>): void {
  cluster.register(dn);
  cluster.heartbeat(dn);
  cluster.fullReport(
    dn,
    [...written.keys()].filter((id) => id % DATANODES === dn).map((id) => ({ id, ...BLOCK })),
  );
}

function apply(cluster: TestCluster, written: Map<number, number>, step: Action): void {
  const { alive, inService } = node(cluster, step.dn);
  switch (step.kind) {
    case 'write':
      if (written.has(step.block) || !inService) return;
      written.set(step.block, step.n);
      cluster.write(step.block, step.n, step.dn);
      return;
    case 'leave':
      leave(cluster, step.dn);
      return;
    case 'stay':
      stay(cluster, step.dn);
      return;
    case 'kill':
      cluster.nowMs += 700_000;
      for (let i = 0; i < DATANODES; i++) if (i !== step.dn && node(cluster, i).alive) cluster.heartbeat(i);
      cluster.blocks.tick(cluster.nowMs, step.n);
      return;
    case 'return':
      if (!alive) back(cluster, step.dn, written);
      return;
    case 'bad': {
      const block = { id: step.block as BlockId, stamp: 1001 as GenerationStamp, lengthBytes: 100 };
      const spared = cluster.where(step.block).length < 2;
      if (!spared) cluster.blocks.reportBadBlock(block, uuid(step.dn), '');
      return;
    }
    case 'setrep':
      if (!written.has(step.block)) return;
      written.set(step.block, step.n);
      cluster.blocks.events.replicationChanged(step.block as BlockId, step.n);
      return;
    case 'tick':
      cluster.nowMs += 500;
      cluster.blocks.tick(cluster.nowMs, step.n);
      return;
    case 'round':
      rounds(cluster, step.n);
  }
}
