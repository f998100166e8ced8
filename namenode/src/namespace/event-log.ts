import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { NamespaceEvents, StorageRef } from './events.js';

type Call = (target: NamespaceEvents) => void;

/** Keeps what a batch tells the block manager until its transaction is committed. */
export class EventLog implements NamespaceEvents {
  private readonly calls: Call[] = [];

  /** Tells everything in order and forgets it. */
  tell(target: NamespaceEvents): void {
    for (const call of this.calls) call(target);
    this.calls.length = 0;
  }

  discard(): void {
    this.calls.length = 0;
  }

  blockAllocated(
    block: BlockId,
    stamp: GenerationStamp,
    inode: InodeId,
    replication: number,
    expected: readonly StorageRef[],
  ): void {
    this.calls.push((target) => target.blockAllocated(block, stamp, inode, replication, expected));
  }

  blockReopened(block: BlockId, stamp: GenerationStamp, lengthBytes: number, expected: readonly StorageRef[]): void {
    this.calls.push((target) => target.blockReopened(block, stamp, lengthBytes, expected));
  }

  blockRecoveryStarted(
    block: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    recoveryStamp: GenerationStamp,
    truncateBytes: number,
    expected: readonly StorageRef[],
  ): void {
    this.calls.push((target) =>
      target.blockRecoveryStarted(block, stamp, lengthBytes, recoveryStamp, truncateBytes, expected),
    );
  }

  blockCommitted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void {
    this.calls.push((target) => target.blockCommitted(block, stamp, lengthBytes));
  }

  blockCompleted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void {
    this.calls.push((target) => target.blockCompleted(block, stamp, lengthBytes));
  }

  blockRemoved(block: BlockId): void {
    this.calls.push((target) => target.blockRemoved(block));
  }

  replicationChanged(block: BlockId, replication: number): void {
    this.calls.push((target) => target.replicationChanged(block, replication));
  }

  blockMoved(block: BlockId, inode: InodeId, replication: number): void {
    this.calls.push((target) => target.blockMoved(block, inode, replication));
  }
}
