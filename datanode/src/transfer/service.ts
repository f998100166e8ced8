import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import type { Clock } from '@rfs/base/seams';
import type { Block, ReplicaStore, Volume } from '../store/index.js';
import type { TransferContext } from './connection.js';
import type { Throttle } from './throttle.js';

export interface TransferSettings {
  /** Nothing heard for so long ends a transfer (dfs.client.socket-timeout). */
  readonly readTimeoutMs: number;
  /** A receiver that takes nothing for so long has failed. */
  readonly writeTimeoutMs: number;
  /** A connection may be idle so long between two requests. */
  readonly keepaliveMs: number;
  readonly maxConnections: number;
  readonly maxMoves: number;
  readonly syncOnClose: boolean;
  /** Replicas that clients want to have here stay here (dfs.datanode.block-pinning.enabled). */
  readonly pinning: boolean;
  /** Other datanodes are reached by their names. */
  readonly useHostname: boolean;
}

/** What the transfers of a datanode have done and are doing. */
export interface TransferCounters {
  /** Requests being served. */
  active: number;
  /** Blocks being received. */
  writers: number;
  /** Copies being sent to other datanodes. */
  copies: number;
  /** Replicas being moved for the balancer. */
  moves: number;
  bytesRead: number;
  bytesWritten: number;
  blocksRead: number;
  blocksWritten: number;
  corruptFound: number;
}

/** Everything that the operations of the data transfer protocol work with. */
export interface TransferService {
  readonly store: ReplicaStore;
  readonly context: TransferContext;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: TransferSettings;
  readonly counters: TransferCounters;
  /** Shared by all moves of the balancer. */
  readonly balancing: Throttle;
  /** The uuid that other datanodes know this one by. */
  readonly datanodeUuid: string;
  /** A replica is damaged: the namenodes are to know. */
  readonly reportBad: (block: Block, volume: Volume) => void;
  /** A replica may be damaged: a scan is to look at it before others. */
  readonly suspect: (block: Block, volume: Volume) => void;
  /** A file of a finalized replica is not on disk. */
  readonly filesMissing: (blockId: BlockId, volume: Volume) => void;
  /** Somebody has read a replica, or a part of it. */
  readonly read: (blockId: BlockId, volume: Volume) => void;
}
