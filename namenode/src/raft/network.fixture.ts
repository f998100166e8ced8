import assert from 'node:assert/strict';
import type { LogIndex, Term } from '@rfs/base/ids';
import { seededRandom } from '@rfs/base/system';
import {
  type HardState,
  type LogEntry,
  type Membership,
  type MembershipAt,
  type Message,
  type PeerId,
  RaftCore,
  type RaftOptions,
  type Ready,
  type SavedLog,
  type SnapshotMark,
} from './index.js';
import { decodeMembership } from './membership.js';
import { EntryKind } from './types.js';

/** A journal in memory: what is in it is durable. */
class MemoryLog implements SavedLog {
  entries: LogEntry[] = [];
  base: { index: number; term: number; membership: Membership };

  constructor(membership: Membership) {
    this.base = { index: 0, term: 0, membership };
  }

  get firstIndex(): LogIndex {
    return (this.base.index + 1) as LogIndex;
  }

  get lastIndex(): LogIndex {
    return (this.base.index + this.entries.length) as LogIndex;
  }

  term(index: LogIndex): Term {
    return (index === this.base.index ? this.base.term : this.entries[index - this.base.index - 1]!.term) as Term;
  }

  read(from: LogIndex, to: LogIndex): LogEntry[] {
    return this.entries.slice(from - this.firstIndex, to - this.firstIndex);
  }

  save(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      assert.ok(entry.index <= this.lastIndex + 1, `entry ${entry.index} after ${this.lastIndex}`);
      if (entry.index < this.firstIndex) continue;
      this.entries.length = entry.index - this.firstIndex;
      this.entries.push(entry);
    }
  }

  get memberships(): MembershipAt[] {
    const base = { index: this.base.index as LogIndex, membership: this.base.membership };
    const later = this.entries.filter(({ kind }) => kind === EntryKind.membership);
    return [base, ...later.map(({ index, data }) => ({ index, membership: decodeMembership(data) }))];
  }

  /** Drops everything up to `index`, or begins anew behind it. */
  compact(mark: { index: number; term: number; membership: Membership }): void {
    this.entries = mark.index <= this.lastIndex ? this.entries.slice(mark.index - this.base.index) : [];
    this.base = mark;
  }
}

interface PendingSave {
  readonly ready: Ready;
  readonly index: LogIndex;
  readonly term: Term;
}

/** One member and its disk. */
class TestNode {
  core: RaftCore;
  readonly log: MemoryLog;
  hardState: HardState = { term: 0 as Term, vote: 0, commit: 0 as LogIndex };
  saves: PendingSave[] = [];
  applied: LogIndex = 0 as LogIndex;
  readStates: { context: number; index: number }[] = [];
  alive = true;
  /** Set while a snapshot is being fetched. */
  fetching: SnapshotMark | null = null;
  private readonly network: TestNetwork;
  private readonly self: PeerId;
  private readonly options: Partial<RaftOptions>;
  private starts = 0;

  constructor(network: TestNetwork, self: PeerId, membership: Membership, options: Partial<RaftOptions>) {
    this.network = network;
    this.self = self;
    this.options = options;
    this.log = new MemoryLog(membership);
    this.core = this.make();
  }

  /** Loses everything that is not saved, and starts again. */
  restart(): void {
    this.saves = [];
    this.fetching = null;
    this.readStates = [];
    this.applied = this.log.base.index as LogIndex;
    this.alive = true;
    this.core = this.make();
  }

  /** Carries out Readys until there are none; with `save` also makes them durable at once. */
  run(save: boolean): void {
    for (let moved = true; moved && this.alive; ) {
      moved = false;
      while (this.core.hasReady()) {
        this.handle(this.core.ready());
        moved = true;
      }
      while (save && this.saveOne()) moved = true;
    }
  }

  /** Makes the oldest save durable; false when there is none. */
  saveOne(): boolean {
    const save = this.saves.shift();
    if (save === undefined) return false;
    const { hardState, entries, messagesAfterSave } = save.ready;
    this.log.save(entries);
    if (hardState !== null) {
      this.hardState = { ...hardState, commit: Math.min(hardState.commit, this.log.lastIndex) as LogIndex };
    }
    this.core.saved(save.index, save.term);
    for (const message of messagesAfterSave) this.post(message);
    return true;
  }

  private post(message: Message): void {
    if (message.to === this.self) this.core.step(message);
    else this.network.post(message);
  }

  private handle(ready: Ready): void {
    const { core } = this;
    core.advance(ready);
    for (const message of ready.messages) this.post(message);
    const last = ready.entries[ready.entries.length - 1];
    this.saves.push({ ready, index: last?.index ?? (0 as LogIndex), term: last?.term ?? (0 as Term) });
    if (ready.snapshot !== null) this.fetching = ready.snapshot;
    if (ready.committed !== null) this.apply(ready.committed.from, ready.committed.to);
    this.readStates.push(...ready.readStates);
  }

  private apply(from: LogIndex, to: LogIndex): void {
    for (let next = from; next <= to; ) {
      for (const entry of this.core.entries(next, to, 1000, 10)) {
        assert.equal(entry.index, next);
        assert.ok(this.log.lastIndex >= entry.index, `${this.self} applies ${entry.index} before it is durable`);
        this.network.noteApplied(this.self, entry);
        this.applied = entry.index;
        next = (next + 1) as LogIndex;
      }
    }
    this.core.applied(to);
  }

  private make(): RaftCore {
    return new RaftCore({
      self: this.self,
      hardState: this.hardState,
      memberships: this.log.memberships,
      log: this.log,
      applied: this.applied,
      random: seededRandom(this.network.seed).fork(`${this.self}/${++this.starts}`),
      ...this.options,
    });
  }
}

/** Members and the messages between them; checks Raft's safety properties (thesis figure 3.2) as it goes. */
export class TestNetwork {
  readonly nodes = new Map<PeerId, TestNode>();
  readonly seed: number;
  readonly initial: Membership;
  messages: Message[] = [];
  /** Says which messages are lost. */
  loses: (message: Message) => boolean = () => false;
  private readonly options: Partial<RaftOptions>;
  private readonly leaders = new Map<number, PeerId>();
  /** What anybody applied, by index: term and data. */
  readonly history: string[] = [];

  constructor(voters: readonly PeerId[], options: Partial<RaftOptions> = {}, seed = 1) {
    this.seed = seed;
    this.options = options;
    this.initial = { voters, outgoing: [], learners: [], learnersNext: [], context: new Uint8Array(0) };
    for (const peer of voters) this.add(peer);
  }

  /** A member that knows only the group's first membership. */
  add(peer: PeerId): TestNode {
    const node = new TestNode(this, peer, this.initial, this.options);
    this.nodes.set(peer, node);
    return node;
  }

  node(peer: PeerId): TestNode {
    return this.nodes.get(peer)!;
  }

  core(peer: PeerId): RaftCore {
    return this.node(peer).core;
  }

  post(message: Message): void {
    if (!this.loses(message)) this.messages.push(message);
  }

  deliver(message: Message): void {
    const node = this.nodes.get(message.to);
    if (node?.alive) node.core.step(message);
  }

  /** Saves and delivers everything until nothing moves. */
  settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const node of this.nodes.values()) {
        node.run(true);
        this.finishFetch(node);
      }
      const messages = this.messages;
      this.messages = [];
      for (const message of messages) {
        this.deliver(message);
        moved = true;
      }
      this.check();
    }
  }

  /** Installs the state of the leader as it is now. */
  finishFetch(node: TestNode): void {
    const { fetching } = node;
    if (fetching === null) return;
    const source = [...this.nodes.values()].find(({ alive, applied }) => alive && applied >= fetching.index);
    if (source === undefined) return;
    node.fetching = null;
    const index = source.applied;
    const membership = source.log.memberships.findLast((at) => at.index <= index)!.membership;
    const mark = { index, term: source.log.term(index), membership };
    node.saves = [];
    node.log.compact(mark);
    node.applied = index;
    node.core.restored(mark);
    node.hardState = {
      term: node.core.term,
      vote: node.hardState.term === node.core.term ? node.hardState.vote : 0,
      commit: index,
    };
  }

  tick(peer: PeerId, count = 1): void {
    for (let i = 0; i < count; i++) {
      this.core(peer).tick();
      this.settle();
    }
  }

  tickAll(count = 1): void {
    for (let i = 0; i < count; i++) {
      for (const [peer, node] of this.nodes) if (node.alive) this.core(peer).tick();
      this.settle();
    }
  }

  elect(peer: PeerId): void {
    this.core(peer).campaign();
    this.settle();
    assert.equal(this.core(peer).role, 'leader');
  }

  propose(peer: PeerId, ...data: string[]): LogIndex | undefined {
    return this.core(peer).propose(data.map((text) => Buffer.from(text)));
  }

  /** The applied commands in order. */
  get commands(): string[] {
    return this.history.filter((text) => text?.startsWith('1:')).map((text) => text.split(':')[2]!);
  }

  noteApplied(peer: PeerId, entry: LogEntry): void {
    const text = `${entry.kind}:${entry.term}:${Buffer.from(entry.data).toString('latin1')}`;
    const known = this.history[entry.index];
    assert.equal(text, known ?? text, `State Machine Safety: ${peer} applies another entry at ${entry.index}`);
    this.history[entry.index] = text;
  }

  /** Election Safety and Leader Completeness. */
  check(): void {
    for (const [peer, { core, alive }] of this.nodes) {
      if (!alive || core.role !== 'leader') continue;
      const known = this.leaders.get(core.term);
      assert.equal(known ?? peer, peer, `Election Safety: ${known} and ${peer} lead term ${core.term}`);
      if (known === undefined) this.checkComplete(peer, core);
      this.leaders.set(core.term, peer);
    }
  }

  private checkComplete(peer: PeerId, core: RaftCore): void {
    const last = this.history.length - 1;
    assert.ok(core.lastIndex >= last, `Leader Completeness: ${peer} leads with ${core.lastIndex} of ${last} entries`);
    const first = this.node(peer).log.firstIndex;
    for (const entry of core.entries(first, core.lastIndex, 1e9, 1e9)) {
      const known = this.history[entry.index];
      if (known !== undefined) assert.ok(known.startsWith(`${entry.kind}:${entry.term}:`), 'Leader Completeness');
    }
  }
}
