import type { LogIndex, Term } from '@rfs/base/ids';

/** Id of a member of the group, below 2^53. A member that lost its disk comes back under a new one. 0 stands for nobody. */
export type PeerId = number;

/** Nobody: no vote given, no leader known. */
export const NOBODY: PeerId = 0;

/** What an entry of the log is for. The numbers are those of the journal and of the wire. */
export const EntryKind = {
  /** A command of the state machine. */
  normal: 1,
  /** The empty entry with which a leader opens its term (thesis 6.4: it learns what is committed by committing this). */
  noop: 2,
  /** A {@link Membership}; in force from the moment it stands in a member's log (thesis 4.1). */
  membership: 3,
  /** Who this cluster is; the first entry of every log. */
  identity: 4,
} as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

/** One entry of the replicated log. `data` is never changed by anybody once it is part of an entry. */
export interface LogEntry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly kind: EntryKind;
  readonly data: Uint8Array;
}

/** What a member must not forget (thesis figure 3.1, "persistent state"). A `commit` that is too low is harmless. */
export interface HardState {
  readonly term: Term;
  readonly vote: PeerId;
  readonly commit: LogIndex;
}

/**
 * Who decides. While `outgoing` is not empty the group is in joint consensus (thesis 4.3): every decision needs a
 * majority of `voters` and one of `outgoing`.
 */
export interface Membership {
  readonly voters: readonly PeerId[];
  readonly outgoing: readonly PeerId[];
  readonly learners: readonly PeerId[];
  /** Voters of `outgoing` that become learners when joint consensus ends. */
  readonly learnersNext: readonly PeerId[];
  /** Addresses and roles, opaque to the core. */
  readonly context: Uint8Array;
}

/** The membership in force from `index` on; index 0 is the one a log was opened with. */
export interface MembershipAt {
  readonly index: LogIndex;
  readonly membership: Membership;
}

/** The saved part of the log, as the journal shows it. Reading is synchronous and bounded in bytes. */
export interface SavedLog {
  /** Index of the oldest entry kept; one above `lastIndex` when the log is empty. */
  readonly firstIndex: LogIndex;
  /** Index of the newest entry; `firstIndex - 1` when the log is empty. */
  readonly lastIndex: LogIndex;
  /** Term of the entry at `index`, which is between `firstIndex - 1` and `lastIndex`. */
  term(index: LogIndex): Term;
  /** Entries from `from` on, before `to`: at least one, and no more than `maxBytes` of data beyond the first. */
  read(from: LogIndex, to: LogIndex, maxBytes: number): LogEntry[];
}

/** The state a snapshot stands for; the bytes travel outside the core. */
export interface SnapshotMark {
  readonly index: LogIndex;
  readonly term: Term;
  readonly membership: Membership;
}

/** Indexes `from` to `to`, both included. */
export interface IndexRange {
  readonly from: LogIndex;
  readonly to: LogIndex;
}

/** A read that was asked for with `context` may be served once everything up to `index` is applied. */
export interface ReadState {
  readonly context: number;
  readonly index: LogIndex;
}

export type Role = 'follower' | 'precandidate' | 'candidate' | 'leader';
