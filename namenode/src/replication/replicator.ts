import { Ring } from '@rfs/base/collections';
import type { Failure } from '@rfs/base/failure';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Timer } from '@rfs/base/seams';
import { failure, retriable } from '@rfs/protocol/exceptions';
import { Journal, type JournalObserver, MAX_ENTRY_BYTES } from '../journal/index.js';
import type { LogEntry, Message, PeerId, RaftCore, Ready } from '../raft/index.js';
import { ApplyLoop, type ApplySource } from './apply-loop.js';
import { DEFAULT_LIMITS, type ReplicatorLimits, type ReplicatorOptions } from './options.js';
import { Proposals } from './proposals.js';
import { Reads } from './reads.js';
import { checkStart, coreOf, found, isUnfounded } from './start.js';
import type { ProposalSink, ReadSink } from './types.js';

/** An append to the journal under way: what the core learns when it is durable. */
interface Save {
  readonly ticket: number;
  readonly index: LogIndex;
  readonly term: Term;
  /** May leave then. */
  messages: readonly Message[];
}

/**
 * One member's path from proposal to answer: core, journal and apply loop. What is proposed in one turn of the event
 * loop is one append; what is appended while the journal syncs is its next batch.
 *
 * Order kept for every entry: durable in the own journal, then committed, then applied, then its sink hears of it.
 */
export class Replicator implements JournalObserver, ApplySource {
  private readonly options: ReplicatorOptions;
  private readonly limits: ReplicatorLimits;
  private readonly journal: Journal;
  private readonly loop: ApplyLoop;
  private core: RaftCore | undefined;
  private readonly saves = new Ring<Save>();
  private readonly outstanding = new Proposals();
  private readonly reads = new Reads();
  private queuedData: Uint8Array[] = [];
  private queuedSinks: ProposalSink[] = [];
  private queuedBytes = 0;
  private flushScheduled = false;
  private cutTarget = 0 as LogIndex;
  private cutScheduled = false;
  private retryTimer: Timer | undefined;
  private tickTimer: Timer | undefined;
  /** The term that this member leads; 0 for none. */
  private ledTerm = 0 as Term;
  /** The index that must be applied before this member serves: its own term's first entry. */
  private servesFrom = Number.POSITIVE_INFINITY;
  private whenServing: (() => void) | undefined;
  private isFull = false;
  private isStopped = false;

  private constructor(options: ReplicatorOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { disk, folder, random, clock, applier, observer, nextTurn } = options;
    const { segmentBytes, writeBytes } = this.limits;
    this.journal = Journal.open({ disk, folder, random, clock, observer: this, segmentBytes, writeBytes });
    this.loop = new ApplyLoop(applier, this, clock, nextTurn, observer, this.limits);
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
    return !this.isStopped && this.core?.role === 'leader' && this.loop.appliedIndex >= this.servesFrom;
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

  /** Proposals that wait for their answer. */
  get waitingCount(): number {
    return this.outstanding.count + this.queuedData.length;
  }

  get waitingBytes(): number {
    return this.outstanding.waitingBytes + this.queuedBytes;
  }

  get journalBytes(): number {
    return this.journal.sizeBytes;
  }

  /** Index of the oldest entry that the journal still has. */
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

  /** A message of another member has come. */
  receive(message: Message): void {
    if (this.isStopped || this.core === undefined) return;
    this.core.step(message);
    this.pump();
  }

  /** Puts `data`, which must not change any more, into the log. The sink hears of it in a later turn, or of a refusal at once. */
  propose(data: Uint8Array, sink: ProposalSink): void {
    const refusal = this.refusalOf(data);
    if (refusal !== undefined) {
      sink.refused(refusal);
      return;
    }
    this.queuedData.push(data);
    this.queuedSinks.push(sink);
    this.queuedBytes += data.length;
    this.scheduleFlush();
  }

  /** Calls the sink once everything committed before this call is applied here (thesis 6.4). */
  readIndex(sink: ReadSink): void {
    if (!this.leading) {
      sink.refused(notLeading());
      return;
    }
    this.reads.add(sink);
    this.scheduleFlush();
  }

  /**
   * Entries below `index` are durable in the state machine's own store: the journal may drop them, except what its
   * retention keeps.
   */
  cutBelow(index: LogIndex): void {
    this.cutTarget = Math.max(this.cutTarget, Math.min(index, this.loop.appliedIndex + 1)) as LogIndex;
    this.scheduleCut();
  }

  /** Stops: what waits is refused, a write under way ends, then `done` is called. No call may follow. */
  close(done: () => void): void {
    this.halt(stopping());
    this.journal.close(done);
  }

  /** @inheritdoc JournalObserver */
  durable(ticket: number): void {
    if (this.isFull) this.isFull = false;
    const core = this.core;
    if (core === undefined) {
      this.begin();
      return;
    }
    let save = this.saves.peek();
    while (save !== undefined && save.ticket <= ticket) {
      this.saves.shift();
      core.saved(save.index, save.term);
      this.post(save.messages);
      save = this.saves.peek();
    }
    this.pump();
  }

  /** @inheritdoc JournalObserver */
  full(_error: Error): void {
    this.isFull = true;
    this.refuseWaiting(noRoom());
    this.retryTimer = this.options.clock.setTimer(this.limits.fullRetryMs, () => this.journal.retry());
  }

  /** @inheritdoc JournalObserver */
  failed(error: Error): void {
    if (this.isStopped) return;
    this.halt(stopping());
    this.options.fatal(error);
  }

  /** @inheritdoc JournalObserver */
  wrote(entryCount: number, bytes: number, durationMs: number): void {
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
      this.outstanding.take(index)?.applied(results[i], index);
    }
    this.reads.release(applied);
    if (applied >= this.servesFrom && this.whenServing !== undefined) {
      const serving = this.whenServing;
      this.whenServing = undefined;
      serving();
    }
  }

  /** @inheritdoc ApplySource */
  applyFailed(error: Error): void {
    this.failed(error);
  }

  private begin(): void {
    this.core = coreOf(this.journal, this.options);
    if (this.options.peers === undefined) this.core.campaign();
    else this.scheduleTick(this.options.peers.tickMs);
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
      this.save(ready);
      // Fetching a state is for a group of several; a leader that is told so keeps asking.
      if (ready.snapshot !== null) core.restoreFailed();
      this.reads.confirmed(ready.readStates);
      if (ready.committed !== null) this.loop.raise(ready.committed.to);
      this.noteLeadership(core);
    }
    this.reads.release(this.loop.appliedIndex);
  }

  private save(ready: Ready): void {
    const { entries, hardState, messagesAfterSave: messages } = ready;
    if (ready.mustSync) {
      const last = entries[entries.length - 1];
      const ticket = this.journal.append(entries, hardState);
      this.saves.push({ ticket, index: last?.index ?? (0 as LogIndex), term: last?.term ?? (0 as Term), messages });
      return;
    }
    if (hardState !== null) this.journal.note(hardState);
    if (messages.length === 0) return;
    const newest = this.saves.at(this.saves.length - 1);
    if (newest === undefined) this.post(messages);
    else newest.messages = [...newest.messages, ...messages];
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
    const leads = core.role === 'leader' ? core.term : (0 as Term);
    if (leads === this.ledTerm) return;
    this.ledTerm = leads;
    this.servesFrom = leads === 0 ? Number.POSITIVE_INFINITY : core.lastIndex;
    this.refuseWaiting(notLeading());
    this.outstanding.clear();
    this.reads.refuseAll(notLeading());
  }

  private scheduleTick(tickMs: number): void {
    this.tickTimer = this.options.clock.setTimer(tickMs, () => {
      this.scheduleTick(tickMs);
      this.core!.tick();
      this.pump();
    });
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
    if (this.queuedData.length > 0) {
      const data = this.queuedData;
      const sinks = this.queuedSinks;
      this.queuedData = [];
      this.queuedSinks = [];
      this.queuedBytes = 0;
      const first = core.propose(data);
      for (let i = 0; i < sinks.length; i++) {
        if (first === undefined) sinks[i]!.refused(notLeading());
        else this.outstanding.add((first + i) as LogIndex, sinks[i]!, data[i]!.length);
      }
    }
    if (this.reads.hasNew && !core.readIndex(this.reads.close())) this.reads.refuseAll(notLeading());
    this.pump();
  };

  private refusalOf(data: Uint8Array): Failure | undefined {
    if (!this.leading) return notLeading();
    if (this.isFull) return noRoom();
    if (data.length > MAX_ENTRY_BYTES) {
      return failure('IOException', `A change of ${data.length} bytes is above the limit of ${MAX_ENTRY_BYTES}`);
    }
    if (this.waitingCount >= this.limits.waitingCount || this.waitingBytes + data.length > this.limits.waitingBytes) {
      this.options.observer.proposalRefused();
      return failure('RetriableException', 'Too many changes wait for the journal');
    }
    return undefined;
  }

  private refuseWaiting(refusal: Failure): void {
    const sinks = this.queuedSinks;
    this.queuedData = [];
    this.queuedSinks = [];
    this.queuedBytes = 0;
    this.outstanding.refuseAll(refusal);
    for (const sink of sinks) sink.refused(refusal);
  }

  private halt(refusal: Failure): void {
    this.isStopped = true;
    this.loop.stop();
    this.retryTimer?.cancel();
    this.tickTimer?.cancel();
    this.refuseWaiting(refusal);
    this.reads.refuseAll(refusal);
  }

  private scheduleCut(): void {
    if (this.cutScheduled) return;
    this.cutScheduled = true;
    this.options.nextTurn(this.cut);
  }

  private readonly cut = (): void => {
    this.cutScheduled = false;
    if (this.isStopped || this.journal.sizeBytes <= this.limits.retainedBytes) return;
    try {
      if (this.journal.cutPrefix(this.cutTarget)) this.scheduleCut();
    } catch (error) {
      this.failed(error as Error);
    }
  };
}

function notLeading(): Failure {
  return failure('StandbyException', 'Operation category WRITE is not supported in state standby');
}

function stopping(): Failure {
  return failure('StandbyException', 'The namenode is stopping');
}

/** As HDFS answers when its own resource check has failed (FSNamesystem.checkNameNodeSafeMode). */
function noRoom(): Failure {
  return retriable(failure('SafeModeException', 'The journal has no room on its disk; add or free space'));
}
