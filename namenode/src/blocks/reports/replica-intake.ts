import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { Storage } from '../datanodes/storage.js';
import { CORRUPT, EPOCH_MASK, EXCESS, ODD, RBW } from '../map/block-map.js';
import type { Fingerprint } from '../map/replicas.js';
import type { Audit } from '../redundancy/audit.js';
import { type BlockRef, type IncrementalEntry, ReplicaState } from '../types.js';
import { PendingMessages } from './pending-messages.js';
import { judge } from './replica-rules.js';
import type { Watchers } from './watchers.js';

/** Takes what storages say about single replicas into the map, by HDFS's rules for each combination of states. */
export class ReplicaIntake {
  readonly messages: PendingMessages;
  private readonly context: BlockContext;
  private readonly audit: Audit;
  private readonly watchers: Watchers;

  constructor(context: BlockContext, audit: Audit, watchers: Watchers) {
    this.context = context;
    this.audit = audit;
    this.watchers = watchers;
    this.messages = new PendingMessages(context.config.pendingMessageLimit);
  }

  /**
   * A replica is there. `epoch` is that of the full report it stands in, else the storage's; `hint` names the datanode
   * whose replica goes first if there are now too many; `print` is the digest of a finalized one, if it came with it.
   */
  present(
    storage: Storage,
    id: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    state: ReplicaState,
    epoch: number,
    hint?: Datanode,
    print?: Fingerprint,
  ): void {
    const { map, replicas } = this.context;
    const slot = map.slotOf(id);
    if (slot < 0) {
      this.unknown(storage, id, stamp, lengthBytes, state, print);
      return;
    }
    const ref = map.find(slot, storage.index);
    if (this.isAhead(stamp)) {
      if (ref >= 0) replicas.touch(slot, ref, storage, map.flagsAt(slot, ref), epoch);
      this.enqueue(storage, id, stamp, lengthBytes, state, print);
      return;
    }
    this.messages.supersede(id, storage, stamp);
    const blockState = map.stateOf(slot);
    switch (judge(blockState, map.stampOf(slot), map.lengthOf(slot), state, stamp, lengthBytes)) {
      case 'ignore':
        if (ref >= 0) replicas.touch(slot, ref, storage, map.flagsAt(slot, ref), epoch);
        return;
      case 'corrupt':
        if (!this.context.leader) {
          if (ref >= 0) replicas.touch(slot, ref, storage, map.flagsAt(slot, ref), epoch);
          this.enqueue(storage, id, stamp, lengthBytes, state, print);
          return;
        }
        this.corrupt(slot, storage, ref, stamp, lengthBytes, epoch);
        return;
      case 'writing':
        this.writing(slot, storage, ref, stamp, lengthBytes, epoch);
        return;
      case 'finalized':
        this.finalized(slot, storage, ref, stamp, lengthBytes, epoch, hint, print);
    }
  }

  /** Takes in one entry of an incremental report; `hint` is the datanode that its delete hint names. */
  incremental(storage: Storage, entry: IncrementalEntry, hint: Datanode | undefined): void {
    const { id, stamp, lengthBytes } = entry.block;
    switch (entry.status) {
      case 'DELETED':
        this.deleted(storage, id, stamp);
        return;
      case 'RECEIVING':
        storage.deletedSinceMark?.delete(id);
        this.present(storage, id, stamp, lengthBytes, ReplicaState.RBW, storage.epoch);
        return;
      case 'RECEIVED':
        storage.deletedSinceMark?.delete(id);
        if (!entry.verified) storage.datanode.dropScheduled(storage.type);
        this.present(storage, id, stamp, lengthBytes, ReplicaState.FINALIZED, storage.epoch, hint, entry.print);
        if (entry.verified) this.verified(storage, id, stamp);
    }
  }

  /** The storage has deleted its replica. */
  deleted(storage: Storage, id: BlockId, stamp: GenerationStamp): void {
    const { map } = this.context;
    storage.deletedSinceMark?.add(id);
    const slot = map.slotOf(id);
    if (slot < 0) {
      if (this.mayStillCome(stamp)) this.enqueue(storage, id, stamp, 0, undefined, undefined);
      return;
    }
    this.messages.supersede(id, storage, stamp);
    const ref = map.find(slot, storage.index);
    if (ref >= 0) this.gone(slot, ref, storage);
  }

  /** Takes a replica out of the map. */
  gone(slot: number, ref: number, storage: Storage | undefined): void {
    this.context.replicas.drop(slot, ref);
    if (storage !== undefined) this.context.open.get(slot)?.forget(storage);
    this.audit.refresh(slot);
    const { history, low, map, nowMs } = this.context;
    if (storage !== undefined && low.isMissing(slot)) history.note(map.idOf(slot), 'GONE', storage.datanode, nowMs);
  }

  /** Someone found the bytes of a replica wrong (reportBadBlocks). Unknown ones and other stamps are no concern. */
  bad(storage: Storage, block: BlockRef, by: string): void {
    const { map, replicas, history, nowMs } = this.context;
    const slot = map.slotOf(block.id);
    if (slot < 0) return;
    const ref = map.find(slot, storage.index);
    if (ref < 0 || replicas.stampAt(slot, ref) !== block.stamp) return;
    replicas.setFlags(slot, ref, map.flagsAt(slot, ref) | CORRUPT);
    history.note(block.id, 'REPORTED_CORRUPT', storage.datanode, nowMs, by);
    this.audit.refresh(slot);
  }

  /** The datanode has read the replica that it has just reported, and found it good. */
  private verified(storage: Storage, id: BlockId, stamp: GenerationStamp): void {
    const { map, digests } = this.context;
    const slot = map.slotOf(id);
    if (slot >= 0 && map.stampOf(slot) === stamp) digests.verified(slot, storage);
  }

  /** Processes what is queued for the block, which the log has just brought or changed. */
  refeed(id: BlockId): void {
    const queue = this.messages.take(id);
    if (queue === undefined) return;
    for (const message of queue) {
      if (this.context.table.get(message.storageIndex) !== message.storage) continue;
      const { storage, stamp, lengthBytes, state, print } = message;
      if (state === undefined) this.deleted(storage, id, stamp);
      else this.present(storage, id, stamp, lengthBytes, state, storage.epoch, undefined, print);
    }
  }

  private writing(
    slot: number,
    storage: Storage,
    ref: number,
    stamp: GenerationStamp,
    lengthBytes: number,
    epoch: number,
  ): void {
    const { map, open, replicas } = this.context;
    const construction = open.get(slot);
    const before = construction?.of(storage);
    const late = before?.finalized === true && before.stamp >= stamp;
    if (ref >= 0 && late) {
      replicas.touch(slot, ref, storage, map.flagsAt(slot, ref), epoch);
      return;
    }
    construction?.note(storage, stamp, lengthBytes, false);
    if (ref < 0) replicas.add(slot, storage, RBW, epoch);
    else replicas.touch(slot, ref, storage, RBW, epoch);
  }

  private finalized(
    slot: number,
    storage: Storage,
    ref: number,
    stamp: GenerationStamp,
    lengthBytes: number,
    epoch: number,
    hint: Datanode | undefined,
    print: Fingerprint | undefined,
  ): void {
    const { map, open, pending, replicas, digests } = this.context;
    if (open.size > 0) open.get(slot)?.note(storage, stamp, lengthBytes, true);
    if (pending.size > 0) pending.arrived(slot, storage.datanode);
    if (ref < 0) {
      replicas.add(slot, storage, 0, epoch);
      if (print !== undefined) digests.note(slot, map.find(slot, storage.index), print.high, print.low);
    } else {
      const before = map.flagsAt(slot, ref);
      const healed = (before & ODD) !== 0 ? before & ~(RBW | ODD | CORRUPT | EXCESS) : before & ~RBW;
      replicas.touch(slot, ref, storage, healed, epoch);
      if (print !== undefined) digests.note(slot, ref, print.high, print.low);
      if ((healed & ~EPOCH_MASK) === (before & ~EPOCH_MASK)) {
        if ((healed & EXCESS) !== 0 && this.context.populating)
          storage.datanode.invalidates.push(map.idOf(slot), stamp);
        digests.judge(slot);
        return;
      }
    }
    this.audit.refresh(slot, storage.datanode, hint);
    this.watchers.wake(map.idOf(slot));
  }

  private corrupt(
    slot: number,
    storage: Storage,
    ref: number,
    stamp: GenerationStamp,
    lengthBytes: number,
    epoch: number,
  ): void {
    const { open, replicas, history, map, nowMs } = this.context;
    history.note(map.idOf(slot), 'ODD', storage.datanode, nowMs);
    open.get(slot)?.forget(storage);
    if (ref < 0) replicas.add(slot, storage, CORRUPT | ODD, epoch);
    else replicas.touch(slot, ref, storage, CORRUPT | ODD, epoch);
    replicas.setOdd(slot, storage.index, stamp, lengthBytes);
    this.audit.refresh(slot);
  }

  private unknown(
    storage: Storage,
    id: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    state: ReplicaState,
    print: Fingerprint | undefined,
  ): void {
    if (this.mayStillCome(stamp)) {
      this.enqueue(storage, id, stamp, lengthBytes, state, print);
      return;
    }
    if (this.context.populating) storage.datanode.invalidates.push(id, stamp);
  }

  private mayStillCome(stamp: GenerationStamp): boolean {
    return this.context.rebuilding || this.isAhead(stamp);
  }

  /**
   * The log, as far as it is applied here, has not given out the stamp: the block as it was reported is still to come,
   * and what it is until then, this replica is not. So even for one that takes itself for the leader: another may lead
   * by now, and this one hear of that only later.
   */
  private isAhead(stamp: GenerationStamp): boolean {
    return stamp > this.context.maxStamp;
  }

  private enqueue(
    storage: Storage,
    id: BlockId,
    stamp: GenerationStamp,
    lengthBytes: number,
    state: ReplicaState | undefined,
    print: Fingerprint | undefined,
  ): void {
    const message = { storage, storageIndex: storage.index, stamp, lengthBytes, state, print };
    if (this.messages.add(id, message)) return;
    storage.contentsStale = true;
    this.context.table.refresh(storage);
  }
}
