import { assert } from '@rfs/base/assert';
import type { LogIndex, Term } from '@rfs/base/ids';
import { RaftLog } from './log.js';
import type { Message } from './messages.js';
import { agreedIndex, isVoter } from './quorum.js';
import type { Ready } from './ready.js';
import {
  EntryKind,
  type HardState,
  type IndexRange,
  type LogEntry,
  type Membership,
  NOBODY,
  type PeerId,
  type ReadState,
  type Role,
  type SavedLog,
} from './types.js';

export interface RaftOptions {
  readonly self: PeerId;
  readonly hardState: HardState;
  readonly membership: Membership;
  readonly log: SavedLog;
  /** What the state machine holds already; entries above it are handed out by {@link Ready.committed}. */
  readonly applied: LogIndex;
  /** Entry bytes kept in memory for followers after they are saved and applied here. */
  readonly cacheBytes: number;
}

const NO_DATA = new Uint8Array(0);

/**
 * Raft as a value: messages, ticks, proposals and what became durable go in, a {@link Ready} comes out. Knows no
 * clock, disk or network; the caller does what a Ready says, in the order its fields demand.
 */
export class RaftCore {
  readonly self: PeerId;
  private readonly log: RaftLog;
  private readonly membership: Membership;
  private currentTerm: Term;
  private vote: PeerId;
  private currentRole: Role = 'follower';
  private currentLeader: PeerId = NOBODY;
  private savedHardState: HardState;
  private handedTo: LogIndex;
  private readStates: ReadState[] = [];
  private waitingReads: number[] = [];

  constructor(options: RaftOptions) {
    this.self = options.self;
    this.membership = options.membership;
    this.log = new RaftLog(options.log, options.hardState, options.applied, options.cacheBytes);
    this.currentTerm = options.hardState.term;
    this.vote = options.hardState.vote;
    this.savedHardState = options.hardState;
    this.handedTo = options.applied;
  }

  get role(): Role {
    return this.currentRole;
  }

  get term(): Term {
    return this.currentTerm;
  }

  /** Who leads the current term, or NOBODY. */
  get leader(): PeerId {
    return this.currentLeader;
  }

  get committed(): LogIndex {
    return this.log.committed;
  }

  get lastIndex(): LogIndex {
    return this.log.lastIndex;
  }

  /** Stands for election without waiting for the timeout; no effect on a leader or on who has no vote. */
  campaign(): void {
    if (this.currentRole === 'leader' || !isVoter(this.membership, this.self)) return;
    this.currentTerm = (this.currentTerm + 1) as Term;
    this.vote = this.self;
    this.currentRole = 'leader';
    this.currentLeader = this.self;
    this.push(EntryKind.noop, NO_DATA);
  }

  step(message: Message): void {
    assert(message.to === this.self, `a message for ${message.to} came to ${this.self}`);
  }

  tick(): void {
    this.campaign();
  }

  /** Adds entries as leader; the index of the first one, or undefined when this member does not lead. */
  propose(data: readonly Uint8Array[], kind: EntryKind = EntryKind.normal): LogIndex | undefined {
    if (this.currentRole !== 'leader') return undefined;
    const first = (this.log.lastIndex + 1) as LogIndex;
    for (const bytes of data) this.push(kind, bytes);
    return first;
  }

  /** Asks which index a linearizable read must wait for; false when there is no leader to ask. */
  readIndex(context: number): boolean {
    if (this.currentRole !== 'leader') return false;
    this.waitingReads.push(context);
    this.releaseReads();
    return true;
  }

  /** The journal is durable up to `index`, whose entry had `term`. */
  saved(index: LogIndex, term: Term): void {
    this.log.markSaved(index, term);
    this.advanceCommit();
  }

  /** Everything up to `index` is applied here. */
  applied(index: LogIndex): void {
    this.log.markApplied(index);
  }

  /** Entries `from` to `to`, both included; fewer when `maxBytes` or `maxCount` is reached, but at least one. */
  entries(from: LogIndex, to: LogIndex, maxBytes: number, maxCount: number): LogEntry[] {
    return this.log.slice(from, to, maxBytes, maxCount);
  }

  hasReady(): boolean {
    return (
      this.log.hasUnsaved || this.readStates.length > 0 || this.applicable() > this.handedTo || this.hardStateChanged()
    );
  }

  ready(): Ready {
    const entries = this.log.handOver();
    const mustSync =
      entries.length > 0 || this.savedHardState.term !== this.currentTerm || this.savedHardState.vote !== this.vote;
    const hardState = this.hardStateChanged() ? this.hardState() : null;
    const readStates = this.readStates;
    return {
      hardState,
      entries,
      mustSync,
      messages: [],
      messagesAfterSave: [],
      snapshot: null,
      committed: this.range(),
      readStates,
    };
  }

  /** Everything of the last Ready is under way. */
  advance(ready: Ready): void {
    if (ready.hardState !== null) this.savedHardState = ready.hardState;
    if (ready.committed !== null) this.handedTo = ready.committed.to;
    this.readStates = [];
  }

  private push(kind: EntryKind, data: Uint8Array): void {
    this.log.push({ index: (this.log.lastIndex + 1) as LogIndex, term: this.currentTerm, kind, data });
  }

  private advanceCommit(): void {
    if (this.currentRole !== 'leader') return;
    const agreed = agreedIndex(this.membership, () => this.log.saved) as LogIndex;
    if (this.log.term(agreed) === this.currentTerm && this.log.commitTo(agreed)) this.releaseReads();
  }

  private releaseReads(): void {
    if (this.waitingReads.length === 0 || this.log.term(this.log.committed) !== this.currentTerm) return;
    for (const context of this.waitingReads) this.readStates.push({ context, index: this.log.committed });
    this.waitingReads = [];
  }

  private applicable(): LogIndex {
    return Math.min(this.log.committed, this.log.saved) as LogIndex;
  }

  private range(): IndexRange | null {
    const to = this.applicable();
    return to > this.handedTo ? { from: (this.handedTo + 1) as LogIndex, to } : null;
  }

  private hardState(): HardState {
    return { term: this.currentTerm, vote: this.vote, commit: this.log.committed };
  }

  private hardStateChanged(): boolean {
    const saved = this.savedHardState;
    return saved.term !== this.currentTerm || saved.vote !== this.vote || saved.commit !== this.log.committed;
  }
}
