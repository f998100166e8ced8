import type { LogIndex } from '@rfs/base/ids';
import type { Message } from './messages.js';
import type { HardState, IndexRange, LogEntry, ReadState, SnapshotMark } from './types.js';

/**
 * What the core wants done, as of the call of `RaftCore.ready()`. The order in which it is done is part of the
 * protocol; each field says what must be true before it. After all of it is started, call `advance()`; saving goes on
 * in the background, and `saved()` tells the core when it is durable.
 */
export interface Ready {
  /** Changed hard state, or null. Saved together with `entries`, in the order of the Readys. */
  readonly hardState: HardState | null;
  /**
   * Entries to save, contiguous. The first one may be at or below the journal's last index: then it and everything
   * above it replaces what the journal had.
   */
  readonly entries: readonly LogEntry[];
  /** False when only the commit index changed: that may be saved with whatever comes next, or be lost. */
  readonly mustSync: boolean;
  /** May leave at once, also before the leader's own save (thesis 10.2.1). */
  readonly messages: readonly Message[];
  /**
   * Must not leave before `hardState` and `entries` of this and all earlier Readys are durable: votes and
   * acknowledgements promise what a restart must still know.
   */
  readonly messagesAfterSave: readonly Message[];
  /** A snapshot to install before anything else of this Ready; `RaftCore.restored()` or `restoreFailed()` ends it. */
  readonly snapshot: SnapshotMark | null;
  /** Committed, durable here, not handed out before: apply these in order. Read them with `RaftCore.entries()`. */
  readonly committed: IndexRange | null;
  /** Each may be served once its index is applied here. */
  readonly readStates: readonly ReadState[];
}

/** What a leader knows of a member. */
export interface PeerProgress {
  /** Durable there up to this index. */
  readonly match: LogIndex;
  /** It was heard of within two election timeouts. */
  readonly inTouch: boolean;
}
