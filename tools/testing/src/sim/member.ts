import { SimulatedDisk, type SimulatedDiskOptions } from '@rfs/base/disk';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import { silentLogger } from '@rfs/base/log';
import type { Disk, Random } from '@rfs/base/seams';
import { type CommittedEntry, type NamespaceEvents, StateMachine } from '@rfs/namenode/namespace';
import { Steward } from '@rfs/namenode/peers';
import type { LogEntry, Message, PeerId } from '@rfs/namenode/raft';
import { type Applier, GroupView, type Member, Replicator, type ReplicatorOptions } from '@rfs/namenode/replication';
import type { World } from './cluster.js';
import { must, Violation } from './failure.js';
import { CLUSTER_ID, foundedDisk, JOURNAL_FOLDER } from './founding.js';
import { ImageStore } from './image-store.js';
import { insideOf } from './inside.js';
import { type ClockFaults, SimProcess } from './process.js';
import { SimServer } from './server.js';

const TICK_MS = 100;
/** Who belongs to no group asks this often. */
const JOIN_MS = 200;
const ELECTION_TICKS = 10;
/** Small, so that segments change and are cut all the time. */
const LIMITS = { segmentBytes: 8 << 10, writeBytes: 4 << 10, retainedBytes: 8 << 10, fullRetryMs: 500 };
/** A few entries, so that catching up takes many messages; and a few hundred in memory, so that the rest is read from the journal. */
const APPEND_BYTES = 300;
const CACHE_BYTES = 64 << 10;
/** Time of a write into the page cache and of a sync, in ms. */
const DISK_MS = 0.4;

const NO_EVENTS: NamespaceEvents = {
  blockAllocated: () => {},
  blockReopened: () => {},
  blockRecoveryStarted: () => {},
  blockCommitted: () => {},
  blockCompleted: () => {},
  blockRemoved: () => {},
  replicationChanged: () => {},
  blockMoved: () => {},
};

/** What a node that was taken in begins with. */
export type Admitted = Exclude<Parameters<Parameters<Steward['join']>[1]>[0], Failure>;

/** Everything of a member that is gone when its power is. */
export interface Running {
  readonly process: SimProcess;
  readonly replicator: Replicator;
  readonly machine: StateMachine;
  readonly store: ImageStore;
  readonly steward: Steward;
  /** Undefined for a journal node, which takes no calls. */
  readonly server: SimServer | undefined;
}

/** One machine of the cluster: its disk, what its store would find after power loss, and the program while it runs. */
export class SimMember {
  readonly place: number;
  /** A journal node. */
  readonly votesOnly: boolean;
  /** Its Raft id; 0 while it has none. */
  id: PeerId;
  disk: SimulatedDisk;
  /** The store as power loss would leave it now. */
  image = new ImageStore();
  imageIndex = 0;
  running: Running | undefined;
  /** The journal cannot be trusted any more: this identity is over. */
  spoiled = false;
  /** Disk operations take this much longer, in ms. */
  stallMs = 0;
  private readonly world: World;
  private readonly random: Random;
  private readonly clock: ClockFaults;
  private starts = 0;

  constructor(world: World, place: number, votesOnly: boolean) {
    this.world = world;
    this.place = place;
    this.id = place + 1;
    this.votesOnly = votesOnly;
    this.random = world.random.fork(`member ${place}`);
    this.clock = {
      rate: 1 + (this.random.below(2001) - 1000) / 100_000,
      wallMs: 1_700_000_000_000 + this.random.below(4000),
    };
    this.disk = new SimulatedDisk(this.diskOptions());
  }

  /** What the group's roster says of it. */
  get member(): Member {
    const { id, place, votesOnly } = this;
    return {
      id,
      name: `n${place}`,
      role: votesOnly ? 'journal' : 'namenode',
      rpc: `n${place}:8020`,
      http: `n${place}:9870`,
    };
  }

  /** Has a disk on which it is one of those who founded the group. */
  found(founders: readonly Member[]): void {
    const random = this.random.fork(`founded ${this.id}`);
    this.disk = foundedDisk(this.id, founders, random).crash(this.random, this.diskOptions());
  }

  /** Starts the program on what the disk holds; false when that must not be. */
  start(): boolean {
    const { world } = this;
    const process = new SimProcess(world.scheduler, this.clock, (work) => this.guard(process, work));
    const store = this.image.image();
    const machine = new StateMachine(store, NO_EVENTS);
    const { sabotage } = world;
    sabotage.beforeStart?.(this);
    const opened = this.open(process, store, machine);
    if (opened === 'damaged') return false;
    if (opened === 'powerLost') {
      this.disk = this.disk.crash(this.random, this.diskOptions());
      world.powerLost(this);
      return true;
    }
    const server = this.votesOnly ? undefined : new SimServer(world, this, process, opened, machine);
    const group = new GroupView(opened);
    const steward = new Steward(opened, group, () => CLUSTER_ID, process, silentLogger, this.votesOnly);
    this.running = { process, replicator: opened, machine, store, steward, server };
    this.id = opened.self;
    world.watch.forget(this.id);
    this.guard(process, () => {
      world.watch.restarted(this.id, insideOf(opened).journal);
      if (opened.mustJoin) this.askToJoin(process);
      else opened.start(() => {});
      steward.start();
      sabotage.inside?.(this);
      this.scheduleImage(process);
    });
    return true;
  }

  /** The power goes off: of what was not synced, any part may be there afterwards. */
  crash(): void {
    const { running } = this;
    if (running === undefined) return;
    running.process.end();
    this.running = undefined;
    if (this.random.below(3) === 0) this.keepImage(running);
    this.disk = this.disk.crash(this.random, this.diskOptions());
  }

  /** Has a new, empty disk, and is nobody. */
  replace(): void {
    this.id = 0;
    this.disk = new SimulatedDisk(this.diskOptions());
    this.image = new ImageStore();
    this.imageIndex = 0;
    this.spoiled = false;
  }

  /** Somebody writes on the disk while no program runs. */
  rewriteDisk(write: (disk: SimulatedDisk) => void): void {
    const settled = this.disk.crash(this.random);
    write(settled);
    this.disk = settled.crash(this.random, this.diskOptions());
  }

  jumpWallClock(byMs: number): void {
    this.clock.wallMs += byMs;
  }

  /** A message of the member at `place` arrives. */
  receive(place: number, message: Message): void {
    const { running } = this;
    if (running === undefined || message.to !== this.id) return;
    running.process.hear(place, () => running.replicator.receive(message));
  }

  /** Somebody else's steward has taken this node in. */
  private taken(process: SimProcess, result: Admitted | Failure): void {
    const { running } = this;
    if (running?.process !== process || isFailure(result) || running.replicator.membership !== undefined) return;
    this.id = result.id;
    running.replicator.join(result.id, result.membership);
    this.world.sabotage.inside?.(this);
  }

  /** Asks all others to be taken in, as only the leader does, until one has. */
  private askToJoin(process: SimProcess): void {
    const { running, member, world } = this;
    if (running === undefined || running.replicator.membership !== undefined) return;
    world.askToJoin(this, member, (place, result) => process.hear(place, () => this.taken(process, result)));
    process.setTimer(JOIN_MS, () => this.askToJoin(process));
  }

  private open(process: SimProcess, store: ImageStore, machine: StateMachine): Replicator | 'damaged' | 'powerLost' {
    const { world } = this;
    const disk: Disk = world.sabotage.disk?.(this.disk, world.scheduler) ?? this.disk;
    const options: ReplicatorOptions = {
      disk,
      folder: JOURNAL_FOLDER,
      clock: process,
      random: this.random.fork(`start ${++this.starts}`),
      nextTurn: (action) => world.scheduler.after(0, () => process.run(action)),
      applier: this.votesOnly ? this.nothingApplied() : this.applier(store, machine),
      observer: { journalWrote: () => {}, appliedBatch: () => {}, proposalRefused: () => {} },
      alone: false,
      joins: true,
      votesOnly: this.votesOnly,
      peers: {
        send: (messages) => this.send(messages),
        tickMs: TICK_MS,
        electionTicks: ELECTION_TICKS,
        appendBytes: APPEND_BYTES,
        cacheBytes: CACHE_BYTES,
      },
      identity: () => {
        throw new Violation('identity', `${this.id} founds a second cluster`);
      },
      fatal: (error) => this.fatal(error),
      limits: { ...LIMITS, applyCount: this.place % 2 === 0 ? 8 : 1 },
    };
    try {
      return Replicator.open(options);
    } catch (error) {
      const { name } = error as Error;
      if (name === 'JournalDamage' && this.spoiled) return 'damaged';
      if (name === 'PowerLost') return 'powerLost';
      throw new Violation('start', `${this.id} cannot start: ${(error as Error).message}`);
    }
  }

  private applier(store: ImageStore, machine: StateMachine): Applier {
    const { world } = this;
    return {
      get appliedIndex(): LogIndex {
        return machine.appliedIndex as LogIndex;
      },
      congested: false,
      applyBatch: (entries: readonly LogEntry[], results: unknown[]) => {
        const applied = world.sabotage.apply?.(entries, this) ?? entries;
        machine.applyBatch(applied as readonly CommittedEntry[], results);
        const last = entries.length - 1;
        for (let i = 0; i <= last; i++) {
          world.history.applied(this.id, entries[i]!, results[i], i === last ? store.rowsHash : undefined);
        }
        this.running?.server?.applied();
      },
    };
  }

  /** What a journal node has for a state machine. */
  private nothingApplied(): Applier {
    let index = 0 as LogIndex;
    return {
      get appliedIndex(): LogIndex {
        return index;
      },
      congested: false,
      opened: (committed) => {
        index = committed;
      },
      applyBatch: (entries) => {
        index = entries[entries.length - 1]!.index;
      },
    };
  }

  /** Carries out one event of the program; what it throws ends the program, or the run. */
  private guard(process: SimProcess, work: () => void): void {
    const { world } = this;
    try {
      work();
      const core = this.running === undefined ? undefined : insideOf(this.running.replicator).core;
      if (core !== undefined && this.running?.process === process) world.watch.look(core);
    } catch (error) {
      const { name, message } = error as Error;
      if (error instanceof Violation) throw error;
      if (name === 'PowerLost') world.powerLost(this);
      else if (name === 'JournalDamage' && this.spoiled) world.operator.lost(this);
      else throw new Violation('exception', `${this.id}: ${(error as Error).stack ?? message}`);
    }
  }

  private fatal(error: Error): void {
    if (error instanceof Violation) throw error;
    const expected = error.name === 'PowerLost' || (error as NodeJS.ErrnoException).code === 'EIO';
    must(expected || (error.name === 'JournalDamage' && this.spoiled), 'fatal', () => `${this.id}: ${error.stack}`);
    const { running } = this;
    this.world.scheduler.after(0, () => {
      if (this.running !== running) return;
      if (error.name === 'JournalDamage') this.world.operator.lost(this);
      else this.world.ended(this);
    });
  }

  private send(messages: readonly Message[]): void {
    const { world } = this;
    for (const message of messages) {
      world.watch.sent(message);
      world.sent(this, message);
    }
  }

  /** From time to time the store becomes durable, and the journal may let go of what everybody's stores hold. */
  private scheduleImage(process: SimProcess): void {
    process.setTimer(200 + this.random.below(3000), () => {
      const { running } = this;
      if (running?.process !== process) return;
      this.keepImage(running);
      const tooEarly = this.votesOnly && this.world.sabotage.journalNodeCuts === true;
      const durable = tooEarly ? running.replicator.committedIndex : this.world.durableEverywhere();
      const { firstIndex } = running.replicator;
      const kept = firstIndex <= this.world.durableEverywhere() + 1;
      must(kept, 'retention', () => `${this.id} keeps entries from ${firstIndex}, a store still needs older ones`);
      running.replicator.cutBelow((durable + 1) as LogIndex);
      this.scheduleImage(process);
    });
  }

  private keepImage(running: Running): void {
    this.image = running.store.image();
    const { committedIndex } = running.replicator;
    const inJournal = Math.max(
      this.imageIndex,
      Math.min(committedIndex, insideOf(running.replicator).journal.lastIndex),
    );
    this.imageIndex = this.votesOnly ? inJournal : running.machine.appliedIndex;
  }

  private diskOptions(): SimulatedDiskOptions {
    return {
      schedule: (complete) => {
        const process = this.running?.process;
        const delay = 0.05 + (DISK_MS * this.random.below(1024)) / 1024 + this.stallMs;
        this.world.scheduler.after(delay, () => process?.run(complete));
      },
    };
  }
}
