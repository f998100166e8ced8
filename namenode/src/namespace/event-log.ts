import { unreachable } from '@rfs/base/assert';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { NamespaceEvents, StorageRef } from './events.js';

type EventKind = keyof NamespaceEvents;

/** One event; a field that its kind does not have is 0 or empty. */
interface KeptEvent {
  readonly kind: EventKind;
  readonly block: BlockId;
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
  readonly inode: InodeId;
  readonly replication: number;
  readonly recoveryStamp: GenerationStamp;
  readonly truncateBytes: number;
  readonly expected: readonly StorageRef[];
}

const NO_INODE = 0 as InodeId;
const NO_STAMP = 0 as GenerationStamp;
const NOWHERE: readonly StorageRef[] = [];

/** Keeps what a batch tells the block manager until its transaction is committed. */
export class EventLog implements NamespaceEvents {
  private events: KeptEvent[] = [];

  /** Tells everything in order and forgets it. */
  tell(target: NamespaceEvents): void {
    const { events } = this;
    if (events.length === 0) return;
    this.events = [];
    for (const event of events) tellOne(target, event);
  }

  blockAllocated(
    block: BlockId,
    stamp: GenerationStamp,
    inode: InodeId,
    replication: number,
    expected: readonly StorageRef[],
  ): void {
    this.keep('blockAllocated', block, stamp, 0, expected, inode, replication);
  }

  blockReopened(block: BlockId, stamp: GenerationStamp, lengthBytes: number, expected: readonly StorageRef[]): void {
    this.keep('blockReopened', block, stamp, lengthBytes, expected);
  }

  blockRecoveryStarted(
    block: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    recoveryStamp: GenerationStamp,
    truncateBytes: number,
    expected: readonly StorageRef[],
  ): void {
    this.keep('blockRecoveryStarted', block, stamp, lengthBytes, expected, NO_INODE, 0, recoveryStamp, truncateBytes);
  }

  blockCommitted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void {
    this.keep('blockCommitted', block, stamp, lengthBytes);
  }

  blockCompleted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void {
    this.keep('blockCompleted', block, stamp, lengthBytes);
  }

  blockRemoved(block: BlockId): void {
    this.keep('blockRemoved', block, NO_STAMP, 0);
  }

  replicationChanged(block: BlockId, replication: number): void {
    this.keep('replicationChanged', block, NO_STAMP, 0, NOWHERE, NO_INODE, replication);
  }

  blockMoved(block: BlockId, inode: InodeId, replication: number): void {
    this.keep('blockMoved', block, NO_STAMP, 0, NOWHERE, inode, replication);
  }

  private keep(
    kind: EventKind,
    block: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    expected = NOWHERE,
    inode = NO_INODE,
    replication = 0,
    recoveryStamp = NO_STAMP,
    truncateBytes = 0,
  ): void {
    const where = { inode, replication, recoveryStamp, truncateBytes, expected };
    this.events.push({ kind, block, stamp, lengthBytes, ...where });
  }
}

function tellOne(target: NamespaceEvents, event: KeptEvent): void {
  const { kind, block, stamp, lengthBytes, inode, replication, expected } = event;
  switch (kind) {
    case 'blockAllocated':
      target.blockAllocated(block, stamp, inode, replication, expected);
      return;
    case 'blockReopened':
      target.blockReopened(block, stamp, lengthBytes, expected);
      return;
    case 'blockRecoveryStarted': {
      const { recoveryStamp, truncateBytes } = event;
      target.blockRecoveryStarted(block, stamp, lengthBytes, recoveryStamp, truncateBytes, expected);
      return;
    }
    case 'blockCommitted':
      target.blockCommitted(block, stamp, lengthBytes);
      return;
    case 'blockCompleted':
      target.blockCompleted(block, stamp, lengthBytes);
      return;
    case 'blockRemoved':
      target.blockRemoved(block);
      return;
    case 'replicationChanged':
      target.replicationChanged(block, replication);
      return;
    case 'blockMoved':
      target.blockMoved(block, inode, replication);
      return;
    default:
      unreachable(kind);
  }
}
