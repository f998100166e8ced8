import type { StorageHealth, StorageType } from '../types.js';
import type { Datanode } from './datanode.js';

/**
 * One volume of one datanode. `index` is its number in the block map's arrays; it changes when the storage is lost and
 * comes back, so that replicas that are still being swept under the old number cannot be mistaken for new ones.
 */
export class Storage {
  readonly datanode: Datanode;
  /** "DS-<uuid>" */
  readonly id: string;
  index: number;
  type: StorageType;
  health: StorageHealth = 'NORMAL';
  capacityBytes = 0;
  usedBytes = 0;
  remainingBytes = 0;
  blockPoolUsedBytes = 0;
  nonDfsUsedBytes = 0;
  /** Full reports since the datanode registered (DatanodeStorageInfo.blockReportCount). */
  reportCount = 0;
  /** Replicas may be gone or changed since the last full report or since this node became leader. */
  contentsStale = true;
  /** A heartbeat came since this node became leader; before it a report may be older than the takeover. */
  heartbeatSinceTakeover = false;
  /** Replicas of this storage in the map. */
  replicaCount = 0;
  /** The epoch that new and touched replicas get (two bits); a full report's arrival advances it. */
  epoch = 0;
  /** Replicas by epoch. */
  readonly epochCounts = new Int32Array(4);
  /** Blocks that incremental reports deleted while a full report is on its way; entries about them are old. */
  deletedSinceMark: Set<number> | undefined = undefined;

  constructor(datanode: Datanode, id: string, type: StorageType, index: number) {
    this.datanode = datanode;
    this.id = id;
    this.type = type;
    this.index = index;
  }

  /** Starts from nothing under a new number. */
  renumber(index: number): void {
    this.index = index;
    this.reportCount = 0;
    this.contentsStale = true;
    this.replicaCount = 0;
    this.epoch = 0;
    this.epochCounts.fill(0);
    this.deletedSinceMark = undefined;
  }
}
