import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { Journal } from '../journal/index.js';
import { EntryKind, encodeMembership, type Message, type PeerId } from '../raft/index.js';
import { Bench, FOLDER, ListApplier } from './bench.fixture.js';
import { encodeRoster, type ReplicatorOptions } from './index.js';

export const TICK_MS = 50;
export const ELECTION_TICKS = 10;

/** What a member of the group is called in it. */
export function memberOf(id: PeerId) {
  return { id, name: `n${id}`, role: 'namenode' as const, rpc: `n${id}:8020`, http: `n${id}:9870` };
}

/** A disk whose journal is that of `owner` in a group of `voters`. */
function foundedDisk(owner: PeerId, voters: readonly PeerId[]): SimulatedDisk {
  const disk = new SimulatedDisk();
  const observer = { durable: () => {}, full: () => {}, failed: () => {}, wrote: () => {} };
  const clock = new VirtualClock();
  const journal = Journal.open({ disk, folder: FOLDER, random: seededRandom(owner), clock, observer });
  journal.initialize(owner);
  const lastId = Math.max(...voters);
  const context = encodeRoster({ clusterId: 'CID-test', lastId, members: voters.map(memberOf) });
  const membership = encodeMembership({ voters, outgoing: [], learners: [], learnersNext: [], context });
  const term = 1 as Term;
  journal.append(
    [
      { index: 1 as LogIndex, term, kind: EntryKind.identity, data: Buffer.from('CID-test') },
      { index: 2 as LogIndex, term, kind: EntryKind.membership, data: membership },
    ],
    { term, vote: 0, commit: 2 as LogIndex },
  );
  disk.runAll();
  return disk;
}

/** Members on simulated disks and clocks, with a network that loses nothing but what is for members that are down. */
export class SimulatedGroup {
  readonly disks = new Map<PeerId, SimulatedDisk>();
  readonly appliers = new Map<PeerId, ListApplier>();
  readonly benches = new Map<PeerId, Bench>();
  /** Neither hear nor speak, and their time stands still. */
  readonly down = new Set<PeerId>();
  /** All messages so far. */
  readonly sent: Message[] = [];
  private messages: Message[] = [];

  constructor(voters: readonly PeerId[]) {
    for (const id of voters) {
      this.disks.set(id, foundedDisk(id, voters));
      this.appliers.set(id, new ListApplier());
      this.open(id).start();
    }
  }

  /** Opens a member from its disk; an empty one for a member that joins. */
  open(id: PeerId, overrides: Partial<ReplicatorOptions> = {}): Bench {
    const disk = this.disks.get(id) ?? new SimulatedDisk();
    const applier = this.appliers.get(id) ?? new ListApplier();
    this.disks.set(id, disk);
    this.appliers.set(id, applier);
    const send = (messages: readonly Message[]): void => {
      this.messages.push(...messages);
      this.sent.push(...messages);
    };
    const peers = { send, tickMs: TICK_MS, electionTicks: ELECTION_TICKS };
    const bench = new Bench(disk, applier, { alone: false, peers, random: seededRandom(id), ...overrides });
    this.benches.set(id, bench);
    return bench;
  }

  /** Virtual time passes for all that are up, and what follows from it. */
  run(durationMs: number): void {
    for (let passed = 0; passed < durationMs; passed += TICK_MS) {
      for (const [id, bench] of this.benches) if (!this.down.has(id)) bench.clock.advance(TICK_MS);
      this.settle();
    }
  }

  /** The member that serves; undefined for nobody. */
  get leader(): Bench | undefined {
    return [...this.benches].find(([id, bench]) => !this.down.has(id) && bench.replicator.leading)?.[1];
  }

  /** The members that follow and are up. */
  get followers(): Bench[] {
    return [...this.benches]
      .filter(([id, bench]) => !this.down.has(id) && bench !== this.leader)
      .map(([, each]) => each);
  }

  settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const [id, bench] of this.benches) {
        if (this.down.has(id)) continue;
        if (bench.turns.run()) moved = true;
        while (this.disks.get(id)?.step() === true) moved = true;
      }
      for (const message of this.messages.splice(0)) {
        moved = true;
        if (!this.down.has(message.to)) this.benches.get(message.to)?.replicator.receive(message);
      }
    }
  }
}
