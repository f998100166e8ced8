import type { Random } from '@rfs/base/seams';
import { seededRandom } from '@rfs/base/system';
import type { Message, PeerId } from '@rfs/namenode/raft';
import type { PassedOn } from '@rfs/namenode/service';
import { failure } from '@rfs/protocol/exceptions';
import { NO_STATE_ID } from '@rfs/protocol/service';
import { SimClient } from './client.js';
import { must } from './failure.js';
import { History } from './history.js';
import { hashOfRows } from './image-store.js';
import { insideOf } from './inside.js';
import { type Running, SimMember } from './member.js';
import { FAIR, SimNetwork } from './network.js';
import { Operator } from './operator.js';
import type { SimOptions } from './options.js';
import type { PassedCall } from './passage.js';
import { RaftWatch } from './raft-watch.js';
import type { Sabotage } from './sabotage.js';
import { Scheduler } from './scheduler.js';
import type { Call, Reply } from './server.js';
import { BlockWatch, LeavingDatanodes, SimDatanode } from './storage/index.js';
import { type Bounds, RecentFiles } from './workload.js';

/** Clients' places in the network are above those of datanodes, and these above those of members. */
const FIRST_DATANODE_PLACE = 50;
const FIRST_CLIENT_PLACE = 100;
const COMPARE_EVERY = 64;
/** Once all faults have ended, the cluster must be well again within this time. */
const CONVERGE_MS = 180_000;
/** And so much later every block must be closed and have its replicas, no more and no less. */
const SETTLE_MS = 300_000;
/** Members' block maps are looked at, and all bytes, every so many comparisons. */
const LOOK_EVERY = 4;
const LOOK_MS = 500;

/** A whole cluster and its clients, on one seed. */
export class World {
  readonly scheduler = new Scheduler();
  readonly history = new History();
  readonly watch = new RaftWatch();
  readonly random: Random;
  readonly network: SimNetwork;
  readonly members: SimMember[] = [];
  readonly datanodes: SimDatanode[] = [];
  readonly clients: SimClient[] = [];
  readonly blockWatch: BlockWatch;
  readonly operator: Operator;
  readonly leaving = new LeavingDatanodes(this);
  readonly sabotage: Sabotage;
  readonly thinkMs: number;
  /** Disks may be lost and journals damaged. */
  readonly losesDisks: boolean;
  readonly files = new RecentFiles();
  /** What clients may do. */
  readonly bounds: Bounds;
  /** Clients begin nothing new. */
  isEnding = false;
  private looks = 0;
  /** Members that will never come back. */
  readonly gone = new Set<SimMember>();
  /** Called for everything a member says to another: faults may follow. */
  overheard: (member: SimMember, message: Message) => void = () => {};

  constructor(options: SimOptions, sabotage: Sabotage) {
    this.random = seededRandom(options.seed);
    this.sabotage = sabotage;
    this.thinkMs = options.thinkMs ?? 100;
    this.network = new SimNetwork(this.scheduler, this.random.fork('network'));
    const shape = this.random.fork('shape');
    const count = options.voters ?? (shape.below(3) === 0 ? 5 : 3);
    this.losesDisks = options.losesDisks ?? shape.below(2) === 0;
    const journalNodes = options.journalNodes ?? (count === 3 ? shape.below(2) : shape.below(3));
    for (let place = 0; place < count; place++) {
      this.members.push(new SimMember(this, place, place >= count - journalNodes));
    }
    const datanodes = options.datanodes ?? 3 + shape.below(4);
    // Where disks are lost every block has to have two replicas more than the one that goes.
    this.bounds = { writes: datanodes > 0, replication: this.losesDisks ? [3, 4] : [1, 3] };
    this.blockWatch = new BlockWatch(this);
    const founders = this.members.map(({ member }) => member);
    this.operator = new Operator(this, founders);
    for (const member of this.members) {
      member.found(founders);
      member.start();
    }
    for (let number = 0; number < datanodes; number++) {
      const node = new SimDatanode(this, FIRST_DATANODE_PLACE + number, number);
      this.datanodes.push(node);
      node.start();
    }
    const clients = options.clients ?? 3 + shape.below(4);
    for (let number = 1; number <= clients; number++) {
      this.clients.push(new SimClient(this, number, FIRST_CLIENT_PLACE + number));
    }
  }

  /** Lets things happen until `events` have. */
  run(events: number): void {
    const { scheduler } = this;
    while (scheduler.eventCount < events && scheduler.step()) {
      if (scheduler.eventCount % COMPARE_EVERY === 0) this.compare();
    }
  }

  /**
   * Nothing fails any more, but what is broken may stay so for ever as far as a quorum does without: all others must
   * agree, and every client be answered.
   */
  converge(): void {
    const { scheduler, network } = this;
    this.isEnding = true;
    this.overheard = () => {};
    network.heal();
    network.weather = { ...FAIR };
    this.leaveBehind();
    for (const member of this.members) {
      if (this.gone.has(member)) continue;
      member.stallMs = 0;
      member.disk.setFaults(undefined);
      member.running?.process.resume(this.random);
      if (!member.isOn) this.restartAfter(member, 100);
    }
    for (const node of this.datanodes) {
      node.process?.resume(this.random);
      if (!node.isOn) this.restartDatanodeAfter(node, 100);
    }
    const until = scheduler.nowMs + CONVERGE_MS;
    while (!this.isCalm() && scheduler.nowMs < until && scheduler.step());
    must(this.isCalm(), 'liveness', () => this.complaint());
    this.settle();
    for (const { id, running, votesOnly } of this.members) {
      if (running === undefined || votesOnly) continue;
      const { rowsHash } = running.store;
      must(hashOfRows(running.store) === rowsHash, 'state hash', () => `the rows of ${id} are not what was counted`);
    }
  }

  /** All blocks come to what they shall be, and everybody knows. */
  private settle(): void {
    const { scheduler, blockWatch } = this;
    const until = scheduler.nowMs + SETTLE_MS;
    let wrong = blockWatch.disorder();
    while (wrong !== undefined && scheduler.nowMs < until) {
      const look = scheduler.nowMs + LOOK_MS;
      while (scheduler.nowMs < look && scheduler.step());
      wrong = blockWatch.disorder();
    }
    must(wrong === undefined, 'redundancy', () => `after ${SETTLE_MS} ms: ${wrong}`);
    blockWatch.check();
  }

  leader(): SimMember | undefined {
    let found: SimMember | undefined;
    for (const member of this.members) {
      const { running } = member;
      if (running === undefined || running.process.isPaused || !running.replicator.leading) continue;
      if (found === undefined || running.replicator.term > found.running!.replicator.term) found = member;
    }
    return found;
  }

  memberOf(id: PeerId): SimMember | undefined {
    return this.members.find((member) => member.id === id);
  }

  datanodeAt(ip: string): SimDatanode {
    return this.datanodes.find((node) => node.ip === ip)!;
  }

  crashDatanode(node: SimDatanode, restartMs: number): void {
    node.crash();
    this.restartDatanodeAfter(node, restartMs);
  }

  /** The power of a member went off by itself. */
  powerLost(member: SimMember): void {
    this.crash(member, 100 + this.random.below(3000));
  }

  /** A member's program ended by itself. */
  ended(member: SimMember): void {
    this.crash(member, 500 + this.random.below(1000));
  }

  crash(member: SimMember, restartMs: number): void {
    member.crash();
    this.disconnect(member);
    this.restartAfter(member, restartMs);
  }

  sent(from: SimMember, message: Message): void {
    const to = this.memberOf(message.to);
    if (to !== undefined) {
      const { standing } = from.running!.replicator.retention;
      this.network.send(from.place, to.place, () => to.receive(from.place, message, standing));
    }
    this.overheard(from, message);
  }

  /** A client calls a member: who is not there, and a journal node, refuses the connection. */
  ask(client: number, place: number, call: Call): void {
    const from = FIRST_CLIENT_PLACE + client;
    const to = this.members[place]!;
    this.network.send(from, place, () => {
      const { running } = to;
      if (running?.server === undefined)
        this.reply(to, client, { attempt: call.attempt, answer: undefined, stateId: 0 });
      else running.process.hear(from, () => running.server!.handle(call));
    });
  }

  /** Brings a call from one namenode to another, and the answer back. */
  pass(from: SimMember, to: SimMember, call: PassedCall, done: PassedOn): void {
    const { network } = this;
    const back: PassedOn = (answer, stateId) => network.send(to.place, from.place, () => done(answer, stateId));
    network.send(from.place, to.place, () => {
      const { running } = to;
      if (running?.server === undefined) back(failure('EOFException', `${to.id} is not there`), NO_STATE_ID);
      else running.process.hear(from.place, () => running.server!.passedOn(call, back));
    });
  }

  /** Asks a member something; `work` gives the answer, which may never come. */
  query<T>(
    from: SimMember,
    to: SimMember,
    work: (running: Running, back: (result: T) => void) => void,
    done: (result: T) => void,
  ): void {
    const { network } = this;
    const back = (result: T): void => network.send(to.place, from.place, () => done(result));
    network.send(from.place, to.place, () => {
      const { running } = to;
      running?.process.hear(from.place, () => work(running, back));
    });
  }

  reply(from: SimMember, client: number, reply: Reply): void {
    const to = this.clients[client - 1]!;
    this.network.send(from.place, FIRST_CLIENT_PLACE + client, () => to.receive(reply));
  }

  /** Those who had connections with the member hear that it is gone. */
  private disconnect(member: SimMember): void {
    for (const other of this.members) {
      if (other === member) continue;
      this.network.send(member.place, other.place, () => {
        const { running } = other;
        running?.process.hear(member.place, () => running.server?.passage.broken(member));
      });
    }
  }

  private restartAfter(member: SimMember, delayMs: number): void {
    this.scheduler.after(delayMs, () => {
      if (!member.isOn && !this.gone.has(member)) member.start();
    });
  }

  private restartDatanodeAfter(node: SimDatanode, delayMs: number): void {
    this.scheduler.after(delayMs, () => {
      if (!node.isOn) node.start();
    });
  }

  /** Some members end, or lose all others, for good: as many as the quorum can do without, and never all namenodes. */
  private leaveBehind(): void {
    if (!this.operator.isSettled) return;
    const { members, network, random } = this;
    for (let count = random.below((members.length + 1) >> 1); count > 0; count--) {
      const member = members[random.below(members.length)]!;
      const lives = members.filter((other) => other !== member && !this.gone.has(other));
      if (this.gone.has(member) || lives.every(({ votesOnly }) => votesOnly)) continue;
      this.gone.add(member);
      if (random.below(2) === 0) member.crash();
      else
        network.divide(
          [member.place],
          lives.map(({ place }) => place),
        );
    }
  }

  private compare(): void {
    const one = this.random.below(this.members.length);
    if (++this.looks % LOOK_EVERY === 0) this.look(this.members[one]!);
    const a = this.members[one]!.running;
    const b = this.members[(one + 1) % this.members.length]!.running;
    if (a === undefined || b === undefined) return;
    const [first, second] = [insideOf(a.replicator).core, insideOf(b.replicator).core];
    if (first !== undefined && second !== undefined) this.watch.compare(first, second);
  }

  private look(member: SimMember): void {
    this.blockWatch.check();
    const { running } = member;
    if (running?.server !== undefined && !running.process.isPaused) this.blockWatch.checkKnown(running.server);
  }

  private isCalm(): boolean {
    if (this.clients.some((client) => client.waits) || this.leader() === undefined || this.operator.isBusy)
      return false;
    const { lastIndex } = this.history;
    return this.members.every(
      (member) => this.gone.has(member) || (member.running?.replicator.appliedIndex ?? 0) === lastIndex,
    );
  }

  private complaint(): string {
    const members = this.members.map(({ id, running }) => {
      const core = running === undefined ? undefined : insideOf(running.replicator).core;
      return `${id} ${core === undefined ? 'down' : `${core.role} of ${core.term}, applied ${running!.replicator.appliedIndex}`}`;
    });
    const waiting = this.clients.filter((client) => client.waits).length;
    return `after ${CONVERGE_MS} ms without faults: ${members.join('; ')}; ${waiting} clients wait; ${this.history.lastIndex} entries`;
  }
}
