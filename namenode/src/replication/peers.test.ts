import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { Journal } from '../journal/index.js';
import { EntryKind, encodeMembership, type Message } from '../raft/index.js';
import { Answers, Bench, FOLDER, ListApplier } from './bench.fixture.js';

const PEERS = [1, 2, 3];
const TICK_MS = 50;

/** A disk whose journal is that of `owner` in a group of three. */
function foundedDisk(owner: number): SimulatedDisk {
  const disk = new SimulatedDisk();
  const observer = { durable: () => {}, full: () => {}, failed: () => {}, wrote: () => {} };
  const clock = new VirtualClock();
  const journal = Journal.open({ disk, folder: FOLDER, random: seededRandom(owner), clock, observer });
  journal.initialize(owner);
  const nobody = { outgoing: [], learners: [], learnersNext: [], context: new Uint8Array(0) };
  const term = 1 as Term;
  journal.append(
    [
      { index: 1 as LogIndex, term, kind: EntryKind.identity, data: Buffer.from('CID-test') },
      { index: 2 as LogIndex, term, kind: EntryKind.membership, data: encodeMembership({ voters: PEERS, ...nobody }) },
    ],
    { term, vote: 0, commit: 2 as LogIndex },
  );
  disk.runAll();
  return disk;
}

class Group {
  readonly disks = PEERS.map(foundedDisk);
  readonly appliers = PEERS.map(() => new ListApplier());
  readonly benches: Bench[];
  readonly down = new Set<number>();
  private messages: Message[] = [];

  constructor() {
    this.benches = PEERS.map((peer) => this.open(peer));
  }

  open(peer: number): Bench {
    const send = (messages: readonly Message[]): void => {
      this.messages.push(...messages);
    };
    const peers = { send, tickMs: TICK_MS, electionTicks: 10 };
    const overrides = { alone: false, peers, random: seededRandom(peer) };
    return new Bench(this.disks[peer - 1]!, this.appliers[peer - 1]!, overrides).start();
  }

  /** Virtual time passes for all that are up, and what follows from it. */
  run(durationMs: number): void {
    for (let passed = 0; passed < durationMs; passed += TICK_MS) {
      for (const [i, bench] of this.benches.entries()) if (!this.down.has(i + 1)) bench.clock.advance(TICK_MS);
      this.settle();
    }
  }

  leader(): Bench | undefined {
    return this.benches.find((bench, i) => !this.down.has(i + 1) && bench.replicator.leading);
  }

  private settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const [i, bench] of this.benches.entries()) {
        if (this.down.has(i + 1)) continue;
        if (bench.turns.run()) moved = true;
        while (this.disks[i]!.step()) moved = true;
      }
      for (const message of this.messages.splice(0)) {
        moved = true;
        if (!this.down.has(message.to)) this.benches[message.to - 1]!.replicator.receive(message);
      }
    }
  }
}

test('three members elect a leader, commit by majority, and go on when the leader dies', () => {
  const group = new Group();
  const answers = new Answers();
  group.run(2000);
  const first = group.leader();
  assert.ok(first !== undefined);
  for (const command of ['a', 'b']) first.replicator.propose(Buffer.from(command), answers.sink());
  group.run(200);
  assert.deepEqual(answers.heard, ['did a', 'did b']);

  const dead = group.benches.indexOf(first) + 1;
  group.down.add(dead);
  group.run(3000);
  const second = group.leader();
  assert.ok(second !== undefined && second !== first);
  second.replicator.propose(Buffer.from('c'), answers.sink());
  group.run(200);

  // The dead one comes back with what its disk kept, and follows.
  group.disks[dead - 1] = group.disks[dead - 1]!.crash(seededRandom(5));
  group.appliers[dead - 1] = new ListApplier();
  group.benches[dead - 1] = group.open(dead);
  group.down.clear();
  group.run(1000);
  for (const applier of group.appliers) assert.deepEqual(applier.commands, ['a', 'b', 'c']);
  assert.equal(group.leader(), second);
});

test('a leader that loses its majority refuses what waits and serves nothing more', () => {
  const group = new Group();
  const answers = new Answers();
  group.run(2000);
  const leader = group.leader()!;
  for (const peer of PEERS) if (group.benches[peer - 1] !== leader) group.down.add(peer);
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
