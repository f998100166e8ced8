import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexOf, TestCluster } from '../cluster.fixture.js';
import type { Storage } from '../datanodes/storage.js';
import { storagePolicyByName } from '../placement/index.js';
import { type DatanodeCommand, StorageType } from '../types.js';

const { DISK, SSD, ARCHIVE } = StorageType;
const EXPIRY_MS = 2 * 300_000 + 10 * 3000;

/** What the datanodes are told to copy: from which to which storages. */
function copies(commands: ReadonlyMap<number, readonly DatanodeCommand[]>): { from: number; to: readonly Storage[] }[] {
  return [...commands].flatMap(([from, told]) =>
    told.flatMap((command) =>
      command.kind === 'transfer' ? command.items.map(({ targets: to }) => ({ from, to })) : [],
    ),
  );
}

function deletions(commands: ReadonlyMap<number, readonly DatanodeCommand[]>): number[] {
  return [...commands].filter(([, told]) => told.some(({ kind }) => kind === 'invalidate')).map(([i]) => i);
}

/** Datanodes with storages of these types, all with the policy. */
function mixed(policy: string, types: readonly StorageType[], racks = 1): TestCluster {
  const cluster = new TestCluster({ redundancyIntervalMs: 0 });
  types.forEach((type, i) => void cluster.types.set(i, type));
  cluster.policy = storagePolicyByName(policy)!;
  return cluster.start(types.length, racks).lead();
}

test('copies go to the types that the policy of the file names, and to its fallbacks when there are no more', () => {
  for (const [policy, types, wanted] of [
    ['ALL_SSD', [SSD, SSD, DISK, DISK, SSD], [4]],
    ['ALL_SSD', [SSD, SSD, ARCHIVE, DISK, ARCHIVE], [3]],
    ['COLD', [ARCHIVE, ARCHIVE, DISK, SSD, ARCHIVE], [4]],
    ['COLD', [ARCHIVE, ARCHIVE, DISK, SSD, DISK], []],
    ['WARM', [DISK, ARCHIVE, DISK, SSD, ARCHIVE], [4]],
    ['ONE_SSD', [DISK, DISK, ARCHIVE, SSD, DISK], [3]],
    ['HOT', [DISK, DISK, SSD, DISK, SSD], [3]],
    ['HOT', [DISK, DISK, SSD, SSD, ARCHIVE], [4]],
  ] as const) {
    const cluster = mixed(policy, types);
    cluster.write(1, 3, 0, 1);
    cluster.advance(1);
    const told = copies(cluster.heartbeats());
    const targets = told.flatMap(({ to }) => to.map(({ datanode }) => indexOf(datanode)));
    assert.deepEqual(targets, wanted, `${policy} on ${types}`);
  }
});

test('of surplus replicas those go whose type the policy of the file does not want', () => {
  for (const [policy, types, gone] of [
    ['COLD', [ARCHIVE, DISK, ARCHIVE, ARCHIVE], [1]],
    ['ALL_SSD', [SSD, SSD, DISK, SSD], [2]],
    ['HOT', [ARCHIVE, DISK, DISK, DISK], [0]],
    ['WARM', [DISK, ARCHIVE, ARCHIVE, DISK], [0, 3]],
  ] as const) {
    const cluster = mixed(policy, types);
    cluster.write(1, 3, 0, 1, 2, 3);
    cluster.advance(1);
    const [first, ...rest] = deletions(cluster.heartbeats());
    assert.ok((gone as readonly number[]).includes(first as number), `${policy} on ${types}: ${first}`);
    assert.deepEqual(rest, []);
  }
});

test('a block on one rack only gets a replica on another, and then loses the one too many', () => {
  const cluster = mixed('HOT', [DISK, DISK, DISK, DISK, DISK, DISK], 2);
  cluster.write(1, 3, 0, 2, 4);
  cluster.advance(1);
  const [copy, ...others] = copies(cluster.heartbeats());
  assert.ok(copy !== undefined && others.length === 0);
  const target = indexOf((copy.to[0] as Storage).datanode);
  assert.equal(target % 2, 1);
  assert.equal(cluster.blocks.stats(cluster.nowMs).lowRedundancyBlocks, 0);
  cluster.received(1, 1001, 100, target);
  cluster.advance(1);
  const gone = deletions(cluster.heartbeats());
  assert.equal(gone.length, 1);
  assert.equal((gone[0] as number) % 2, 0);
  const left = cluster.where(1);
  assert.equal(left.length, 3);
  assert.ok(left.includes(target));
});

test('a copy whose target or source dies is ordered again at once', () => {
  const cluster = mixed('HOT', [DISK, DISK, DISK, DISK, DISK]);
  cluster.write(1, 3, 0, 1);
  cluster.advance(1);
  const [first] = copies(cluster.heartbeats());
  assert.ok(first);
  const target = indexOf((first.to[0] as Storage).datanode);
  assert.equal(cluster.blocks.stats(cluster.nowMs).pendingReconstructionBlocks, 1);
  cluster.nowMs += 200_000;
  for (const i of [0, 1, 2, 3, 4]) if (i !== target) cluster.heartbeat(i);
  cluster.nowMs += EXPIRY_MS - 200_000;
  for (const i of [0, 1, 2, 3, 4]) if (i !== target) cluster.heartbeat(i);
  cluster.settle();
  cluster.advance(1);
  const [second] = copies(cluster.heartbeats());
  assert.ok(second, 'ordered again');
  assert.notEqual(indexOf((second.to[0] as Storage).datanode), target);
});

test('blocks with one replica left go first, and no datanode copies more than its limit', () => {
  const cluster = mixed('HOT', [DISK, DISK, DISK, DISK, DISK, DISK]);
  for (let id = 1; id <= 6; id++) cluster.write(id, 3, 0, 1);
  for (let id = 11; id <= 16; id++) cluster.write(id, 3, 2);
  for (let round = 0; round < 10; round++) cluster.advance(1);
  const told = [...cluster.heartbeats()].flatMap(([from, commands]) =>
    commands.flatMap((command) =>
      command.kind === 'transfer' ? command.items.map(({ block }) => ({ from, id: block.id })) : [],
    ),
  );
  const by = (i: number) => told.filter(({ from }) => from === i).map(({ id }) => id as number);
  assert.equal(by(2).length, 2);
  for (const i of [0, 1]) assert.ok(by(i).length <= 2 && by(i).every((id) => id < 10));
  assert.equal(cluster.blocks.stats(cluster.nowMs).highestPriorityLowRedundancyBlocks > 0, true);
});
