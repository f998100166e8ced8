import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex } from '@rfs/base/ids';
import { seededRandom } from '@rfs/base/system';
import type { PeerId, SnapshotMark } from '../raft/index.js';
import { Answers, ListApplier } from './bench.fixture.js';
import { SimulatedGroup } from './group.fixture.js';
import type { StateTransfer } from './index.js';

const VOTERS = [1, 2, 3];
const LIMITS = { retainedBytes: 0, segmentBytes: 4200 };

/** Hands over the state of another member in one go, when it is told to. */
class TestTransfer implements StateTransfer {
  fetches = 0;
  refuses = false;
  private readonly group: SimulatedGroup;
  private readonly applier: ListApplier;
  private got: ListApplier | undefined;

  constructor(group: SimulatedGroup, applier: ListApplier) {
    this.group = group;
    this.applier = applier;
  }

  fetch(_mark: SnapshotMark, from: PeerId, done: (got: SnapshotMark | null) => void): void {
    this.fetches++;
    const { replicator } = this.group.benches.get(from)!;
    const source = this.group.appliers.get(from)!;
    if (this.refuses) {
      done(null);
      return;
    }
    const index = source.appliedIndex;
    this.got = new ListApplier([...source.commands], index);
    done({ index, term: replicator.term, membership: replicator.membershipAt(index)! });
  }

  install(done: (error: Error | null) => void): void {
    this.applier.commands = this.got!.commands;
    this.applier.appliedIndex = this.got!.appliedIndex;
    done(null);
  }

  close(): void {}
}

/** A group whose member 3 slept while the others went on and cut their journals. */
function groupWithSleeper(): { group: SimulatedGroup; answers: Answers; transfer: TestTransfer } {
  const group = new SimulatedGroup(VOTERS);
  const applier = group.appliers.get(3)!;
  const transfer = new TestTransfer(group, applier);
  for (const id of VOTERS) group.open(id, { limits: LIMITS, ...(id === 3 ? { transfer } : {}) }).start();
  const answers = new Answers();
  group.run(2000);
  group.down.add(3);
  group.run(3000);
  for (let i = 0; i < 20; i++) {
    group.leader!.replicator.propose(Buffer.from(`command ${i}`), answers.sink());
    group.run(100);
  }
  for (const id of [1, 2]) group.benches.get(id)!.replicator.cutBelow(group.appliers.get(id)!.appliedIndex);
  group.run(1000);
  return { group, answers, transfer };
}

test('a member that the log no longer reaches gets a state, begins its journal anew and follows on', () => {
  const { group, answers, transfer } = groupWithSleeper();
  const leader = group.leader!.replicator;
  assert.ok(leader.firstIndex > 10, `the journal starts with ${leader.firstIndex}`);
  group.down.clear();
  group.run(2000);
  group.leader!.replicator.propose(Buffer.from('after'), answers.sink());
  group.run(500);
  assert.equal(transfer.fetches, 1);
  assert.deepEqual(group.appliers.get(3)!.commands, group.appliers.get(1)!.commands);
  const restored = group.benches.get(3)!.replicator;
  assert.ok(restored.firstIndex > 10, `its journal starts with ${restored.firstIndex}`);

  // And with what its disk kept it goes on after power loss.
  const { appliedIndex, commands } = group.appliers.get(3)!;
  group.disks.set(3, group.disks.get(3)!.crash(seededRandom(9)));
  group.appliers.set(3, new ListApplier([...commands], appliedIndex));
  group.open(3, { limits: LIMITS }).start();
  group.leader!.replicator.propose(Buffer.from('later'), answers.sink());
  group.run(1000);
  assert.equal(group.appliers.get(3)!.commands.at(-1), 'later');
});

test('a state that cannot be had is asked for again', () => {
  const { group, transfer } = groupWithSleeper();
  transfer.refuses = true;
  group.down.clear();
  group.run(2000);
  assert.ok(transfer.fetches > 1);
  assert.equal(group.appliers.get(3)!.commands.length, 0);
  transfer.refuses = false;
  group.run(1000);
  assert.equal(group.appliers.get(3)!.commands.length, 20);
});

test('a learner with nothing begins behind its first state', () => {
  const { group } = groupWithSleeper();
  const leader = group.leader!.replicator;
  const { voters } = leader.membership!;
  const { context } = leader.membership!;
  leader.changeMembership({ voters, learners: [4], context }, new Answers().sink());
  group.run(200);
  const disk = new SimulatedDisk();
  const applier = new ListApplier();
  group.disks.set(4, disk);
  group.appliers.set(4, applier);
  const { replicator } = group.open(4, { joins: true, limits: LIMITS, transfer: new TestTransfer(group, applier) });
  replicator.join(4, leader.membership!);
  group.run(1000);
  assert.equal(applier.commands.length, 20);
  assert.equal(replicator.appliedIndex, leader.appliedIndex);
  assert.equal(leader.progressOf(4)?.match, leader.lastIndex as LogIndex);
});
