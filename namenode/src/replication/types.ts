import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { LogEntry, PeerId, SnapshotMark } from '../raft/index.js';

/** The state machine behind the log. */
export interface Applier {
  /** Index of the last entry whose effects are in the state, also after a restart. */
  readonly appliedIndex: LogIndex;
  /** What was applied still waits in memory for its way to the disk, and so much of it that more should wait. */
  readonly congested: boolean;
  /** The journal is open and `committed` is known to be committed: for an applier that keeps nothing and starts there. */
  opened?(committed: LogIndex): void;
  /**
   * Applies committed entries, all kinds of them, in order and without gaps, as one transaction; entry i's result goes
   * to `results[i]`. What it throws stops the node.
   */
  applyBatch(entries: readonly LogEntry[], results: unknown[]): void;
}

/** Hears once what became of a proposal. */
export interface ProposalSink {
  /** Applied at `index` with the state machine's result, which may be a refusal of its own. */
  applied(result: unknown, index: LogIndex): void;
  /**
   * Not known to be applied: refused at the door, or leadership or the journal was lost while it waited. It may be
   * applied yet, so whoever repeats it relies on the retry cache.
   */
  refused(failure: Failure): void;
}

/** Hears once when a linearizable read may be served. */
export interface ReadSink {
  /** Everything that was committed when the read was asked for is applied; `index` is the applied index now. */
  readable(index: LogIndex): void;
  refused(failure: Failure): void;
}

/** Calls `action` once the work of this turn of the event loop is done: setImmediate, or a test's own queue. */
export type NextTurn = (action: () => void) => void;

/** Figures as they happen, for histograms and counters. */
export interface ReplicationObserver {
  /** One write of the journal is durable. */
  journalWrote(entryCount: number, bytes: number, durationMs: number): void;
  /** One batch of the apply loop. */
  appliedBatch(entryCount: number, durationMs: number): void;
  /** Proposals refused because too many wait. */
  proposalRefused(): void;
}

/** The way to a state when the log that leads to it is cut away. */
export interface StateTransfer {
  /**
   * Gets a state that will do for `mark` from the member `from` and calls `done` once: with what it got, when that is
   * verified, durable, and what a start from now on would go on with; or with null. Goes on after breaks for a while.
   */
  fetch(mark: SnapshotMark, from: PeerId, done: (got: SnapshotMark | null) => void): void;
  /**
   * Puts what was fetched in place of the applier's state. The journal begins anew behind it already, and nothing is
   * applied before `done`. After an error the node cannot go on.
   */
  install(done: (error: Error | null) => void): void;
  /** Gives up; nothing is called any more. */
  close(): void;
}
