import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeReport, TestCluster, type TestReplica } from '../cluster.fixture.js';
import { type FullReport, ReplicaState } from '../types.js';
import { ReportCursor } from './report-cursor.js';

const good = (id: number): TestReplica => ({ id, stamp: 1001, lengthBytes: 100 });

test('incremental reports after the mark win over the older entries, whatever the slices', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 30 }));
  const events = fc.array(fc.record({ at: fc.nat(60), id: fc.integer({ min: 1, max: 30 }), received: fc.boolean() }));
  fc.assert(
    fc.property(ids, ids, events, fc.integer({ min: 1, max: 9 }), (before, reported, changes, slice) => {
      const cluster = new TestCluster().start(1).lead();
      for (let id = 1; id <= 30; id++) cluster.restore(id, 1);
      for (const id of before) cluster.received(id, 1001, 100, 0);
      const model = new Set(reported);
      cluster.fullReport(0, reported.map(good), 7);
      const left = [...changes].sort((a, b) => a.at - b.at);
      for (let round = 0; round <= 61; round++) {
        while (left.length > 0 && (left[0]?.at as number) <= round) {
          const change = left.shift()!;
          cluster.incremental(0, change.received ? 'RECEIVED' : 'DELETED', good(change.id));
          if (change.received) model.add(change.id);
          else model.delete(change.id);
        }
        cluster.blocks.tick(cluster.nowMs, slice);
      }
      cluster.settle();
      const found: number[] = [];
      for (let id = 1; id <= 30; id++) if (cluster.where(id).length > 0) found.push(id);
      assert.deepEqual(
        found,
        [...model].sort((a, b) => a - b),
      );
    }),
    { numRuns: 150 },
  );
});

test('a second report of a storage waits for the first and corrects it', () => {
  const cluster = new TestCluster().start(1).lead();
  for (let id = 1; id <= 7; id++) cluster.restore(id, 1);
  cluster.received(7, 1001, 100, 0);
  cluster.fullReport(0, [1, 2, 3, 4].map(good));
  cluster.blocks.tick(cluster.nowMs, 2);
  cluster.fullReport(0, [2, 3].map(good));
  cluster.received(6, 1001, 100, 0);
  cluster.fullReport(0, [3, 5].map(good));
  cluster.settle();
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].filter((id) => cluster.where(id).length > 0),
    [3, 5, 6],
  );
});

test('reads entries across buffers cut at any byte, and negative ids', () => {
  const entry = fc.record({
    id: fc.oneof(fc.maxSafeNat(), fc.integer({ min: -1_000_000, max: -1 })),
    stamp: fc.integer({ min: 1000, max: 2 ** 40 }),
    lengthBytes: fc.integer({ min: 0, max: 2 ** 40 }),
    state: fc.constantFrom(ReplicaState.FINALIZED, ReplicaState.RBW, ReplicaState.RWR),
  });
  fc.assert(
    fc.property(fc.array(entry), fc.integer({ min: 1, max: 64 }), (entries, chunkBytes) => {
      const cursor = new ReportCursor(encode(entries, chunkBytes));
      for (const expected of entries) {
        assert.ok(cursor.next());
        const { id, stamp, lengthBytes, state } = cursor;
        assert.deepEqual({ id, stamp, lengthBytes, state }, { ...expected });
      }
      assert.equal(cursor.next(), false);
    }),
  );
});

test('reads the legacy list of longs', () => {
  const longs = [1, 1, 7, 100, 1001, -1, -1, -1, 8, 50, 1002, ReplicaState.RBW];
  const storage = { id: 'DS-0', type: 1, health: 'NORMAL' } as const;
  const cursor = new ReportCursor({ storage, entryCount: 0, buffers: [], longs });
  assert.ok(cursor.next());
  assert.deepEqual([cursor.id, cursor.lengthBytes, cursor.stamp, cursor.state], [7, 100, 1001, ReplicaState.FINALIZED]);
  assert.ok(cursor.next());
  assert.deepEqual([cursor.id, cursor.lengthBytes, cursor.stamp, cursor.state], [8, 50, 1002, ReplicaState.RBW]);
  assert.equal(cursor.next(), false);
});

test('a malformed report fails alone; the next one is taken in', () => {
  const cluster = new TestCluster().start(1).lead();
  cluster.restore(1, 1);
  const report = { ...encode([good(1)], 100), entryCount: 5 };
  const failures: (string | undefined)[] = [];
  const context = { leaseId: 0, totalRpcs: 1, currentRpc: 0 };
  cluster.blocks.fromDatanodes.fullReport('dn0', [report], context, cluster.nowMs, (failure) =>
    failures.push(failure?.code),
  );
  cluster.settle();
  cluster.fullReport(0, [good(1)]);
  cluster.settle();
  assert.deepEqual(failures, ['IO']);
  assert.deepEqual(cluster.where(1), [0]);
});

test('leases are bounded, expire, and a report without one is refused unless its id is 0', () => {
  const cluster = new TestCluster({ maxReportLeases: 1 }).start(2).lead();
  const first = cluster.lease(0);
  assert.notEqual(first, 0);
  assert.equal(cluster.lease(1), 0);
  const send = (leaseId: number): string | undefined =>
    cluster.blocks.fromDatanodes.fullReport(
      'dn0',
      [encode([], 9)],
      { leaseId, totalRpcs: 1, currentRpc: 0 },
      cluster.nowMs,
      () => {},
    )?.code;
  assert.equal(send(first === 1 ? 2 : first - 1), 'INVALID_REPORT_LEASE');
  assert.equal(send(0), undefined);
  const again = cluster.lease(0);
  assert.equal(send(again), undefined);
  assert.equal(send(again), 'INVALID_REPORT_LEASE');
  assert.notEqual(cluster.lease(1), 0);
  cluster.nowMs += 300_000;
  assert.notEqual(cluster.lease(0), 0);
});

function encode(entries: readonly TestReplica[], chunkBytes: number): FullReport {
  return encodeReport('DS-0', entries, chunkBytes);
}
