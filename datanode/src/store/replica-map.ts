import { type BlockId, type GenerationStamp, idHigh, idLow } from '@rfs/base/ids';

const SHARD_BITS = 6;
const SHARD_COUNT = 1 << SHARD_BITS;
const INITIAL_SLOTS = 16;

/** One finalized replica as {@link ReplicaMap.find} leaves it; overwritten by the next call. */
export interface FoundReplica {
  blockId: BlockId;
  generationStamp: GenerationStamp;
  lengthBytes: number;
  /** Index of the volume that holds it. */
  volume: number;
}

/**
 * The finalized replicas of a datanode: 25 bytes a slot in typed arrays, linear probing, no tombstones. Sixty-four
 * shards grow on their own, so that no insertion moves more than one in 64 replicas, and a walk can pause between them.
 */
export class ReplicaMap {
  private readonly shards: Shard[] = [];
  private readonly found: FoundReplica = {
    blockId: 0 as BlockId,
    generationStamp: 0 as GenerationStamp,
    lengthBytes: 0,
    volume: 0,
  };
  private total = 0;

  constructor() {
    for (let i = 0; i < SHARD_COUNT; i++) this.shards.push(new Shard());
  }

  get size(): number {
    return this.total;
  }

  /** How many parts {@link walk} has. */
  get partCount(): number {
    return SHARD_COUNT;
  }

  /** The replica, valid until the next call; null when there is none. */
  find(blockId: BlockId): FoundReplica | null {
    const hash = hashOf(blockId);
    const shard = this.shards[hash >>> (32 - SHARD_BITS)]!;
    const slot = shard.slotOf(blockId, hash);
    if (slot < 0) return null;
    shard.read(slot, this.found);
    return this.found;
  }

  has(blockId: BlockId): boolean {
    const hash = hashOf(blockId);
    return this.shards[hash >>> (32 - SHARD_BITS)]!.slotOf(blockId, hash) >= 0;
  }

  /** Adds the replica or replaces the one that the block has. */
  set(blockId: BlockId, generationStamp: GenerationStamp, lengthBytes: number, volume: number): void {
    const hash = hashOf(blockId);
    if (this.shards[hash >>> (32 - SHARD_BITS)]!.set(blockId, hash, generationStamp, lengthBytes, volume)) this.total++;
  }

  /** False when there was none. */
  delete(blockId: BlockId): boolean {
    const hash = hashOf(blockId);
    const removed = this.shards[hash >>> (32 - SHARD_BITS)]!.delete(blockId, hash);
    if (removed) this.total--;
    return removed;
  }

  /** Shows every replica of one part to `visit`, which must neither keep its argument nor change the map. */
  walk(part: number, visit: (replica: FoundReplica) => void): void {
    const shard = this.shards[part]!;
    for (let slot = 0; slot < shard.volumes.length; slot++) {
      if (shard.volumes[slot] === 0) continue;
      shard.read(slot, this.found);
      visit(this.found);
    }
  }
}

class Shard {
  ids = new Float64Array(INITIAL_SLOTS);
  stamps = new Float64Array(INITIAL_SLOTS);
  lengths = new Float64Array(INITIAL_SLOTS);
  /** Volume index plus one; 0 marks a free slot. */
  volumes = new Uint8Array(INITIAL_SLOTS);
  private used = 0;

  slotOf(blockId: number, hash: number): number {
    const mask = this.volumes.length - 1;
    for (let slot = hash & mask; this.volumes[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.ids[slot] === blockId) return slot;
    }
    return -1;
  }

  read(slot: number, into: FoundReplica): void {
    into.blockId = this.ids[slot]! as BlockId;
    into.generationStamp = this.stamps[slot]! as GenerationStamp;
    into.lengthBytes = this.lengths[slot]!;
    into.volume = this.volumes[slot]! - 1;
  }

  /** True when the block was new. */
  set(blockId: number, hash: number, stamp: number, lengthBytes: number, volume: number): boolean {
    const known = this.slotOf(blockId, hash);
    if (known >= 0) {
      this.write(known, blockId, stamp, lengthBytes, volume);
      return false;
    }
    if ((this.used + 1) * 4 > this.volumes.length * 3) this.grow();
    this.write(this.freeSlot(hash), blockId, stamp, lengthBytes, volume);
    this.used++;
    return true;
  }

  delete(blockId: number, hash: number): boolean {
    let hole = this.slotOf(blockId, hash);
    if (hole < 0) return false;
    const mask = this.volumes.length - 1;
    // Whoever could stand in the hole moves there, so that no search ends early.
    for (let next = (hole + 1) & mask; this.volumes[next] !== 0; next = (next + 1) & mask) {
      const home = hashOf(this.ids[next]!) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.write(hole, this.ids[next]!, this.stamps[next]!, this.lengths[next]!, this.volumes[next]! - 1);
      hole = next;
    }
    this.volumes[hole] = 0;
    this.used--;
    return true;
  }

  private freeSlot(hash: number): number {
    const mask = this.volumes.length - 1;
    let slot = hash & mask;
    while (this.volumes[slot] !== 0) slot = (slot + 1) & mask;
    return slot;
  }

  private write(slot: number, blockId: number, stamp: number, lengthBytes: number, volume: number): void {
    this.ids[slot] = blockId;
    this.stamps[slot] = stamp;
    this.lengths[slot] = lengthBytes;
    this.volumes[slot] = volume + 1;
  }

  private grow(): void {
    const { ids, stamps, lengths, volumes } = this;
    const slots = volumes.length * 2;
    this.ids = new Float64Array(slots);
    this.stamps = new Float64Array(slots);
    this.lengths = new Float64Array(slots);
    this.volumes = new Uint8Array(slots);
    for (let old = 0; old < volumes.length; old++) {
      if (volumes[old] === 0) continue;
      this.write(this.freeSlot(hashOf(ids[old]!)), ids[old]!, stamps[old]!, lengths[old]!, volumes[old]! - 1);
    }
  }
}

/** 32 bits, unsigned: the top ones choose the shard, the low ones the slot. */
function hashOf(blockId: number): number {
  let hash = (idLow(blockId) ^ Math.imul(idHigh(blockId), 0x9e3779b1)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
