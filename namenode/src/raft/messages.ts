import type { LogIndex, Term } from '@rfs/base/ids';
import type { LogEntry, PeerId, SnapshotMark } from './types.js';

interface Envelope {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly term: Term;
}

/** A candidate asks for a vote; with `pre` it only asks whether it would get one (thesis 9.6). */
export interface VoteRequest extends Envelope {
  readonly type: 'vote';
  readonly pre: boolean;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  /** Sent because the leader asked for it: followers in touch with a leader answer nevertheless (thesis 4.2.3). */
  readonly transfer: boolean;
}

export interface VoteReply extends Envelope {
  readonly type: 'voteReply';
  readonly pre: boolean;
  readonly granted: boolean;
}

/** Entries that follow (`prevIndex`, `prevTerm`), and how far the leader has committed (thesis 3.5). */
export interface AppendRequest extends Envelope {
  readonly type: 'append';
  readonly prevIndex: LogIndex;
  readonly prevTerm: Term;
  readonly entries: readonly LogEntry[];
  readonly commit: LogIndex;
  /** Says only how far the leader has committed: nobody waits for an answer. */
  readonly silent: boolean;
}

export interface AppendReply extends Envelope {
  readonly type: 'appendReply';
  /** Durable and equal to the leader's log up to here; when refused, the `prevIndex` that was refused. */
  readonly index: LogIndex;
  readonly refused: boolean;
  /** When refused: where the follower's log may agree at the latest, and its term there. */
  readonly hintIndex: LogIndex;
  readonly hintTerm: Term;
}

/** `readContext` above 0 asks for confirmation of a round of reads (thesis 6.4). */
export interface Heartbeat extends Envelope {
  readonly type: 'heartbeat';
  readonly commit: LogIndex;
  readonly readContext: number;
}

export interface HeartbeatReply extends Envelope {
  readonly type: 'heartbeatReply';
  readonly readContext: number;
  /** It is fetching the state that a snapshot message told it of. */
  readonly fetching: boolean;
}

/** Tells a follower to fetch the state itself: its next entry is cut away (thesis 5). */
export interface SnapshotRequest extends Envelope {
  readonly type: 'snapshot';
  readonly mark: SnapshotMark;
}

/** A follower passes on a read (thesis 6.4.1). */
export interface ReadIndexRequest extends Envelope {
  readonly type: 'readIndex';
  readonly context: number;
}

export interface ReadIndexReply extends Envelope {
  readonly type: 'readIndexReply';
  readonly context: number;
  readonly index: LogIndex;
}

/** Stand for election at once (thesis 3.10). */
export interface TimeoutNow extends Envelope {
  readonly type: 'timeoutNow';
}

/** What members tell each other. All may be lost, repeated, reordered and late. */
export type Message =
  | VoteRequest
  | VoteReply
  | AppendRequest
  | AppendReply
  | Heartbeat
  | HeartbeatReply
  | SnapshotRequest
  | ReadIndexRequest
  | ReadIndexReply
  | TimeoutNow;
