import type { GenerationStamp } from '@rfs/base/ids';
import type { Storage } from '../datanodes/storage.js';
import type { StorageTable } from '../datanodes/storage-table.js';
import { type BlockMap, EPOCH_MASK, EXCESS, ODD, OTHER_DIGEST } from './block-map.js';

/** The real stamp and length of a replica that differs from its block. */
export interface OddReplica {
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
}

/** Halves of the first eight bytes of a replica's BLAKE3; never both zero. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

const STORAGE_SPAN = 65536;

/** Changes replicas in the map and keeps what depends on them: counts per storage and epoch, and the odd ones' facts. */
export class Replicas {
  readonly map: BlockMap;
  readonly table: StorageTable;
  /** Replicas flagged EXCESS. */
  excessCount = 0;
  private readonly odd = new Map<number, OddReplica>();
  private readonly others = new Map<number, Fingerprint>();

  constructor(map: BlockMap, table: StorageTable) {
    this.map = map;
    this.table = table;
  }

  /**
   * Puts a replica on `storage`, which has none of this block. One on another storage of the same datanode is taken
   * for moved: a datanode holds a block once (DatanodeStorageInfo.addBlock). True when there is now one replica more.
   */
  add(slot: number, storage: Storage, flags: number, epoch = storage.epoch): boolean {
    const owners = this.table.owners;
    const owner = storage.datanode.index;
    let added = true;
    for (let ref = this.map.first(slot); ref >= 0; ref = this.map.next(slot, ref)) {
      if (owners[this.map.storageAt(slot, ref)] !== owner) continue;
      this.drop(slot, ref);
      added = false;
      break;
    }
    this.map.addReplica(slot, storage.index, (flags & ~EPOCH_MASK) | epoch);
    storage.replicaCount++;
    count(storage, epoch, 1);
    return added;
  }

  /** Takes one replica out; refs of this block are void afterwards. */
  drop(slot: number, ref: number): void {
    const index = this.map.storageAt(slot, ref);
    const flags = this.map.flagsAt(slot, ref);
    const storage = this.table.get(index);
    if (storage !== undefined) {
      storage.replicaCount--;
      count(storage, flags & EPOCH_MASK, -1);
    }
    if ((flags & ODD) !== 0) this.odd.delete(slot * STORAGE_SPAN + index);
    if ((flags & OTHER_DIGEST) !== 0) this.others.delete(slot * STORAGE_SPAN + index);
    if ((flags & EXCESS) !== 0) this.excessCount--;
    this.map.removeReplica(slot, ref);
  }

  /**
   * Sets all flags; the replica was just heard of, so it gets `epoch`: the storage's newest, or that of the full
   * report whose entry it is.
   */
  touch(slot: number, ref: number, storage: Storage, flags: number, epoch = storage.epoch): void {
    const before = this.map.flagsAt(slot, ref);
    const beforeEpoch = before & EPOCH_MASK;
    if (beforeEpoch !== epoch) {
      count(storage, beforeEpoch, -1);
      count(storage, epoch, 1);
    }
    if ((before & ~EPOCH_MASK) !== (flags & ~EPOCH_MASK)) this.settle(slot, storage.index, before, flags);
    this.map.setFlagsAt(slot, ref, (flags & ~EPOCH_MASK) | epoch);
  }

  /** Changes flags without having heard of the replica. */
  setFlags(slot: number, ref: number, flags: number): void {
    const before = this.map.flagsAt(slot, ref);
    this.settle(slot, this.map.storageAt(slot, ref), before, flags);
    this.map.setFlagsAt(slot, ref, (flags & ~EPOCH_MASK) | (before & EPOCH_MASK));
  }

  /** Remembers what an ODD replica really is. */
  setOdd(slot: number, storageIndex: number, stamp: GenerationStamp, lengthBytes: number): void {
    this.odd.set(slot * STORAGE_SPAN + storageIndex, { stamp, lengthBytes });
  }

  /** Replicas flagged OTHER_DIGEST. */
  get otherCount(): number {
    return this.others.size;
  }

  /** Remembers the digest of a replica that is flagged OTHER_DIGEST. */
  setOther(slot: number, storageIndex: number, print: Fingerprint): void {
    this.others.set(slot * STORAGE_SPAN + storageIndex, print);
  }

  /** The digest of a replica that is flagged OTHER_DIGEST. */
  otherAt(slot: number, storageIndex: number): Fingerprint | undefined {
    return this.others.get(slot * STORAGE_SPAN + storageIndex);
  }

  /** The stamp under which the datanode holds the replica. */
  stampAt(slot: number, ref: number): GenerationStamp {
    if ((this.map.flagsAt(slot, ref) & ODD) !== 0) {
      const odd = this.odd.get(slot * STORAGE_SPAN + this.map.storageAt(slot, ref));
      if (odd !== undefined) return odd.stamp;
    }
    return this.map.stampOf(slot);
  }

  /** What changes beside the flags byte when a replica's flags change. */
  private settle(slot: number, index: number, before: number, after: number): void {
    if ((before & ODD) !== 0 && (after & ODD) === 0) this.odd.delete(slot * STORAGE_SPAN + index);
    if ((before & OTHER_DIGEST) !== 0 && (after & OTHER_DIGEST) === 0) this.others.delete(slot * STORAGE_SPAN + index);
    this.excessCount += ((after & EXCESS) === 0 ? 0 : 1) - ((before & EXCESS) === 0 ? 0 : 1);
  }
}

function count(storage: Storage, epoch: number, delta: number): void {
  storage.epochCounts[epoch] = (storage.epochCounts[epoch] as number) + delta;
}
