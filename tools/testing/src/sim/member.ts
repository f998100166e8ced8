import { SimulatedDisk, type SimulatedDiskOptions } from '@rfs/base/disk';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import { silentLogger } from '@rfs/base/log';
import type { Disk, Random } from '@rfs/base/seams';
import { BlockManager } from '@rfs/namenode/blocks';
import { appliedIn, type CommittedEntry, StateMachine } from '@rfs/namenode/namespace';
import { JournalStart, Steward } from '@rfs/namenode/peers';
import type { LogEntry, Message, PeerId } from '@rfs/namenode/raft';
import { type Applier, GroupView, type Member, Replicator, type Standing } from '@rfs/namenode/replication';
import {
  continueBehind,
  forgetInstalled,
  type InstalledState,
  readInstalled,
  SnapshotFetcher,
  SnapshotSource,
  staleStates,
  stateFolder,
} from '@rfs/namenode/snapshots';
import type { World } from './cluster.js';
import { must, Violation } from './failure.js';
import { CLUSTER_ID, FOLDER, foundedDisk, JOURNAL_FOLDER } from './founding.js';
import { ImageStore } from './image-store.js';
import { IndexOnly } from './index-only.js';
import { insideOf } from './inside.js';
import { type ClockFaults, SimProcess } from './process.js';
import { SimServer } from './server.js';
import { BLOCKS, LIMITS, LINKS } from './settings.js';
import { discardState, RowsEngine, readState } from './states.js';
import { SimSuppliers } from './suppliers.js';

/** Who belongs to no group asks this often. */
const JOIN_MS = 200;
/** Time of a write into the page cache and of a sync, in ms. */
const DISK_MS = 0.4;
/** What a disk may say that is full or ill. */
const DISK_FAULTS = ['EIO', 'ENOSPC'];

/** What a node that was taken in begins with. */
export type Admitted = Exclude<Parameters<Parameters<Steward['join']>[1]>[0], Failure>;

/** Everything of a member that is gone when its power is. */
export interface Running {
  readonly process: SimProcess;
  readonly replicator: Replicator;
  readonly machine: StateMachine;
  readonly store: ImageStore;
  readonly steward: Steward;
  /** Undefined for a journal node, which has no state. */
  readonly source: SnapshotSource | undefined;
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
  /** The store as power loss would leave it now, and the folder that it stands for. */
  image = new ImageStore();
  imageIndex = 0;
  running: Running | undefined;
  private imageFolder = '';
  /** The program, also while it only starts. */
  private process: SimProcess | undefined;
  /** A journal node's journal has begun behind this index: others had no more to give. */
  private journalBegan = 0;
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

  /** The power is on. */
  get isOn(): boolean {
    return this.process !== undefined;
  }

  /** Starts the program on what the disk holds. */
  start(): void {
    const { world } = this;
    const process = new SimProcess(world.scheduler, this.clock, (work) => this.guard(process, work));
    this.process = process;
    world.watch.forget(this.id);
    this.guard(process, () => {
      world.sabotage.beforeStart?.(this);
      const disk = world.sabotage.disk?.(this.disk, world.scheduler) ?? this.disk;
      const installed = readInstalled(disk, FOLDER);
      if (installed === undefined) this.begin(process, disk, undefined);
      else this.continueBehind(process, disk, installed);
    });
  }

  /** The power goes off: of what was not synced, any part may be there afterwards. */
  crash(): void {
    const { running, process } = this;
    if (process === undefined) return;
    process.end();
    this.process = undefined;
    this.running = undefined;
    if (running !== undefined && this.random.below(3) === 0) this.keepImage(running);
    this.disk = this.disk.crash(this.random, this.diskOptions());
  }

  /** Has a new, empty disk, and is nobody. */
  replace(): void {
    this.id = 0;
    this.disk = new SimulatedDisk(this.diskOptions());
    this.imageFolder = '';
    this.journalBegan = 0;
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
  receive(place: number, message: Message, standing: Standing): void {
    const { running } = this;
    if (running === undefined || message.to !== this.id) return;
    running.process.hear(place, () => {
      running.replicator.retention.hear(message.from, standing);
      running.replicator.receive(message);
    });
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
    for (const to of world.members) {
      if (to === this) continue;
      const hear = (result: Admitted | Failure): void => process.hear(to.place, () => this.taken(process, result));
      world.query(
        this,
        to,
        (asked, back) => asked.replicator.progressOf(to.id) && asked.steward.join(member, back),
        hear,
      );
    }
    process.setTimer(JOIN_MS, () => this.askToJoin(process));
  }

  /** A state of another member is what this one starts from: the journal begins behind it. */
  private continueBehind(process: SimProcess, disk: Disk, installed: InstalledState): void {
    const options = { disk, folder: JOURNAL_FOLDER, clock: process, random: this.random.fork('behind'), ...LIMITS };
    continueBehind(installed.mark, options, (goesOn) => {
      if (goesOn instanceof Error) {
        this.fatal(goesOn);
        return;
      }
      if (!goesOn) forgetInstalled(disk, FOLDER);
      this.begin(process, disk, goesOn ? installed : undefined);
    });
  }

  private begin(process: SimProcess, disk: Disk, installed: InstalledState | undefined): void {
    const { world } = this;
    const { sabotage } = world;
    for (const stale of staleStates(disk, FOLDER, installed)) discardState(disk, stale);
    const folder = `${FOLDER}/${stateFolder(installed)}`;
    if (folder !== this.imageFolder)
      this.use(folder, installed === undefined ? new ImageStore() : readState(disk, folder));
    const store = this.image.image();
    const blocks = new BlockManager(BLOCKS, this.random.fork('blocks'), undefined);
    const machine = new StateMachine(store, blocks.events);
    const adopted = (path: string, done: () => void): void => {
      this.use(path, store.image());
      world.history.adopted(this.id, machine.appliedIndex, store.rowsHash);
      this.running!.server!.services.adopted(done);
    };
    const copied = sabotage.copied ?? ((copy: ImageStore) => copy);
    const engine = new RowsEngine({ disk, store, machine, clock: process, copied, adopted });
    const suppliers = new SimSuppliers(world, this, process);
    const journalOnly = new IndexOnly();
    const transfer = this.votesOnly
      ? new JournalStart(suppliers, (index) => {
          journalOnly.appliedIndex = index;
          this.journalBegan = index;
        })
      : new SnapshotFetcher({ disk, folder: FOLDER, engine, suppliers, clock: process, log: silentLogger });
    const random = this.random.fork(`start ${++this.starts}`);
    const nextTurn = (action: () => void): void => {
      world.scheduler.after(0, () => process.run(action));
    };
    const replicator = Replicator.open({
      disk,
      folder: JOURNAL_FOLDER,
      clock: process,
      random,
      nextTurn,
      applier: this.votesOnly ? journalOnly : this.applier(store, machine),
      observer: { journalWrote: () => {}, appliedBatch: () => {}, proposalRefused: () => {} },
      alone: false,
      joins: true,
      votesOnly: this.votesOnly,
      transfer,
      peers: {
        send: (messages) => this.send(messages),
        ...LINKS,
      },
      identity: () => {
        throw new Violation('identity', `${this.id} founds a second cluster`);
      },
      fatal: (error) => this.fatal(error),
      limits: { ...LIMITS, applyCount: this.place % 2 === 0 ? 8 : 1 },
    });
    const source = this.votesOnly
      ? undefined
      : new SnapshotSource({
          disk,
          folder: `${FOLDER}/copies`,
          engine,
          clock: process,
          random: random.fork('copies'),
          nextTurn,
          membershipAt: (index) => replicator.membershipAt(index),
          keepAbove: (index) => replicator.retention.keepAbove(index),
        });
    const server = this.votesOnly
      ? undefined
      : new SimServer(world, this, process, replicator, machine, blocks, nextTurn);
    const group = new GroupView(replicator);
    const steward = new Steward(replicator, group, () => CLUSTER_ID, process, silentLogger, this.votesOnly);
    this.running = { process, replicator, machine, store, steward, source, server };
    this.id = replicator.self;
    world.watch.restarted(this.id, insideOf(replicator).journal);
    server?.services.begin(() => {});
    if (replicator.mustJoin) this.askToJoin(process);
    else replicator.start(() => {});
    steward.start();
    sabotage.inside?.(this);
    this.scheduleImage(process);
  }

  /** The state in `folder` is in use from now on; `image` is what power loss leaves of it. */
  private use(folder: string, image: ImageStore): void {
    this.imageFolder = folder;
    this.image = image;
    this.imageIndex = appliedIn(image).index;
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
        this.running?.server?.services.applied();
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
    const expected = error.name === 'PowerLost' || DISK_FAULTS.includes((error as NodeJS.ErrnoException).code ?? '');
    must(expected || (error.name === 'JournalDamage' && this.spoiled), 'fatal', () => `${this.id}: ${error.stack}`);
    const { process } = this;
    this.world.scheduler.after(0, () => {
      if (this.process !== process) return;
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

  /** From time to time the store becomes durable, and the journal may let go of what it holds. */
  private scheduleImage(process: SimProcess): void {
    process.setTimer(200 + this.random.below(3000), () => {
      const { running } = this;
      if (running?.process !== process) return;
      const { replicator } = running;
      if (this.votesOnly) {
        this.checkRetention(replicator);
      } else {
        this.keepImage(running);
        replicator.cutBelow((this.imageIndex + 1) as LogIndex);
      }
      this.scheduleImage(process);
    });
  }

  /**
   * A journal node has no state to give: what it keeps goes on where any namenode that votes may have to go on, or where
   * it has begun.
   */
  private checkRetention({ firstIndex, membership }: Replicator): void {
    for (const member of this.world.members) {
      if (member.votesOnly || membership?.voters.includes(member.id) !== true) continue;
      const what = (): string => `${this.id} keeps entries from ${firstIndex}, ${member.id} has no more than ${reach}`;
      const reach = Math.max(member.imageIndex, this.world.watch.acknowledgedBy(member.id), this.journalBegan);
      must(firstIndex <= reach + 1, 'retention', what);
    }
  }

  private keepImage({ store }: Running): void {
    if (!this.votesOnly) this.use(this.imageFolder, store.image());
  }

  private diskOptions(): SimulatedDiskOptions {
    return {
      schedule: (complete) => {
        const { process } = this;
        const delay = 0.05 + (DISK_MS * this.random.below(1024)) / 1024 + this.stallMs;
        this.world.scheduler.after(delay, () => process?.run(complete));
      },
    };
  }
}
