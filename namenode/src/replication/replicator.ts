import type { Failure } from '@rfs/base/failure';
import type { LogIndex, Term } from '@rfs/base/ids';
import { Journal, type JournalObserver } from '../journal/index.js';
import {
  type LogEntry,
  type Membership,
  type MembershipChange,
  type Message,
  NOBODY,
  type PeerId,
  type PeerProgress,
  type RaftCore,
  type SnapshotMark,
} from '../raft/index.js';
import { ApplyLoop, type ApplySource } from './apply-loop.js';
import { ElectionClock } from './election-clock.js';
import { Leadership } from './leadership.js';
import { DEFAULT_LIMITS, type ReplicatorLimits, type ReplicatorOptions } from './options.js';
import { Proposals } from './proposals.js';
import { Reads } from './reads.js';
import { noRoom, notChangeable, notLeading, stopping, unanswered } from './refusals.js';
import { type Restored, Restoring } from './restoring.js';
import { type Keeper, Retention } from './retention.js';
import { Room } from './room.js';
import { Saves } from './saves.js';
import { checkStart, coreOf, found, isUnfounded } from './start.js';
import type { ProposalSink, ReadSink } from './types.js';

/** Contexts of reads that one run of a member may use: apart from those of its other runs, and below 2^53. */
const READ_CONTEXTS = 2 ** 20;

/**
 * One member's path from proposal to answer: core, journal and apply loop. What is proposed while the journal writes, and
 * in turns of the event loop of which each brings more, is its next batch, and one message to each other member. Order
 * kept for every entry: durable in the own journal, then committed, then applied, then its sink hears of it.
 */
export class Replicator implements JournalObserver, ApplySource, Restored, Keeper {
  private readonly options: ReplicatorOptions;
  private readonly limits: ReplicatorLimits;
  private readonly journal: Journal;
  private readonly loop: ApplyLoop;
  private core: RaftCore | undefined;
  private readonly saves: Saves;
  private readonly proposals: Proposals;
  private readonly reads: Reads;
  private readonly leadership = new Leadership();
  private flushScheduled = false;
  /** What of the journal has to stay. */
  readonly retention: Retention;
  private readonly restoring: Restoring;
  readonly room: Room;
  private readonly elections: ElectionClock | undefined;
  private whenServing: (() => void) | undefined;
  private isStopped = false;

  private constructor(options: ReplicatorOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { disk, folder, random, clock, applier, observer, nextTurn, peers } = options;
    const { segmentBytes, writeBytes, fullRetryMs, maxJournalBytes } = this.limits;
    this.journal = Journal.open({ disk, folder, random, clock, observer: this, segmentBytes, writeBytes });
    applier.opened?.(Math.max(this.journal.hardState.commit, this.journal.firstIndex - 1) as LogIndex);
    this.loop = new ApplyLoop(applier, this, clock, nextTurn, observer, this.limits);
    this.restoring = new Restoring(options.transfer, this.journal, this.loop, this);
    this.room = new Room(this.journal, clock, fullRetryMs, maxJournalBytes, options.crowded);
    this.saves = new Saves(this.journal);
    this.proposals = new Proposals(this.limits);
    this.retention = new Retention(this, this.journal, this.limits, options);
    this.elections = peers && new ElectionClock(clock, peers, () => this.tick());
    this.reads = new Reads(random.fork('reads').uint32() * READ_CONTEXTS);
  }

  /**
   * Opens the journal and checks that it reaches the state machine. Throws JournalDamage or StartRefused, naming what
   * is wrong; nothing has been changed then that a later start would miss.
   */
  static open(options: ReplicatorOptions): Replicator {
    const replicator = new Replicator(options);
    checkStart(replicator.journal, options);
    return replicator;
  }

  /** True while this member leads and has applied its term's first entry: it takes proposals and may claim to be active. */
  get leading(): boolean {
    if (this.isStopped || this.core?.role !== 'leader' || this.options.votesOnly === true) return false;
    return this.leadership.serves(this.loop.appliedIndex);
  }

  /** See `Group.leased`. */
  leased(nowMs?: number): boolean {
    if (!this.leading) return false;
    const core = this.core!;
    return core.isSoleVoter || this.elections?.holdsLease(core.leaseTick, nowMs) === true;
  }

  get appliedIndex(): LogIndex {
    return this.loop.appliedIndex;
  }

  get committedIndex(): LogIndex {
    return this.core?.committed ?? (0 as LogIndex);
  }

  get term(): Term {
    return this.core?.term ?? (0 as Term);
  }

  /** Who leads, as far as this member knows; 0 for nobody. */
  get leader(): PeerId {
    return this.core?.leader ?? 0;
  }

  /** This member's Raft id; 0 while it has none. */
  get self(): PeerId {
    return this.journal.owner;
  }

  /** The newest membership in the log, whether committed or not; undefined while this member is in no group. */
  get membership(): Membership | undefined {
    return this.core?.membership;
  }

  get lastIndex(): LogIndex {
    return this.core?.lastIndex ?? this.journal.lastIndex;
  }

  /** The membership in force at `index`, which the journal still reaches. */
  membershipAt(index: LogIndex): Membership | undefined {
    return this.core?.membershipAt(index);
  }

  /** What a leader knows of another member; undefined for any other and for who is not in the group. */
  progressOf(peer: PeerId): PeerProgress | undefined {
    return this.core?.role === 'leader' ? this.core.progressOf(peer) : undefined;
  }

  /** Proposals that wait for their answer. */
  get waitingCount(): number {
    return this.proposals.count;
  }

  get waitingBytes(): number {
    return this.proposals.waitingBytes;
  }

  get journalBytes(): number {
    return this.journal.sizeBytes;
  }

  get firstIndex(): LogIndex {
    return this.journal.firstIndex;
  }

  /**
   * Founds the cluster if there is none and replays. A group of one stands for election at once. `serving` is called
   * when this member first leads and has applied its term's first entry.
   */
  start(serving: () => void): void {
    this.whenServing = serving;
    if (isUnfounded(this.journal)) found(this.journal, this.options);
    else this.begin();
  }

  /** True when the journal holds nothing to start from: this member has to join a group first. */
  get mustJoin(): boolean {
    return this.journal.memberships.length === 0;
  }

  /**
   * Starts as the learner `id` of a group that has taken it in with `membership`. Its own log will name the membership
   * as soon as it is there.
   */
  join(id: PeerId, membership: Membership): void {
    if (this.isStopped) return;
    if (this.journal.isNew) this.journal.initialize(id);
    this.begin(membership);
  }

  /** Calls `listener` after every change of who leads, whether this member serves, and who the members are. */
  watch(listener: () => void): () => void {
    return this.leadership.watch(listener);
  }

  /** Puts a membership into the log (`changeMembership` of the core). The sink hears when it is committed and applied. */
  changeMembership(change: MembershipChange, sink: ProposalSink): void {
    const core = this.core;
    const refusal = this.isStopped || core === undefined ? 'notLeader' : core.changeMembership(change);
    if (refusal === undefined) {
      this.proposals.add(core!.lastIndex, sink, 0);
      this.pump();
    } else if (refusal === 'notLeader') sink.refused(notLeading());
    else sink.refused(notChangeable(refusal));
  }

  /** Hands leadership over; false when this member does not lead or `peer` has no vote. */
  transferTo(peer: PeerId): boolean {
    if (this.isStopped || this.core?.transferTo(peer) !== true) return false;
    this.pump();
    return true;
  }

  /** A message of another member has come; one for an earlier identity of this node means nothing any more. */
  receive(message: Message): void {
    this.receiveAll([message]);
  }

  /** Messages that came together are answered together. */
  receiveAll(messages: readonly Message[]): void {
    const { core } = this;
    if (this.isStopped || core === undefined) return;
    for (const message of messages) if (message.to === core.self) core.step(message);
    this.pump();
  }

  /** Puts `data`, which must not change any more, into the log. The sink hears of it in a later turn, or of a refusal at once. */
  propose(data: Uint8Array, sink: ProposalSink): void {
    const refusal = this.refusalOf(data);
    if (refusal === undefined) {
      this.proposals.push(data, sink);
      this.scheduleFlush();
    } else sink.refused(refusal);
  }

  /**
   * Calls the sink once everything committed before this call is applied here (thesis 6.4). A follower asks its leader
   * (thesis 6.4.1); refused when there is none, or it does not answer.
   */
  readIndex(sink: ReadSink): void {
    if (this.isStopped || this.leader === NOBODY) {
      sink.refused(notLeading());
      return;
    }
    this.reads.add(sink);
    this.scheduleFlush();
  }

  /** The state machine's own store holds all below `index` for good: the journal may drop it, except what is retained. */
  cutBelow(index: LogIndex): void {
    this.retention.cutBelow(index);
  }

  /** Stops: what waits is refused, a write under way ends, then `done` is called. No call may follow. */
  close(done: () => void): void {
    this.halt(stopping());
    this.journal.close(done);
  }

  /** @inheritdoc JournalObserver */
  durable(ticket: number): void {
    this.room.found();
    const core = this.core;
    if (core === undefined) {
      this.begin();
      return;
    }
    this.post(this.saves.durable(ticket, core));
    this.restoring.durable(ticket);
    if (!this.saves.underWay && this.proposals.hasNew) this.scheduleFlush();
    this.pump();
  }

  /** @inheritdoc JournalObserver */
  full(_error: Error): void {
    this.room.ended();
    this.proposals.refuseAll(noRoom());
  }

  /** @inheritdoc JournalObserver */
  failed(error: Error): void {
    if (this.isStopped) return;
    this.halt(stopping());
    this.options.fatal(error);
  }

  /** @inheritdoc JournalObserver */
  wrote(entryCount: number, bytes: number, durationMs: number): void {
    this.room.measure();
    this.options.observer.journalWrote(entryCount, bytes, durationMs);
  }

  /** @inheritdoc ApplySource */
  entries(from: LogIndex, to: LogIndex, maxBytes: number, maxCount: number): LogEntry[] {
    return this.core!.entries(from, to, maxBytes, maxCount);
  }

  /** @inheritdoc ApplySource */
  appliedBatch(entries: readonly LogEntry[], results: readonly unknown[]): void {
    const applied = entries[entries.length - 1]!.index;
    this.core!.applied(applied);
    for (let i = 0; i < entries.length; i++) {
      const index = entries[i]!.index;
      this.proposals.take(index)?.applied(results[i], index);
    }
    this.reads.release(applied);
    if (this.leading && this.whenServing !== undefined) {
      const serving = this.whenServing;
      this.whenServing = undefined;
      serving();
    }
    this.tellLeadership();
  }

  /** @inheritdoc ApplySource */
  applyFailed(error: Error): void {
    this.failed(error);
  }

  /** @inheritdoc Restored */
  restored(mark: SnapshotMark | null): void {
    if (mark === null) this.core!.restoreFailed();
    else this.core!.restored(mark);
    this.pump();
  }

  private begin(joined?: Membership): void {
    const core = coreOf(this.journal, this.options, joined);
    this.core = core;
    if (core.isSoleVoter) core.campaign();
    this.elections?.start();
    this.pump();
  }

  /** Does what the core wants done, in the order that `Ready` demands. */
  private pump(): void {
    const core = this.core!;
    this.noteLeadership(core);
    while (!this.isStopped && core.hasReady()) {
      const ready = core.ready();
      core.advance(ready);
      this.post(ready.messages);
      this.post(this.saves.begin(ready));
      if (ready.snapshot !== null) this.restoring.begin(ready.snapshot, core.leader);
      this.reads.confirmed(ready.readStates);
      if (ready.committed !== null) this.loop.raise(ready.committed.to);
      this.noteLeadership(core);
    }
    this.reads.release(this.loop.appliedIndex);
    this.tellLeadership();
  }

  private tellLeadership(): void {
    const core = this.core!;
    this.leadership.tell(this.leading, core.leader, core.membershipIndex);
  }

  private post(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    const { self } = this.core!;
    const others = messages.filter((message) => message.to !== self);
    if (others.length > 0) this.options.peers?.send(others);
    for (const message of messages) if (message.to === self) this.core!.step(message);
  }

  /** A term's first entry must be applied before its leader serves; what waited for another term's may never come. */
  private noteLeadership(core: RaftCore): void {
    if (!this.leadership.moved(core)) return;
    this.proposals.refuseAll(notLeading());
    this.proposals.clear();
    this.reads.refuseAll(notLeading());
  }

  private tick(): void {
    const core = this.core!;
    core.tick();
    const limitTicks = 2 * (this.options.peers?.electionTicks ?? 0);
    for (const context of this.reads.tick(limitTicks, unanswered)) if (core.role !== 'leader') core.readIndex(context);
    this.pump();
  }

  private scheduleFlush(): void {
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    this.options.nextTurn(this.flush);
  }

  private readonly flush = (): void => {
    this.flushScheduled = false;
    if (this.isStopped) return;
    const core = this.core!;
    if (!this.saves.underWay && !this.proposals.propose(core)) this.scheduleFlush();
    if (this.reads.hasNew && !core.readIndex(this.reads.close())) this.reads.refuseAll(notLeading());
    this.pump();
  };

  private refusalOf(data: Uint8Array): Failure | undefined {
    if (!this.leading) return notLeading();
    return this.room.refusal ?? this.proposals.refusalFor(data.length, this.options.observer);
  }

  private halt(refusal: Failure): void {
    this.isStopped = true;
    this.loop.stop();
    this.restoring.stop();
    this.room.stop();
    this.elections?.stop();
    this.retention.stop();
    this.proposals.refuseAll(refusal);
    this.reads.refuseAll(refusal);
  }
}
