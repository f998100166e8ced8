import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { BlockState } from '../types.js';
import { IdIndex } from './id-index.js';
import { NO_NODE, OverflowNodes } from './overflow.js';

const SEGMENT_BITS = 16;
const SEGMENT = 1 << SEGMENT_BITS;
const SLOT_MASK = SEGMENT - 1;
const INLINE = 3;

/** Not a storage index: an empty inline place. */
export const NO_STORAGE = 0xffff;

/** Bits of a replica's flags byte. The two lowest are the storage's report epoch (see FullReports). */
export const EPOCH_MASK = 3;
export const CORRUPT = 4;
/** Being written: known, not finalized. */
export const RBW = 8;
/** Chosen for deletion, the datanode has been or will be told; not counted as live. */
export const EXCESS = 16;
/** Its stamp or length is not the block's; the real ones stand in Replicas.odd. */
export const ODD = 32;
/** Its digest is the block's fingerprint ... */
export const SAME_DIGEST = 64;
/** ... or another one, which stands in Replicas.others. Neither: no digest is known. */
export const OTHER_DIGEST = 128;
/** Any of these: not a good replica. */
export const NOT_GOOD = CORRUPT | RBW | EXCESS | ODD;

/** Bits of a block's mark byte beside its state (bits 0-1), kept by the audit. */
export const STATE_MASK = 3;
export const SAFE = 4;
export const HAS_CORRUPT = 8;

class Segment {
  readonly ids = new Float64Array(SEGMENT);
  readonly inodes = new Float64Array(SEGMENT);
  readonly stamps = new Float64Array(SEGMENT);
  readonly lengths = new Float64Array(SEGMENT);
  readonly replications = new Uint16Array(SEGMENT);
  readonly marks = new Uint8Array(SEGMENT);
  /** Redundancy queue bits, see LowRedundancy. */
  readonly queues = new Uint8Array(SEGMENT);
  readonly storages = new Uint16Array(SEGMENT * INLINE);
  readonly flags = new Uint8Array(SEGMENT * INLINE);
  /** Halves of the fingerprints: the first eight bytes of a replica's BLAKE3; zeros for none. */
  readonly printsHigh = new Uint32Array(SEGMENT);
  readonly printsLow = new Uint32Array(SEGMENT);
  /** Head of the overflow chain; the next free slot while the slot is free. */
  readonly chains = new Int32Array(SEGMENT);
}

const SEGMENT_BYTES = SEGMENT * (4 * 8 + 2 + 1 + 1 + INLINE * 3 + 8 + 4);

/**
 * All blocks and their replicas in typed arrays, about 64 bytes a block with up to three replicas, index included.
 * A block stands in a slot; a replica of it is named by a ref: 0-2 inline, 3 and above an overflow node. Slots are
 * stable until `remove`; refs only until the next change of the same block's replicas.
 */
export class BlockMap {
  private readonly segments: Segment[] = [];
  private readonly overflow = new OverflowNodes();
  private readonly index = new IdIndex(this);
  private readonly counts = [0, 0, 0, 0];
  private free = -1;
  /** Slots ever used: sweeps go from 0 to here. */
  highSlot = 0;

  /** Number of blocks. */
  get size(): number {
    return this.index.size;
  }

  /** Number of blocks in a state. */
  count(state: BlockState): number {
    return this.counts[state] as number;
  }

  /** The slot of a block, or -1. */
  slotOf(id: number): number {
    return this.index.get(id);
  }

  /** Adds an absent block without replicas. */
  insert(
    id: BlockId,
    inode: InodeId,
    stamp: GenerationStamp,
    lengthBytes: number,
    replication: number,
    state: BlockState,
  ): number {
    let slot = this.free;
    if (slot >= 0) this.free = this.at(slot).chains[slot & SLOT_MASK] as number;
    else slot = this.highSlot++;
    if (slot >>> SEGMENT_BITS === this.segments.length) this.segments.push(new Segment());
    const segment = this.at(slot);
    const i = slot & SLOT_MASK;
    segment.ids[i] = id;
    segment.inodes[i] = inode;
    segment.stamps[i] = stamp;
    segment.lengths[i] = lengthBytes;
    segment.replications[i] = replication;
    segment.marks[i] = state;
    segment.printsHigh[i] = 0;
    segment.printsLow[i] = 0;
    segment.chains[i] = NO_NODE;
    segment.storages[i * INLINE] = NO_STORAGE;
    segment.storages[i * INLINE + 1] = NO_STORAGE;
    segment.storages[i * INLINE + 2] = NO_STORAGE;
    this.index.add(id, slot);
    this.counts[state]!++;
    return slot;
  }

  /** Takes the block out; its replicas must be gone. The slot may be given to another block. */
  remove(slot: number): void {
    const segment = this.at(slot);
    const i = slot & SLOT_MASK;
    this.index.delete(segment.ids[i] as number);
    this.counts[this.stateOf(slot)]!--;
    segment.marks[i] = 0;
    segment.chains[i] = this.free;
    this.free = slot;
  }

  /** True when a block stands in the slot. */
  inUse(slot: number): boolean {
    return this.at(slot).marks[slot & SLOT_MASK] !== 0;
  }

  idOf(slot: number): BlockId {
    return this.at(slot).ids[slot & SLOT_MASK] as BlockId;
  }

  inodeOf(slot: number): InodeId {
    return this.at(slot).inodes[slot & SLOT_MASK] as InodeId;
  }

  stampOf(slot: number): GenerationStamp {
    return this.at(slot).stamps[slot & SLOT_MASK] as GenerationStamp;
  }

  lengthOf(slot: number): number {
    return this.at(slot).lengths[slot & SLOT_MASK] as number;
  }

  replicationOf(slot: number): number {
    return this.at(slot).replications[slot & SLOT_MASK] as number;
  }

  stateOf(slot: number): BlockState {
    return ((this.at(slot).marks[slot & SLOT_MASK] as number) & STATE_MASK) as BlockState;
  }

  marksOf(slot: number): number {
    return this.at(slot).marks[slot & SLOT_MASK] as number;
  }

  queuesOf(slot: number): number {
    return this.at(slot).queues[slot & SLOT_MASK] as number;
  }

  setOwner(slot: number, inode: InodeId, replication: number): void {
    const segment = this.at(slot);
    segment.inodes[slot & SLOT_MASK] = inode;
    segment.replications[slot & SLOT_MASK] = replication;
  }

  setReplication(slot: number, replication: number): void {
    this.at(slot).replications[slot & SLOT_MASK] = replication;
  }

  setContent(slot: number, stamp: GenerationStamp, lengthBytes: number): void {
    const segment = this.at(slot);
    segment.stamps[slot & SLOT_MASK] = stamp;
    segment.lengths[slot & SLOT_MASK] = lengthBytes;
  }

  printHighOf(slot: number): number {
    return this.at(slot).printsHigh[slot & SLOT_MASK] as number;
  }

  printLowOf(slot: number): number {
    return this.at(slot).printsLow[slot & SLOT_MASK] as number;
  }

  setPrint(slot: number, high: number, low: number): void {
    const segment = this.at(slot);
    segment.printsHigh[slot & SLOT_MASK] = high;
    segment.printsLow[slot & SLOT_MASK] = low;
  }

  setMarks(slot: number, marks: number): void {
    this.at(slot).marks[slot & SLOT_MASK] = marks;
  }

  setState(slot: number, state: BlockState): void {
    const segment = this.at(slot);
    this.counts[this.stateOf(slot)]!--;
    this.counts[state]!++;
    segment.marks[slot & SLOT_MASK] = ((segment.marks[slot & SLOT_MASK] as number) & ~STATE_MASK) | state;
  }

  setQueues(slot: number, bits: number): void {
    this.at(slot).queues[slot & SLOT_MASK] = bits;
  }

  /** Ref of the first replica, or -1. */
  first(slot: number): number {
    return this.at(slot).storages[(slot & SLOT_MASK) * INLINE] === NO_STORAGE ? -1 : 0;
  }

  /** Ref of the replica after `ref`, or -1. */
  next(slot: number, ref: number): number {
    if (ref < INLINE - 1) {
      return this.at(slot).storages[(slot & SLOT_MASK) * INLINE + ref + 1] === NO_STORAGE ? -1 : ref + 1;
    }
    const node =
      ref === INLINE - 1 ? (this.at(slot).chains[slot & SLOT_MASK] as number) : this.overflow.next(ref - INLINE);
    return node === NO_NODE ? -1 : node + INLINE;
  }

  storageAt(slot: number, ref: number): number {
    return ref < INLINE
      ? (this.at(slot).storages[(slot & SLOT_MASK) * INLINE + ref] as number)
      : this.overflow.storage(ref - INLINE);
  }

  flagsAt(slot: number, ref: number): number {
    return ref < INLINE
      ? (this.at(slot).flags[(slot & SLOT_MASK) * INLINE + ref] as number)
      : this.overflow.flagsOf(ref - INLINE);
  }

  setFlagsAt(slot: number, ref: number, flags: number): void {
    if (ref < INLINE) this.at(slot).flags[(slot & SLOT_MASK) * INLINE + ref] = flags;
    else this.overflow.setFlags(ref - INLINE, flags);
  }

  setStorageAt(slot: number, ref: number, storage: number): void {
    if (ref < INLINE) this.at(slot).storages[(slot & SLOT_MASK) * INLINE + ref] = storage;
    else this.overflow.setStorage(ref - INLINE, storage);
  }

  /** Ref of the replica on `storage`, or -1. */
  find(slot: number, storage: number): number {
    const segment = this.at(slot);
    const base = (slot & SLOT_MASK) * INLINE;
    if (segment.storages[base] === storage) return 0;
    if (segment.storages[base + 1] === storage) return 1;
    if (segment.storages[base + 2] === storage) return 2;
    for (let node = segment.chains[slot & SLOT_MASK] as number; node !== NO_NODE; node = this.overflow.next(node)) {
      if (this.overflow.storage(node) === storage) return node + INLINE;
    }
    return -1;
  }

  /** Adds a replica on a storage that has none of this block; its ref. */
  addReplica(slot: number, storage: number, flags: number): number {
    const segment = this.at(slot);
    const i = slot & SLOT_MASK;
    for (let k = 0; k < INLINE; k++) {
      if (segment.storages[i * INLINE + k] !== NO_STORAGE) continue;
      segment.storages[i * INLINE + k] = storage;
      segment.flags[i * INLINE + k] = flags;
      return k;
    }
    const node = this.overflow.allocate(storage, flags, segment.chains[i] as number);
    segment.chains[i] = node;
    return node + INLINE;
  }

  /** Removes a replica; the last one takes its place, so other refs of this block are void. */
  removeReplica(slot: number, ref: number): void {
    const segment = this.at(slot);
    const i = slot & SLOT_MASK;
    const head = segment.chains[i] as number;
    if (head !== NO_NODE) {
      if (ref !== head + INLINE) {
        this.setStorageAt(slot, ref, this.overflow.storage(head));
        this.setFlagsAt(slot, ref, this.overflow.flagsOf(head));
      }
      segment.chains[i] = this.overflow.next(head);
      this.overflow.release(head);
      return;
    }
    let last = INLINE - 1;
    while (segment.storages[i * INLINE + last] === NO_STORAGE) last--;
    segment.storages[i * INLINE + ref] = segment.storages[i * INLINE + last] as number;
    segment.flags[i * INLINE + ref] = segment.flags[i * INLINE + last] as number;
    segment.storages[i * INLINE + last] = NO_STORAGE;
  }

  /** Bytes of all arrays. */
  byteLength(): number {
    return this.segments.length * SEGMENT_BYTES + this.index.byteLength() + this.overflow.byteLength();
  }

  private at(slot: number): Segment {
    return this.segments[slot >>> SEGMENT_BITS] as Segment;
  }
}
