import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Failure, isFailure } from '@rfs/base/failure';
import { silentLogger } from '@rfs/base/log';
import { memberOf, SimulatedGroup } from '../replication/group.fixture.js';
import { GroupView } from '../replication/index.js';
import { type Admitted, Steward } from './steward.js';

const VOTERS = [1, 2, 3];
const NEWCOMER = { ...memberOf(0), name: 'n9', rpc: 'n9:8020', http: 'n9:9870' };

/** A group with a leader, and that leader's steward. */
class Stewarded {
  readonly group: SimulatedGroup;
  readonly steward: Steward;
  readonly view: GroupView;

  constructor(voters: readonly number[] = VOTERS, votesOnly = false) {
    this.group = new SimulatedGroup(voters);
    this.group.run(2000);
    const bench = this.group.leader!;
    this.view = new GroupView(bench.replicator);
    this.steward = new Steward(bench.replicator, this.view, () => 'CID-test', bench.clock, silentLogger, votesOnly);
  }

  get leaderId(): number {
    return this.view.self;
  }

  get followerIds(): number[] {
    return this.group.followers.map(({ replicator }) => replicator.self);
  }

  join(node: Parameters<Steward['join']>[0]): Admitted | Failure | undefined {
    let result: Admitted | Failure | undefined;
    this.steward.join(node, (found) => {
      result = found;
    });
    this.group.run(200);
    return result;
  }

  /** The node that was taken in begins. */
  begin({ id, membership }: Admitted): void {
    this.group.open(id, { joins: true }).replicator.join(id, membership);
    this.group.run(500);
  }
}

function admitted(result: Admitted | Failure | undefined): Admitted {
  assert.ok(result !== undefined && !isFailure(result), JSON.stringify(result));
  return result;
}

test('a node joins as a learner under a new id and gets its vote when it has caught up', () => {
  const stewarded = new Stewarded();
  stewarded.steward.start();
  const taken = admitted(stewarded.join(NEWCOMER));
  assert.equal(taken.id, 4);
  assert.deepEqual(stewarded.group.leader!.replicator.membership!.learners, [4]);
  stewarded.begin(taken);
  assert.deepEqual(stewarded.group.leader!.replicator.membership!.voters, [...VOTERS, 4]);
  assert.equal(stewarded.view.members.find(({ id }) => id === 4)?.name, 'n9');
  stewarded.steward.close();
});

test('a node that lost its disk comes back under a new id, and its old one goes with the same change', () => {
  const stewarded = new Stewarded();
  const lost = stewarded.followerIds[0]!;
  const early = stewarded.join({ ...memberOf(lost), id: 0 });
  assert.ok(isFailure(early as Failure), 'one that is alive is not thrown out');
  stewarded.group.down.add(lost);
  stewarded.group.run(2000);
  const { id, membership } = admitted(stewarded.join({ ...memberOf(lost), id: 0 }));
  assert.equal(id, 4);
  assert.deepEqual(membership.learners, [4]);
  assert.ok(!membership.voters.includes(lost));
  assert.deepEqual(stewarded.view.members.map((member) => member.id).sort(), [...membership.voters, 4].sort());
});

test('an id is never given twice', () => {
  const stewarded = new Stewarded();
  const first = admitted(stewarded.join(NEWCOMER));
  let refusal: Failure | undefined;
  stewarded.steward.remove('n9', (found) => {
    refusal = found;
  });
  stewarded.group.run(200);
  assert.equal(refusal, undefined);
  assert.equal(admitted(stewarded.join(NEWCOMER)).id, first.id + 1);
});

test('a member that is reached elsewhere now is noted there', () => {
  const stewarded = new Stewarded();
  const moved = { ...memberOf(stewarded.followerIds[0]!), rpc: 'elsewhere:1' };
  assert.equal(admitted(stewarded.join(moved)).id, moved.id);
  assert.equal(stewarded.view.members.find(({ id }) => id === moved.id)?.rpc, 'elsewhere:1');
  assert.deepEqual([...stewarded.group.leader!.replicator.membership!.voters].sort(), VOTERS);
});

test('a member that was removed does not come back under its old id', () => {
  const stewarded = new Stewarded();
  const gone = stewarded.followerIds[0]!;
  stewarded.steward.remove(`n${gone}`, () => undefined);
  stewarded.group.run(200);
  const answer = stewarded.join(memberOf(gone));
  assert.ok(isFailure(answer as Failure));
});

test('leadership goes where it is sent, and the leader itself is not removed', () => {
  const stewarded = new Stewarded();
  const before = stewarded.leaderId;
  const answers: (Failure | undefined)[] = [];
  stewarded.steward.remove(`n${before}`, (refusal) => answers.push(refusal));
  assert.match(answers[0]?.message ?? '', /hand over first/);
  const target = stewarded.followerIds[0]!;
  stewarded.steward.transfer(String(target), (refusal) => answers.push(refusal));
  stewarded.group.run(1000);
  assert.deepEqual(answers.slice(1), [undefined]);
  assert.equal(stewarded.group.leader!.replicator.self, target);
});

test('a journal node that leads hands over by itself', () => {
  const stewarded = new Stewarded(VOTERS, true);
  const before = stewarded.leaderId;
  stewarded.steward.start();
  stewarded.group.run(1000);
  assert.notEqual(stewarded.group.leader!.replicator.self, before);
  stewarded.steward.close();
});

test('a leader whose disk is full hands over to one that has room', () => {
  const stewarded = new Stewarded();
  const before = stewarded.group.leader!;
  const disk = stewarded.group.disks.get(stewarded.leaderId)!;
  stewarded.steward.start();
  disk.setFaults(({ kind }) => (kind === 'syncedWrite' ? 'ENOSPC' : undefined));
  before.replicator.propose(new Uint8Array([97]), { applied: () => undefined, refused: () => undefined });
  stewarded.group.run(1500);
  assert.equal(before.replicator.room.isFull, true);
  assert.notEqual(stewarded.group.leader?.replicator.self, before.replicator.self);
  disk.setFaults(undefined);
  stewarded.group.run(3000);
  assert.equal(before.replicator.room.isFull, false);
  stewarded.steward.close();
});
