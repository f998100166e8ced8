import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogIndex } from '@rfs/base/ids';
import { Answers } from './bench.fixture.js';
import { memberOf, SimulatedGroup } from './group.fixture.js';
import { encodeRoster, type ReplicatorOptions } from './index.js';

const MIB = 1 << 20;

/** Two namenodes and the journal node 3, which keep next to nothing that they need not. */
function groupWithJournalNode(limits: ReplicatorOptions['limits'] = {}): { group: SimulatedGroup; crowded: number[] } {
  const group = new SimulatedGroup([1, 2, 3]);
  const crowded: number[] = [];
  for (const id of [1, 2, 3]) {
    const options = {
      limits: { retainedBytes: 0, segmentBytes: 4200, ...limits },
      crowded: (bytes: number) => crowded.push(bytes),
      ...(id === 3 ? { votesOnly: true } : {}),
    };
    group.open(id, options).start();
  }
  group.run(3000);
  const leader = group.leader!.replicator;
  const members = [memberOf(1), memberOf(2), { ...memberOf(3), role: 'journal' as const }];
  const context = encodeRoster({ clusterId: 'CID-test', lastId: 3, members });
  leader.changeMembership({ voters: [1, 2, 3], learners: [], context }, new Answers().sink());
  group.run(500);
  return { group, crowded };
}

/** Everybody tells everybody, as the links do with each message. */
function tell(group: SimulatedGroup): void {
  for (const [from, { replicator }] of group.benches) {
    if (group.down.has(from)) continue;
    const { standing } = replicator.retention;
    for (const [to, bench] of group.benches) {
      if (to !== from && !group.down.has(to)) bench.replicator.retention.hear(from, standing);
    }
  }
}

function change(group: SimulatedGroup, count: number, answers = new Answers()): Answers {
  for (let i = 0; i < count; i++) {
    group.leader!.replicator.propose(Buffer.alloc(200, 'x'), answers.sink());
    group.run(100);
  }
  return answers;
}

/** The states of `ids` become durable. */
function flush(group: SimulatedGroup, ids: readonly number[]): void {
  for (const id of ids) {
    const { replicator } = group.benches.get(id)!;
    replicator.cutBelow((replicator.appliedIndex + 1) as LogIndex);
  }
  tell(group);
  tell(group);
  group.run(500);
}

function firstIndexes(group: SimulatedGroup): number[] {
  return [...group.benches.values()].map(({ replicator }) => replicator.firstIndex);
}

test('beside a journal node everybody keeps what the older of the namenodes needs', () => {
  const { group } = groupWithJournalNode();
  const leader = group.leader!.replicator.self;
  const other = leader === 1 ? 2 : 1;
  change(group, 20);
  flush(group, [leader]);
  assert.deepEqual(firstIndexes(group), [1, 1, 1]);
  flush(group, [other]);
  for (const first of firstIndexes(group)) assert.ok(first > 10, `the journal starts with ${first}`);
});

test('while one namenode is away, journals warn, then changes stop, and nothing is dropped', () => {
  const { group, crowded } = groupWithJournalNode({ maxJournalBytes: 100_000 });
  const leader = group.leader!;
  const other = leader.replicator.self === 1 ? 2 : 1;
  flush(group, [1, 2]);
  const held = group.benches.get(other)!.replicator.appliedIndex;
  group.down.add(other);
  const answers = new Answers();
  for (let i = 0; i < 60 && answers.failures.length === 0; i++) {
    change(group, 1, answers);
    flush(group, [leader.replicator.self]);
  }
  assert.match(answers.failures[0]!.message, /SafeModeException|rfs haadmin -remove/);
  assert.ok(crowded.length >= 3);
  assert.ok(crowded[0]! < 60_000, `warned first at ${crowded[0]}`);
  for (const first of firstIndexes(group)) assert.ok(first <= held + 1);

  group.down.clear();
  group.run(2000);
  flush(group, [1, 2]);
  const after = change(group, 3);
  assert.equal(after.failures.length, 0);
  assert.equal(after.heard.length, 3);
});

test('without journal nodes a member that is away keeps nobody from cutting', () => {
  const group = new SimulatedGroup([1, 2, 3]);
  for (const id of [1, 2, 3]) group.open(id, { limits: { retainedBytes: 0, segmentBytes: 4200 } }).start();
  group.run(3000);
  group.down.add(group.followers[0]!.replicator.self);
  change(group, 20);
  flush(group, [group.leader!.replicator.self]);
  assert.ok(group.leader!.replicator.firstIndex > 10);
});

test('old entries go though there is room, and those of a copy that is being fetched stay', () => {
  const group = new SimulatedGroup([1, 2, 3]);
  const limits = { retainedBytes: MIB, retainedMs: 60_000, segmentBytes: 4200 };
  for (const id of [1, 2, 3]) group.open(id, { limits }).start();
  group.run(3000);
  const { replicator } = group.leader!;
  change(group, 20);
  flush(group, [replicator.self]);
  assert.equal(replicator.firstIndex, 1);
  const release = replicator.retention.keepAbove(5 as LogIndex);
  group.run(61_000);
  flush(group, [replicator.self]);
  assert.ok(replicator.firstIndex <= 6, `the journal starts with ${replicator.firstIndex}`);
  release();
  flush(group, [replicator.self]);
  assert.ok(replicator.firstIndex > 10, `the journal starts with ${replicator.firstIndex}`);
});
