import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';

/** One storage of one datanode, as it stands in the log: `uuid` of the datanode, `storageId` ("DS-...") of its volume. */
export interface StorageRef {
  readonly datanodeUuid: string;
  readonly storageId: string;
}

/**
 * What the applied log tells the block manager, in log order, after the batch's transaction is committed.
 * The block manager derives everything else from reports; it never writes into the namespace.
 */
export interface NamespaceEvents {
  /** A block under construction was added to a file (addBlock, append of a new block). `expected` are the storages in the log. */
  blockAllocated(
    block: BlockId,
    stamp: GenerationStamp,
    inode: InodeId,
    replication: number,
    expected: readonly StorageRef[],
  ): void;
  /** The stamp or the expected storages of a block under construction changed (pipeline update, append). */
  blockReopened(block: BlockId, stamp: GenerationStamp, lengthBytes: number, expected: readonly StorageRef[]): void;
  /**
   * The block is to be recovered under `recoveryStamp` by one of the `expected` storages' datanodes. `truncateBytes`
   * is the length to cut the replicas to, -1 for no truncate. Until then the block keeps its stamp and length.
   */
  blockRecoveryStarted(
    block: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    recoveryStamp: GenerationStamp,
    truncateBytes: number,
    expected: readonly StorageRef[],
  ): void;
  /** The client committed the block: no more bytes will come, replicas with this stamp and length are good. */
  blockCommitted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void;
  /** The block is complete: it has its minimum of replicas and is watched for redundancy from now on. */
  blockCompleted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void;
  /** The block left the namespace; its replicas are to be invalidated. */
  blockRemoved(block: BlockId): void;
  /** The file that owns the block wants another number of replicas (setReplication). */
  replicationChanged(block: BlockId, replication: number): void;
  /** The block now belongs to another file (concat). */
  blockMoved(block: BlockId, inode: InodeId, replication: number): void;
}
