import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexOf, TestCluster } from '../cluster.fixture.js';
import type { Storage } from '../datanodes/storage.js';
import { HOT, type PlacementRequest } from './index.js';

const MB = 1 << 20;

function request(cluster: TestCluster, writer: number, change: Partial<PlacementRequest> = {}): PlacementRequest {
  return {
    replicas: 3,
    writer: writer < 0 ? undefined : cluster.blocks.locate(`10.0.0.${writer}`, 'x'),
    chosen: [],
    excluded: [],
    favored: [],
    blockSizeBytes: 128 * MB,
    policy: HOT,
    newBlock: true,
    avoidLocalNode: false,
    avoidLocalRack: false,
    ...change,
  };
}

function rack(storage: Storage | undefined): string | undefined {
  return storage?.datanode.rack.path;
}

test('places on distinct datanodes, the writer first, over two racks, the third beside the second', () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 40 }), fc.integer({ min: 2, max: 5 }), fc.integer(), (nodes, racks, seed) => {
      fc.pre(nodes >= 3 * racks);
      const cluster = new TestCluster({}, seed).start(nodes, racks);
      const targets = cluster.blocks.chooseTargets(request(cluster, 0), cluster.nowMs);
      assert.equal(targets.length, 3);
      assert.equal(new Set(targets.map((storage) => storage.datanode)).size, 3);
      assert.equal(indexOf((targets[0] as Storage).datanode), 0);
      assert.notEqual(rack(targets[0]), rack(targets[1]));
      assert.equal(rack(targets[1]), rack(targets[2]));
    }),
    { numRuns: 60 },
  );
});

test('keeps the rack limit and never repeats a datanode for any number of replicas', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: -1, max: 30 }),
      fc.integer(),
      (nodes, racks, replicas, writer, seed) => {
        const cluster = new TestCluster({}, seed).start(nodes, racks);
        const targets = cluster.blocks.chooseTargets(request(cluster, writer, { replicas }), cluster.nowMs);
        const distinct = new Set(targets.map((storage) => storage.datanode)).size;
        assert.equal(distinct, targets.length);
        assert.ok(targets.length <= Math.min(replicas, nodes));
        assert.ok(targets.length >= Math.min(replicas, nodes, 2));
        if (Math.min(racks, nodes) < 2 || targets.length < 2) return;
        assert.ok(new Set(targets.map(rack)).size >= 2);
      },
    ),
    { numRuns: 150 },
  );
});

test('passes over full, excluded and scheduled-out datanodes, and over busy ones while there are others', () => {
  const cluster = new TestCluster().start(6);
  cluster.heartbeat(1, 64 * MB);
  cluster.heartbeat(2, 1e12, 1000);
  for (const i of [0, 3, 4, 5]) cluster.heartbeat(i, 200 * MB, 10);
  const excluded = [cluster.blocks.datanodes.get('dn3')!];
  const targets = cluster.blocks.chooseTargets(request(cluster, 0, { excluded }), cluster.nowMs);
  assert.deepEqual(targets.map((storage) => indexOf(storage.datanode)).sort(), [0, 4, 5]);
  for (const target of targets) target.datanode.addScheduled(target.type);
  const left = (): Storage[] => cluster.blocks.chooseTargets(request(cluster, 0, { excluded }), cluster.nowMs);
  assert.deepEqual(
    left().map((storage) => indexOf(storage.datanode)),
    [2],
  );
  cluster.heartbeat(2, 64 * MB, 1000);
  assert.deepEqual(left(), []);
});

test('favored datanodes come first, the local one is avoided when asked for and possible', () => {
  const cluster = new TestCluster().start(5, 2);
  const favored = [cluster.blocks.datanodes.get('dn3')!, cluster.blocks.datanodes.get('dn4')!];
  const liked = cluster.blocks.chooseTargets(request(cluster, 0, { favored }), cluster.nowMs);
  assert.ok(favored.every((datanode) => liked.some((storage) => storage.datanode === datanode)));
  const avoidLocalNode = true;
  const away = cluster.blocks.chooseTargets(request(cluster, 0, { avoidLocalNode }), cluster.nowMs);
  assert.ok(away.every((storage) => indexOf(storage.datanode) !== 0));
  const all = cluster.blocks.chooseTargets(request(cluster, 0, { avoidLocalNode, replicas: 5 }), cluster.nowMs);
  assert.equal(all.length, 5);
});

test('adds to a pipeline without repeating its datanodes', () => {
  const cluster = new TestCluster().start(4, 2);
  const chosen = cluster.blocks.chooseTargets(request(cluster, 0), cluster.nowMs).slice(0, 2);
  const more = cluster.blocks.chooseTargets(
    request(cluster, 0, { chosen, replicas: 1, newBlock: false }),
    cluster.nowMs,
  );
  assert.equal(more.length, 1);
  assert.ok(!chosen.some((storage) => storage.datanode === more[0]?.datanode));
});

test('avoids stale datanodes while they are few', () => {
  const config = { avoidStaleForWrite: true, staleRatioForWrite: 0.5, staleIntervalMs: 30_000 };
  const cluster = new TestCluster(config).start(8);
  const targets = (): Set<number> => {
    const seen = new Set<number>();
    for (let i = 0; i < 40; i++) {
      for (const storage of cluster.blocks.chooseTargets(request(cluster, -1), cluster.nowMs)) {
        seen.add(indexOf(storage.datanode));
      }
    }
    return seen;
  };
  cluster.nowMs += 20_000;
  for (const i of [0, 1, 2, 3]) cluster.heartbeat(i);
  cluster.nowMs += 15_000;
  assert.deepEqual([...targets()].sort(), [0, 1, 2, 3]);
  cluster.nowMs += 5_000;
  for (const i of [0, 1, 2]) cluster.heartbeat(i);
  cluster.nowMs += 11_000;
  assert.deepEqual([...targets()].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a datanode that stops gets no new replicas, does not make the only other one look busy, and is back with its next beat', () => {
  const cluster = new TestCluster({}, 1).start(2, 1);
  const chosen = (): number[] =>
    cluster.blocks
      .chooseTargets(request(cluster, -1), cluster.nowMs)
      .map(({ datanode }) => indexOf(datanode))
      .sort();
  cluster.heartbeat(1, 1 << 30, 10);
  cluster.leave(0);
  assert.deepEqual(chosen(), [1]);
  cluster.heartbeat(0);
  cluster.heartbeat(1);
  assert.deepEqual(chosen(), [0, 1]);
});
