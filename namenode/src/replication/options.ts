import type { Clock, Disk, Random } from '@rfs/base/seams';
import type { Message } from '../raft/index.js';
import type { Applier, NextTurn, ReplicationObserver, StateTransfer } from './types.js';

/** Bounds of the replicator, and what happens at them. */
export interface ReplicatorLimits {
  /** Proposals that wait, proposed and not applied; more are told to come back. */
  readonly waitingCount: number;
  /** Their data. */
  readonly waitingBytes: number;
  /** Entries of one transaction of the state machine. */
  readonly applyCount: number;
  /** Their data. */
  readonly applyBytes: number;
  /** The apply loop gives way to other work after this long. */
  readonly applySliceMs: number;
  /** The apply loop looks again after this long when the state machine is congested. */
  readonly applyPauseMs: number;
  /** Of what is applied and durable elsewhere the journal keeps this much ... */
  readonly retainedBytes: number;
  /** ... and nothing that has been so for longer than this. */
  readonly retainedMs: number;
  /** A journal this long takes no more changes: what makes it so long must not be cut. */
  readonly maxJournalBytes: number;
  /** A segment of the journal. */
  readonly segmentBytes: number;
  /** One write to the journal. */
  readonly writeBytes: number;
  /** Pause before a write that found no room is tried again. */
  readonly fullRetryMs: number;
}

export const DEFAULT_LIMITS: ReplicatorLimits = {
  waitingCount: 100_000,
  waitingBytes: 64 << 20,
  applyCount: 512,
  applyBytes: 1 << 20,
  applySliceMs: 10,
  applyPauseMs: 5,
  retainedBytes: 64 << 20,
  retainedMs: 86_400_000,
  maxJournalBytes: Number.MAX_SAFE_INTEGER,
  segmentBytes: 32 << 20,
  writeBytes: 4 << 20,
  fullRetryMs: 1000,
};

/** The way to the other members, and the clock of elections. */
export interface PeerLink {
  /** Sends what it can; messages may be lost. */
  send(messages: readonly Message[]): void;
  /** One tick of the election clock: the time between a leader's heartbeats. */
  readonly tickMs: number;
  /** Ticks of silence after which a follower stands. */
  readonly electionTicks: number;
  /** Ticks between a leader's heartbeats; 1 by default. */
  readonly heartbeatTicks?: number;
  /** Entry bytes kept in memory for members that are a little behind. */
  readonly cacheBytes?: number;
  /** Entry bytes in one append; 1 MiB by default. */
  readonly appendBytes?: number;
}

export interface ReplicatorOptions {
  readonly disk: Disk;
  /** The journal's own folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly nextTurn: NextTurn;
  readonly applier: Applier;
  readonly observer: ReplicationObserver;
  /** True when no other member is configured: only then an empty folder may become a new cluster by itself. */
  readonly alone: boolean;
  /** An empty folder is no reason to refuse the start: `join` follows instead of `start`. */
  readonly joins?: boolean;
  /** A journal node: it applies nothing, stands late for election, and never serves when it leads. */
  readonly votesOnly?: boolean;
  /** Absent for a group of one. */
  readonly peers?: PeerLink;
  /** Absent where no state can be fetched: a member that the log no longer reaches then stays behind. */
  readonly transfer?: StateTransfer;
  /** Gives the data of the identity entry when a new cluster is made; called at most once. */
  readonly identity: () => Uint8Array;
  /** The context of a new cluster's first membership; called after `identity`. */
  readonly context?: () => Uint8Array;
  /** The node cannot go on: a sync failed, the journal is damaged, the state machine threw. Called once. */
  readonly fatal: (error: Error) => void;
  /** The journal has come a further step towards `maxBytes`, at which changes stop. */
  readonly crowded?: (bytes: number, maxBytes: number) => void;
  readonly limits?: Partial<ReplicatorLimits>;
}

/** A start that must not be, with the reason for the operator. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}
