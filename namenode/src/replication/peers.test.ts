import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '@rfs/base/failure';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { Answers, type Bench, ListApplier } from './bench.fixture.js';
import { ElectionClock } from './election-clock.js';
import { ELECTION_TICKS, SimulatedGroup, TICK_MS } from './group.fixture.js';
import { GroupView } from './index.js';

const VOTERS = [1, 2, 3];

/** Asks a member for a read; what it heard. */
function read(bench: Bench): { readable: number[]; refused: Failure[] } {
  const heard = { readable: [] as number[], refused: [] as Failure[] };
  bench.replicator.readIndex({
    readable: (index) => heard.readable.push(index),
    refused: (failure) => heard.refused.push(failure),
  });
  return heard;
}

test('three members elect a leader, commit by majority, and go on when the leader dies', () => {
  const group = new SimulatedGroup(VOTERS);
  const answers = new Answers();
  group.run(2000);
  const first = group.leader;
  assert.ok(first !== undefined);
  for (const command of ['a', 'b']) first.replicator.propose(Buffer.from(command), answers.sink());
  group.run(200);
  assert.deepEqual(answers.heard, ['did a', 'did b']);

  const dead = first.replicator.self;
  group.down.add(dead);
  group.run(3000);
  const second = group.leader;
  assert.ok(second !== undefined && second !== first);
  second.replicator.propose(Buffer.from('c'), answers.sink());
  group.run(200);

  // The dead one comes back with what its disk kept, and follows.
  group.disks.set(dead, group.disks.get(dead)!.crash(seededRandom(5)));
  group.appliers.set(dead, new ListApplier());
  group.open(dead).start();
  group.down.clear();
  group.run(1000);
  for (const applier of group.appliers.values()) assert.deepEqual(applier.commands, ['a', 'b', 'c']);
  assert.equal(group.leader, second);
});

test('what is proposed while the journal writes goes out as one message, and a commit is told with it', () => {
  const group = new SimulatedGroup(VOTERS);
  const answers = new Answers();
  group.run(2000);
  const leader = group.leader!;
  const disk = group.disks.get(leader.replicator.self)!;
  const propose = (command: string): void => {
    leader.replicator.propose(Buffer.from(command), answers.sink());
    while (leader.turns.run());
  };
  propose('a');
  group.sent.length = 0;
  for (const command of ['b', 'c', 'd']) propose(command);
  assert.equal(group.sent.length, 0);
  disk.step();
  while (leader.turns.run());
  const counts = group.sent.map((message) => (message.type === 'append' ? message.entries.length : -1));
  assert.deepEqual(counts, [3, 3]);
  group.settle();
  assert.deepEqual(answers.heard, ['did a', 'did b', 'did c', 'did d']);
  const notices = group.sent.filter((message) => message.type === 'append' && message.silent);
  assert.equal(notices.length, 2, 'one for each when nothing more is under way');
  for (const applier of group.appliers.values()) assert.deepEqual(applier.commands, ['a', 'b', 'c', 'd']);
});

test('a leader that loses its majority refuses what waits and serves nothing more', () => {
  const group = new SimulatedGroup(VOTERS);
  const answers = new Answers();
  group.run(2000);
  const leader = group.leader!;
  for (const follower of group.followers) group.down.add(follower.replicator.self);
  leader.replicator.propose(Buffer.from('lost'), answers.sink());
  group.run(2000);
  assert.deepEqual(
    answers.failures.map(({ code }) => code),
    ['StandbyException'],
  );
  leader.replicator.propose(Buffer.from('refused'), answers.sink());
  assert.equal(answers.failures.length, 2);
  assert.equal(leader.replicator.leading, false);
});

test('a follower reads up to what was committed before it asked, wherever that was known', () => {
  const group = new SimulatedGroup(VOTERS);
  group.run(2000);
  const answers = new Answers();
  group.leader!.replicator.propose(Buffer.from('a'), answers.sink());
  group.settle();
  const [follower] = group.followers;
  const heard = read(follower!);
  group.run(200);
  assert.equal(heard.readable.length, 1);
  assert.ok(heard.readable[0]! >= answers.indexes[0]!);
});

test('a read is refused when the leader does not answer, and at once where nobody leads', () => {
  const group = new SimulatedGroup(VOTERS);
  group.run(2000);
  const [asking, other] = group.followers;
  group.down.add(group.leader!.replicator.self).add(other!.replicator.self);
  const unanswered = read(asking!);
  group.run(3 * ELECTION_TICKS * TICK_MS);
  assert.equal(unanswered.refused.length, 1);
  assert.equal(read(asking!).refused.length, 1);
});

test("a leader's lease ends by the clock, also while its process stands still", () => {
  const clock = new VirtualClock();
  const elections = new ElectionClock(clock, { send: () => {}, tickMs: 50, electionTicks: 10 }, () => {});
  clock.advance(300);
  assert.equal(elections.holdsLease(0), true);
  // No timer of this clock was ever set: as for a process that was stopped, no tick has passed.
  clock.advance(100);
  assert.equal(elections.holdsLease(0), false);
  assert.equal(elections.holdsLease(-1), false);
});

test('a leader has a lease while a quorum answers, and none once it is silent', () => {
  const group = new SimulatedGroup(VOTERS);
  group.run(2000);
  const leader = group.leader!;
  assert.equal(leader.replicator.leased(), true);
  for (const follower of group.followers) group.down.add(follower.replicator.self);
  group.run((ELECTION_TICKS - 1) * TICK_MS);
  assert.equal(leader.replicator.leased(), false);
});

test('who watches hears of the new leader, on every member', () => {
  const group = new SimulatedGroup(VOTERS);
  const views = [...group.benches.values()].map((bench) => new GroupView(bench.replicator));
  const heard = views.map(() => 0);
  for (const [i, view] of views.entries()) {
    view.watch(() => {
      heard[i] = (heard[i] ?? 0) + 1;
    });
  }
  group.run(2000);
  assert.ok(heard.every((count) => count > 0));
  const leader = group.leader!.replicator.self;
  assert.deepEqual(
    views.map((view) => view.leader?.name),
    VOTERS.map(() => `n${leader}`),
  );
});

test('a learner that joins with an empty journal catches up, and knows itself after a restart', () => {
  const group = new SimulatedGroup(VOTERS);
  group.run(2000);
  const answers = new Answers();
  const leader = group.leader!.replicator;
  leader.propose(Buffer.from('a'), answers.sink());
  group.settle();
  const { voters, context } = leader.membership!;
  leader.changeMembership({ voters, learners: [4], context }, answers.sink());
  group.run(200);
  const joiner = group.open(4, { joins: true });
  assert.equal(joiner.replicator.mustJoin, true);
  joiner.replicator.join(4, leader.membership!);
  group.run(500);
  assert.deepEqual(group.appliers.get(4)!.commands, ['a']);
  assert.equal(new GroupView(joiner.replicator).votes, false);
  assert.equal(new GroupView(leader).votes, true);
  leader.changeMembership({ voters: [...voters, 4], learners: [], context }, answers.sink());
  group.run(500);
  assert.equal(new GroupView(joiner.replicator).votes, true);

  const again = group.open(4, { joins: true });
  assert.equal(again.replicator.mustJoin, false);
  assert.equal(again.replicator.self, 4);
});

test('a journal node that is elected serves nothing', () => {
  const group = new SimulatedGroup([1]);
  group.open(1, { votesOnly: true }).start();
  group.run(2000);
  assert.equal(group.benches.get(1)!.replicator.leader, 1);
  assert.equal(group.leader, undefined);
});
