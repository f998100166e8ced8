import type { Random } from '@rfs/base/seams';
import type { Message } from '@rfs/namenode/raft';
import type { World } from './cluster.js';
import { JOURNAL_FOLDER } from './founding.js';
import type { SimMember } from './member.js';
import { FAIR } from './network.js';
import type { SimDatanode } from './storage/index.js';

/** Bytes at the end of a segment that no later write may prove yet. */
const UNPROVEN_BYTES = 6 << 10;
const SEGMENT_HEADER_BYTES = 4096;
/** So many times as often come the faults that a run is about. */
const FOCUS = 40;

interface Fault {
  readonly name: string;
  readonly weight: number;
  readonly strike: () => void;
}

/** What befalls the cluster, within the budget of docs/testing.md. */
export class Nemesis {
  readonly struck: Record<string, number> = {};
  private readonly world: World;
  private readonly random: Random;
  private readonly everyMs: number;
  private readonly faults: readonly Fault[];
  private readonly weights: number;

  constructor(world: World, everyMs: number, focus: readonly string[]) {
    this.world = world;
    this.random = world.random.fork('nemesis');
    this.everyMs = everyMs;
    const { random } = this;
    const faults: readonly Fault[] = [
      { name: 'crash', weight: 12, strike: () => this.crash(this.pick()) },
      { name: 'crash leader', weight: 6, strike: () => this.crash(world.leader() ?? this.pick()) },
      { name: 'power failure of all', weight: 3, strike: () => this.crashAll() },
      { name: 'crash at a disk operation', weight: 8, strike: () => this.cutPower(this.pick()) },
      { name: 'pause', weight: 8, strike: () => this.pause(this.pick()) },
      { name: 'pause leader', weight: 6, strike: () => this.pause(world.leader() ?? this.pick()) },
      { name: 'isolate', weight: 6, strike: () => this.isolate(this.pick()) },
      { name: 'isolate leader', weight: 8, strike: () => this.isolate(world.leader() ?? this.pick()) },
      { name: 'one-way cut', weight: 8, strike: () => this.cutOneWay() },
      { name: 'split', weight: 5, strike: () => this.split() },
      { name: 'bad weather', weight: 10, strike: () => this.badWeather() },
      { name: 'disk stall', weight: 6, strike: () => this.stall(this.pick()) },
      { name: 'disk full', weight: 5, strike: () => this.fill(this.pick()) },
      { name: 'sync fails', weight: 3, strike: () => this.failSync(this.pick()) },
      { name: 'clock jump', weight: 4, strike: () => this.pick().jumpWallClock(random.below(20_001) - 10_000) },
      { name: 'transfer', weight: 8, strike: () => this.transfer() },
      { name: 'rest a voter', weight: 4, strike: () => world.operator.rest(this.pick()) },
      { name: 'remove a member', weight: 2, strike: () => this.removeMember(this.pick()) },
      { name: 'lose a disk', weight: 3, strike: () => this.loseDisk(this.pick()) },
      { name: 'crash a datanode', weight: 12, strike: () => this.crashDatanode(this.pickDatanode()) },
      { name: 'pause a datanode', weight: 6, strike: () => this.pauseDatanode(this.pickDatanode()) },
      { name: 'cut off a datanode', weight: 8, strike: () => this.cutDatanode(this.pickDatanode()) },
      { name: "lose a datanode's disk", weight: 6, strike: () => this.loseReplicas(this.pickDatanode()) },
      { name: 'empty a datanode', weight: 4, strike: () => this.emptyDatanode(this.pickDatanode()) },
      { name: 'flip a bit', weight: 3, strike: () => this.flip(this.pick()) },
    ];
    this.faults = faults.map((fault) => ({
      ...fault,
      weight: fault.weight * (focus.includes(fault.name) ? FOCUS : 1),
    }));
    this.weights = this.faults.reduce((sum, { weight }) => sum + weight, 0);
    world.overheard = (member, message) => this.overhear(member, message);
    this.next();
  }

  private next(): void {
    const { random, world } = this;
    world.scheduler.after(1 + random.below(2 * this.everyMs), () => {
      if (world.isEnding) return;
      let draw = random.below(this.weights);
      const fault = this.faults.find(({ weight }) => {
        draw -= weight;
        return draw < 0;
      })!;
      this.struck[fault.name] = (this.struck[fault.name] ?? 0) + 1;
      world.scheduler.note(fault.weight, fault.name.length);
      fault.strike();
      this.next();
    });
  }

  /** The moment after a promise is the best one for a crash. */
  private overhear(member: SimMember, message: Message): void {
    const promises = message.type === 'voteReply' ? 8 : message.type === 'appendReply' ? 600 : 0;
    if (promises === 0 || this.random.below(promises) > 0) return;
    this.world.scheduler.after(this.random.below(4), () => this.crash(member, 300));
  }

  private pick(): SimMember {
    const { members } = this.world;
    return members[this.random.below(members.length)]!;
  }

  private pickDatanode(): SimDatanode | undefined {
    const { datanodes } = this.world;
    return datanodes.length === 0 ? undefined : datanodes[this.random.below(datanodes.length)];
  }

  /** For a moment, or so long that it is taken for dead. */
  private crashDatanode(node: SimDatanode | undefined): void {
    if (node?.isOn === true) this.world.crashDatanode(node, 20 + this.random.below(this.outageMs()));
  }

  private pauseDatanode(node: SimDatanode | undefined): void {
    const process = node?.process;
    process?.pause();
    this.world.scheduler.after(200 + this.random.below(this.outageMs()), () => process?.resume(this.random));
  }

  /** It loses some namenodes, or some datanodes. */
  private cutDatanode(node: SimDatanode | undefined): void {
    if (node === undefined) return;
    const { members, datanodes, network } = this.world;
    const others = this.random.below(3) === 0 ? datanodes : members;
    network.divide(
      [node.place],
      others.filter(() => this.random.below(2) === 0).map(({ place }) => place),
    );
    this.healLater();
  }

  private loseReplicas(node: SimDatanode | undefined): void {
    const { world } = this;
    if (node === undefined || !world.losesDisks || world.isEnding || !world.blockWatch.mayLose(node)) return;
    node.loseDisk();
    world.crashDatanode(node, 20 + this.random.below(this.outageMs()));
  }

  private emptyDatanode(node: SimDatanode | undefined): void {
    if (node !== undefined) this.world.leaving.begin(node);
  }

  private outageMs(): number {
    return this.random.below(2) === 0 ? 2000 : 30_000;
  }

  private crash(member: SimMember, withinMs = 6000): void {
    if (member.isOn) this.world.crash(member, 20 + this.random.below(withinMs));
  }

  private crashAll(): void {
    for (const member of this.world.members) this.crash(member);
  }

  private cutPower(member: SimMember): void {
    const { disk } = member;
    let left = 1 + this.random.below(20);
    disk.setFaults(() => (--left === 0 ? 'stop' : undefined));
    this.world.scheduler.after(500, () => {
      disk.setFaults(undefined);
      if (member.disk === disk && disk.stopped) this.crash(member);
    });
  }

  private pause(member: SimMember): void {
    const process = member.running?.process;
    process?.pause();
    this.world.scheduler.after(200 + this.random.below(12_000), () => process?.resume(this.random));
  }

  /** The member loses the others; clients reach it still. */
  private isolate(member: SimMember): void {
    const others = this.world.members.filter((other) => other !== member).map(({ place }) => place);
    this.world.network.divide([member.place], others);
    this.healLater();
  }

  private cutOneWay(): void {
    for (let count = 1 + this.random.below(3); count > 0; count--) {
      this.world.network.sever(this.pick().place, this.pick().place);
    }
    this.healLater();
  }

  private split(): void {
    const sides: [number[], number[]] = [[], []];
    for (const { place } of this.world.members) sides[this.random.below(2)]!.push(place);
    this.world.network.divide(...sides);
    this.healLater();
  }

  private healLater(): void {
    this.world.scheduler.after(500 + this.random.below(8000), () => this.world.network.heal());
  }

  private badWeather(): void {
    const { network, scheduler } = this.world;
    const { random } = this;
    network.weather = {
      lossOneIn: 4 + random.below(40),
      repeatOneIn: 4 + random.below(40),
      delayMs: 1 + random.below(random.below(3) === 0 ? 1000 : 60),
    };
    scheduler.after(1000 + random.below(8000), () => {
      network.weather = { ...FAIR };
    });
  }

  private stall(member: SimMember): void {
    member.stallMs = 20 + this.random.below(4000);
    this.world.scheduler.after(500 + this.random.below(6000), () => {
      member.stallMs = 0;
    });
  }

  private fill(member: SimMember): void {
    const { disk } = member;
    disk.setFaults(({ kind }) => (kind === 'write' || kind === 'syncedWrite' ? 'ENOSPC' : undefined));
    this.world.scheduler.after(500 + this.random.below(6000), () => disk.setFaults(undefined));
  }

  private failSync(member: SimMember): void {
    const { disk } = member;
    disk.setFaults(({ kind }) => {
      if (kind !== 'sync' && kind !== 'syncedWrite') return undefined;
      disk.setFaults(undefined);
      return 'EIO';
    });
  }

  private transfer(): void {
    const leader = this.world.leader();
    const to = this.pick().id;
    if (leader === undefined || to === leader.id) return;
    leader.running!.process.run(() => leader.running!.replicator.transferTo(to));
  }

  /** A disk may be lost while all others are good: a lost majority is beyond what any quorum survives. */
  private loseDisk(member: SimMember): void {
    if (!this.mayHarm()) return;
    this.world.operator.lost(member);
  }

  /** It comes back with an empty disk. */
  private removeMember(member: SimMember): void {
    if (this.mayHarm()) this.world.operator.remove(member);
  }

  /** A bit turns in what was written long ago; what no later write proves is outside the budget. */
  private flip(member: SimMember): void {
    if (!this.mayHarm()) return;
    member.crash();
    const { disk } = member;
    const paths = disk.list(JOURNAL_FOLDER).map((name) => `${JOURNAL_FOLDER}/${name}`);
    const path = paths.sort().at(-1 - this.random.below(2)) ?? paths[0]!;
    const room = disk.open(path).size() - UNPROVEN_BYTES - SEGMENT_HEADER_BYTES;
    if (room > 0) {
      member.spoiled = true;
      disk.damage(path, SEGMENT_HEADER_BYTES + this.random.below(room), 1 << this.random.below(8));
    }
    this.world.crash(member, 100 + this.random.below(3000));
  }

  private mayHarm(): boolean {
    return this.world.losesDisks && !this.world.isEnding && this.world.operator.isWhole;
  }
}
