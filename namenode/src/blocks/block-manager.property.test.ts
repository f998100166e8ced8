import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId } from '@rfs/base/ids';
import fc from 'fast-check';
import { TestCluster, uuid } from './cluster.fixture.js';

const DATANODES = 5;
const BLOCKS = 12;

const kinds = [
  'write',
  'received',
  'deleted',
  'bad',
  'report',
  'lose',
  'return',
  'setrep',
  'remove',
  'step',
  'lead',
] as const;
const action = fc.record({
  kind: fc.constantFrom(...kinds),
  block: fc.integer({ min: 1, max: BLOCKS }),
  dn: fc.nat(DATANODES - 1),
  n: fc.integer({ min: 1, max: 4 }),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

test('sums stay true to the map, and a quiet cluster heals, under any sequence of events', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), fc.integer(), (actions, seed) => {
      const cluster = new TestCluster({ safeModeThreshold: 0 }, seed).start(DATANODES, 2).lead();
      const present = new Set<number>();
      for (const step of actions) apply(cluster, present, step);
      cluster.blocks.setLeader(true, cluster.nowMs);
      cluster.settle();
      check(cluster, present);
      const readable = [...present].filter((id) => cluster.blocks.liveReplicas(id as BlockId) > 0);
      heal(cluster);
      check(cluster, present);
      for (const id of readable)
        assert.ok(cluster.blocks.liveReplicas(id as BlockId) >= 2, `block ${id} is not healed`);
    }),
    { numRuns: 120 },
  );
});

function apply(cluster: TestCluster, present: Set<number>, step: Action): void {
  const id = step.block as BlockId;
  const replica = { id, stamp: 1001, lengthBytes: 100 };
  const alive = cluster.blocks.datanodes.get(uuid(step.dn))?.alive === true;
  switch (step.kind) {
    case 'write':
      if (present.has(id) || !alive) return;
      present.add(id);
      cluster.write(id, 2 + (step.n % 2), step.dn);
      return;
    case 'received':
    case 'deleted':
      if (alive) cluster.incremental(step.dn, step.kind === 'received' ? 'RECEIVED' : 'DELETED', replica);
      return;
    case 'bad':
      cluster.blocks.reportBadBlock({ ...replica, id, stamp: 1001 as never }, uuid(step.dn), '');
      return;
    case 'report':
      if (alive)
        cluster.fullReport(
          step.dn,
          [...present].filter((other) => other % step.n === 0).map((other) => ({ ...replica, id: other })),
        );
      return;
    case 'lose':
      cluster.nowMs += 700_000;
      for (let i = 0; i < DATANODES; i++) if (i !== step.dn) cluster.heartbeat(i);
      cluster.blocks.tick(cluster.nowMs, step.n);
      return;
    case 'return':
      cluster.register(step.dn);
      cluster.heartbeat(step.dn);
      return;
    case 'setrep':
      cluster.blocks.events.replicationChanged(id, 2 + (step.n % 2));
      return;
    case 'remove':
      present.delete(id);
      cluster.blocks.events.blockRemoved(id);
      return;
    case 'step':
      cluster.blocks.tick(cluster.nowMs, step.n);
      return;
    case 'lead':
      cluster.blocks.setLeader(step.n % 2 === 0, cluster.nowMs);
  }
}

/** Every datanode is back, obeys its commands and reports, until nothing changes any more. */
function heal(cluster: TestCluster): void {
  for (let i = 0; i < DATANODES; i++) cluster.register(i);
  for (let round = 0; round < 250; round++) {
    cluster.advance(3000);
    for (const [dn, commands] of cluster.heartbeats()) {
      for (const command of commands) {
        if (command.kind === 'invalidate') {
          for (const block of command.blocks) cluster.incremental(dn, 'DELETED', block);
        } else if (command.kind === 'transfer') {
          for (const item of command.items) {
            for (const target of item.targets)
              cluster.incremental(Number(target.datanode.uuid.slice(2)), 'RECEIVED', item.block);
          }
        }
      }
    }
  }
}

function check(cluster: TestCluster, present: ReadonlySet<number>): void {
  const stats = cluster.blocks.stats(cluster.nowMs);
  assert.equal(stats.blocks, present.size);
  assert.equal(stats.completeBlocks, present.size);
  let safe = 0;
  for (const id of present) if (cluster.blocks.liveReplicas(id as BlockId) > 0) safe++;
  assert.equal(stats.safeBlocks, safe);
  assert.equal(stats.missingBlocks, present.size - safe);
  for (const datanode of cluster.blocks.datanodeReport('ALL')) {
    for (const storage of datanode.storages) {
      assert.equal(
        storage.epochCounts.reduce((sum, count) => sum + count, 0),
        storage.replicaCount,
      );
      assert.ok(storage.epochCounts.every((count) => count >= 0));
    }
  }
}
