import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { NamespaceEvents, StorageRef } from '../namespace/index.js';
import type { BlockContext } from './context.js';
import type { DatanodeManager } from './datanodes/datanode-manager.js';
import type { Storage } from './datanodes/storage.js';
import { CORRUPT, NOT_GOOD, ODD, OTHER_DIGEST, RBW, SAME_DIGEST } from './map/block-map.js';
import { UnderConstruction } from './map/under-construction.js';
import type { Audit } from './redundancy/audit.js';
import type { BlockRecovery } from './redundancy/block-recovery.js';
import type { ReplicaIntake } from './reports/replica-intake.js';
import { BlockState } from './types.js';

/** Keeps the block map in step with the applied log. */
export class BlockEvents implements NamespaceEvents {
  /** Files that got blocks of others before these were in the map: the scan may have passed by their new place. */
  readonly movedEarly = new Set<InodeId>();
  /** Places of the map that `forget` has been at. */
  private forgotten = 0;
  private readonly context: BlockContext;
  private readonly audit: Audit;
  private readonly intake: ReplicaIntake;
  private readonly datanodes: DatanodeManager;
  private readonly recovery: BlockRecovery;

  constructor(
    context: BlockContext,
    audit: Audit,
    intake: ReplicaIntake,
    datanodes: DatanodeManager,
    recovery: BlockRecovery,
  ) {
    this.context = context;
    this.audit = audit;
    this.intake = intake;
    this.datanodes = datanodes;
    this.recovery = recovery;
  }

  /** A block as it stands in the store; ignored when an event has already brought it. */
  restore(
    block: BlockId,
    inode: InodeId,
    stamp: GenerationStamp,
    lengthBytes: number,
    replication: number,
    state: BlockState,
    expected: readonly StorageRef[],
  ): void {
    const { map, open } = this.context;
    if (map.slotOf(block) >= 0) return;
    this.noteStamp(stamp);
    const slot = map.insert(block, inode, stamp, lengthBytes, replication, state);
    if (state !== BlockState.COMPLETE) open.set(slot, new UnderConstruction(expected));
    this.intake.refeed(block);
  }

  /** Takes out up to `count` blocks, while no event comes; true when none is left. */
  forget(count: number): boolean {
    const { map } = this.context;
    this.context.rebuilding = true;
    this.movedEarly.clear();
    const end = Math.min(map.highSlot, this.forgotten + count);
    for (; this.forgotten < end; this.forgotten++) {
      if (map.inUse(this.forgotten)) this.blockRemoved(map.idOf(this.forgotten));
    }
    if (end < map.highSlot) return false;
    this.forgotten = 0;
    return true;
  }

  noteStamp(stamp: GenerationStamp): void {
    if (stamp > this.context.maxStamp) this.context.maxStamp = stamp;
  }

  blockAllocated(
    block: BlockId,
    stamp: GenerationStamp,
    inode: InodeId,
    replication: number,
    expected: readonly StorageRef[],
  ): void {
    const { map, open } = this.context;
    this.noteStamp(stamp);
    if (map.slotOf(block) >= 0) return;
    const slot = map.insert(block, inode, stamp, 0, replication, BlockState.UNDER_CONSTRUCTION);
    open.set(slot, new UnderConstruction(expected));
    if (this.context.leader) this.schedule(expected);
    this.intake.refeed(block);
  }

  /**
   * Replicas at the expected datanodes are taken to follow to the new stamp, as datanodes do not report that
   * (pipeline recovery); all others stay behind and are told apart by their stamp.
   */
  blockReopened(block: BlockId, stamp: GenerationStamp, lengthBytes: number, expected: readonly StorageRef[]): void {
    const { map, open, pending, table } = this.context;
    this.noteStamp(stamp);
    const slot = map.slotOf(block);
    if (slot < 0) return;
    const oldStamp = map.stampOf(slot);
    const oldLength = map.lengthOf(slot);
    const construction = open.get(slot) ?? new UnderConstruction(expected);
    construction.expected = expected;
    open.set(slot, construction);
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const storage = table.get(map.storageAt(slot, ref));
      if (storage === undefined) continue;
      this.reopenReplica(slot, ref, storage, construction, oldStamp, oldLength, stamp);
    }
    // A pipeline that recovers while it is closed: a datanode may have reported its replica before its client could say so.
    this.context.digests.reset(slot, (ref) => {
      const storage = table.get(map.storageAt(slot, ref));
      const reported = storage === undefined ? undefined : construction.of(storage);
      return reported?.finalized === true && reported.stamp >= stamp;
    });
    map.setContent(slot, stamp, lengthBytes);
    map.setState(slot, BlockState.UNDER_CONSTRUCTION);
    pending.remove(slot);
    this.audit.refresh(slot);
    this.intake.refeed(block);
  }

  /** Every node remembers the recovery; only the leader's datanodes are told, and a new leader starts it again. */
  blockRecoveryStarted(
    block: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    recoveryStamp: GenerationStamp,
    truncateBytes: number,
    expected: readonly StorageRef[],
  ): void {
    this.blockReopened(block, stamp, lengthBytes, expected);
    this.noteStamp(recoveryStamp);
    const truncateTo = truncateBytes < 0 ? undefined : { id: block, stamp: recoveryStamp, lengthBytes: truncateBytes };
    this.recovery.order(block, recoveryStamp, truncateTo);
    if (this.context.leader) this.recovery.start(block);
  }

  blockCommitted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void {
    const slot = this.context.map.slotOf(block);
    this.noteStamp(stamp);
    if (slot < 0) return;
    this.commit(slot, stamp, lengthBytes);
    this.intake.refeed(block);
  }

  blockCompleted(block: BlockId, stamp: GenerationStamp, lengthBytes: number): void {
    const { map, open } = this.context;
    this.noteStamp(stamp);
    const slot = map.slotOf(block);
    if (slot < 0) return;
    if (map.stateOf(slot) === BlockState.COMPLETE) return;
    this.commit(slot, stamp, lengthBytes);
    map.setState(slot, BlockState.COMPLETE);
    const construction = open.get(slot);
    open.delete(slot);
    if (construction !== undefined) this.expectRest(slot, construction);
    this.audit.refresh(slot);
    this.intake.refeed(block);
  }

  blockRemoved(block: BlockId): void {
    const { map, replicas, table, open, pending } = this.context;
    const slot = map.slotOf(block);
    this.intake.messages.take(block);
    if (slot < 0) return;
    const construction = open.get(slot);
    if (construction !== undefined) this.unschedule(construction);
    for (let ref = map.first(slot); ref >= 0; ref = map.first(slot)) {
      const storage = table.get(map.storageAt(slot, ref));
      if (storage !== undefined && this.context.populating) {
        storage.datanode.invalidates.push(block, replicas.stampAt(slot, ref));
      }
      replicas.drop(slot, ref);
    }
    open.delete(slot);
    pending.remove(slot);
    this.audit.forget(slot);
    map.remove(slot);
  }

  replicationChanged(block: BlockId, replication: number): void {
    const slot = this.context.map.slotOf(block);
    if (slot < 0) return;
    this.context.map.setReplication(slot, replication);
    this.audit.refresh(slot);
  }

  blockMoved(block: BlockId, inode: InodeId, replication: number): void {
    const slot = this.context.map.slotOf(block);
    if (slot < 0) {
      if (this.context.rebuilding) this.movedEarly.add(inode);
      return;
    }
    this.context.map.setOwner(slot, inode, replication);
    this.audit.refresh(slot);
  }

  /**
   * The leader's estimate of what is on its way to its datanodes. A follower makes none: it may hear of a replica before
   * it has applied that there is a block, and would wait for that report for ever.
   */
  private schedule(expected: readonly StorageRef[]): void {
    for (const { datanodeUuid, storageId } of expected) {
      const storage = this.datanodes.storage(datanodeUuid, storageId);
      storage?.datanode.addScheduled(storage.type);
    }
  }

  /** The block is given up: what has not come of it will not (FSDirWriteFileOp.unprotectedRemoveBlock). */
  private unschedule(construction: UnderConstruction): void {
    for (const { datanodeUuid, storageId } of construction.expected) {
      const storage = this.datanodes.storage(datanodeUuid, storageId);
      if (storage !== undefined && construction.of(storage)?.finalized !== true) {
        storage.datanode.dropScheduled(storage.type);
      }
    }
  }

  private reopenReplica(
    slot: number,
    ref: number,
    storage: Storage,
    construction: UnderConstruction,
    oldStamp: GenerationStamp,
    oldLength: number,
    stamp: GenerationStamp,
  ): void {
    const { map, replicas } = this.context;
    const flags = map.flagsAt(slot, ref);
    if ((flags & CORRUPT) !== 0) return;
    const reported = construction.of(storage) ?? { stamp: oldStamp, lengthBytes: oldLength, finalized: true };
    if (reported.stamp >= stamp) {
      construction.note(storage, reported.stamp, reported.lengthBytes, reported.finalized);
      return;
    }
    if (construction.expects(storage)) {
      construction.note(storage, stamp, reported.lengthBytes, false);
      replicas.setFlags(slot, ref, RBW);
      return;
    }
    construction.note(storage, reported.stamp, reported.lengthBytes, reported.finalized);
    replicas.setFlags(slot, ref, flags | ODD);
    replicas.setOdd(slot, map.storageAt(slot, ref), reported.stamp, reported.lengthBytes);
  }

  /** Sorts the replicas by whether they are what the client committed (BlockManager.commitBlock). */
  private commit(slot: number, stamp: GenerationStamp, lengthBytes: number): void {
    const { map, open } = this.context;
    map.setContent(slot, stamp, lengthBytes);
    map.setState(slot, BlockState.COMMITTED);
    const construction = open.get(slot);
    if (construction === undefined) return;
    for (const reported of [...construction.reported]) {
      const ref = map.find(slot, reported.storage.index);
      if (ref >= 0) this.commitReplica(slot, ref, construction, reported.storage, stamp, lengthBytes);
    }
  }

  private commitReplica(
    slot: number,
    ref: number,
    construction: UnderConstruction,
    storage: Storage,
    stamp: GenerationStamp,
    lengthBytes: number,
  ): void {
    const { map, replicas } = this.context;
    const flags = map.flagsAt(slot, ref);
    const reported = construction.of(storage);
    if (reported === undefined || ((flags & CORRUPT) !== 0 && (flags & ODD) === 0)) return;
    if (!reported.finalized) {
      if (reported.stamp >= stamp) return;
      construction.forget(storage);
      replicas.drop(slot, ref);
    } else if (reported.stamp === stamp && reported.lengthBytes === lengthBytes) {
      replicas.setFlags(slot, ref, flags & (SAME_DIGEST | OTHER_DIGEST));
    } else {
      replicas.setFlags(slot, ref, flags | CORRUPT | ODD);
      replicas.setOdd(slot, storage.index, reported.stamp, reported.lengthBytes);
    }
  }

  /** Replicas that are still being finalized count as ordered, so that nobody copies them (addExpectedReplicasToPending). */
  private expectRest(slot: number, construction: UnderConstruction): void {
    const { map, pending } = this.context;
    const rest: Storage[] = [];
    for (const expected of construction.expected) {
      const storage = this.datanodes.storage(expected.datanodeUuid, expected.storageId);
      if (storage === undefined || !storage.datanode.alive) continue;
      const reported = construction.reported.find((replica) => replica.storage.datanode === storage.datanode);
      const ref = reported === undefined ? -1 : map.find(slot, reported.storage.index);
      if (ref < 0 || (map.flagsAt(slot, ref) & NOT_GOOD) === RBW) rest.push(storage);
    }
    if (rest.length > 0) pending.add(slot, rest, this.context.nowMs);
  }
}
