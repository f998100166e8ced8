import type { PeerId } from '../raft/index.js';
import type { ReadSink } from './types.js';

/** A member of the group, as the log's newest membership names it. */
export interface Member {
  /** Raft id: never used twice, a member that lost its disk gets another. */
  readonly id: PeerId;
  /** HDFS's namenode id, such as nn1. */
  readonly name: string;
  /** A journal node votes and keeps the journal, and applies nothing. */
  readonly role: 'namenode' | 'journal';
  /** host:port of its RPC port, where clients, datanodes and the other members reach it. */
  readonly rpc: string;
  /** host:port of its HTTP port. */
  readonly http: string;
}

/** What the services need to know of the group, to serve a call here, hold it, or pass it on. */
export interface Group {
  readonly self: PeerId;
  /** True while this member leads and has applied its term's first entry. */
  readonly leading: boolean;
  /**
   * True while `leading`, and nobody else can lead yet: a quorum has answered messages that this member sent less than
   * the shortest election timeout ago, with a margin for clocks that run apart (thesis 6.4.1). Counted from sending, by
   * a clock that goes on while the process is stopped, and judged at each look: a leader that was paused finds it false
   * before it reads its first socket. Always true for a leader that is the only member. False during a transfer of
   * leadership, which breaks the promise.
   *
   * Whoever asks for a change may give the time on the monotonic clock at which it came: what a deposed leader takes it
   * cannot commit.
   */
  leased(nowMs?: number): boolean;
  /** `leased`, and all that is committed is applied here: what is read now is the newest there is. */
  readonly current: boolean;
  /** Who leads, as far as this member knows; undefined for nobody. */
  readonly leader: Member | undefined;
  readonly members: readonly Member[];
  /**
   * Calls the sink once everything that was committed anywhere before this call is applied here (thesis 6.4). A member
   * that follows asks its leader. Refused when there is no leader, or when it does not answer.
   */
  readIndex(sink: ReadSink): void;
  /** Calls `listener` after every change of `leading`, `leader` or `members`; the result ends that. */
  watch(listener: () => void): () => void;
}
