import type { LogIndex, Term } from '@rfs/base/ids';
import type { BlockManager } from '@rfs/namenode/blocks';
import type { Journal } from '@rfs/namenode/journal';
import type { LogEntry, PeerId, RaftCore } from '@rfs/namenode/raft';
import type { Replicator } from '@rfs/namenode/replication';

/** The core's log, as checks look at it and planted bugs change it. */
export interface InnerLog {
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly committed: LogIndex;
  readonly saved: LogIndex;
  term(index: LogIndex): Term | undefined;
  push(entry: LogEntry): void;
  slice(from: LogIndex, to: LogIndex, maxBytes: number): LogEntry[];
  commitTo(index: LogIndex): boolean;
  merge(
    prevIndex: LogIndex,
    prevTerm: Term,
    entries: readonly LogEntry[],
  ): { last: LogIndex; firstNew: LogIndex | undefined } | undefined;
}

/** The core's member. */
export interface InnerMember {
  readonly log: InnerLog;
  readonly role: string;
  readonly progress: ReadonlyMap<PeerId, { readonly match: LogIndex }>;
  readStates: { context: number; index: LogIndex }[];
}

/** What lies inside a replicator: the simulator's checks read it, and only planted bugs change anything. */
export interface Inside {
  readonly core: RaftCore | undefined;
  readonly journal: Journal;
}

export function insideOf(replicator: Replicator): Inside {
  return replicator as unknown as Inside;
}

export function memberOf(core: RaftCore): InnerMember {
  return (core as unknown as { readonly member: InnerMember }).member;
}

/** Which blocks a block manager takes to be spared when a datanode leaves. */
export function departuresOf(blocks: BlockManager): { isSufficient: () => boolean } {
  return (blocks as unknown as { departures: { isSufficient: () => boolean } }).departures;
}

/** Where a block manager keeps reports about blocks that the log has not brought yet. */
export function earlyReportsOf(blocks: BlockManager): { add: () => boolean } {
  return (blocks as unknown as { intake: { messages: { add: () => boolean } } }).intake.messages;
}
