import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { BlockContext } from './context.js';
import type { Datanode } from './datanodes/datanode.js';
import type { Storage } from './datanodes/storage.js';
import { ALIVE, STALE_CONTENTS } from './datanodes/storage-table.js';
import { CORRUPT, EXCESS, NOT_GOOD } from './map/block-map.js';
import { BlockState, type StorageType } from './types.js';

/** Most blocks of one listing, whatever size was asked for: an answer stays well below a frame's limit. */
const MAX_BLOCKS = 50_000;

/** Which of a datanode's blocks are asked for (NamenodeProtocol.getBlocks). */
export interface ListingRequest {
  readonly datanode: Datanode;
  /** Enough once the listed blocks have so many bytes together. */
  readonly sizeBytes: number;
  /** Smaller blocks are passed by. */
  readonly minBlockBytes: number;
  /** Only replicas on storages of this type; undefined for all. */
  readonly type: StorageType | undefined;
  /** True for a block that was used of late: such ones are listed only when the others are not enough. */
  readonly isHot: (owner: InodeId) => boolean;
}

/** A block and where its usable replicas are. */
export interface ListedBlock {
  readonly id: BlockId;
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
  readonly storages: readonly Storage[];
}

/**
 * The blocks of one datanode that a balancer may move, from a random one on and round to the beginning
 * (BlockManager.getBlocksWithLocations). The map knows blocks, not datanodes' lists of them, so it is gone through in
 * steps; as it may change between them, a block may be passed by, and none is listed twice but one that was removed and
 * came back.
 */
export class BlockListing {
  readonly blocks: ListedBlock[] = [];
  private readonly context: BlockContext;
  private readonly request: ListingRequest;
  private readonly start: number;
  /** Places of the map that were looked at. */
  private passed = 0;
  /** The datanode's replicas that were not met yet. */
  private unmet: number;
  private foundBytes = 0;
  private readonly hot: ListedBlock[] = [];

  constructor(context: BlockContext, request: ListingRequest) {
    this.context = context;
    this.request = request;
    this.start = context.map.highSlot === 0 ? 0 : context.random.below(context.map.highSlot);
    this.unmet = request.datanode.replicaCount();
  }

  /** Looks at up to `count` places of the map; true when the listing is complete. */
  step(count: number): boolean {
    const { map } = this.context;
    const { highSlot } = map;
    for (let i = 0; i < count; i++) {
      if (this.passed >= highSlot || this.unmet <= 0 || this.isEnough()) return this.finish();
      this.look((this.start + this.passed++) % highSlot);
    }
    return false;
  }

  private isEnough(): boolean {
    return this.foundBytes >= this.request.sizeBytes || this.blocks.length >= MAX_BLOCKS;
  }

  private finish(): true {
    for (const block of this.hot) {
      if (this.isEnough()) break;
      this.add(block);
    }
    return true;
  }

  private look(slot: number): void {
    const { map } = this.context;
    if (!map.inUse(slot)) return;
    const ref = this.ownRef(slot);
    if (ref < 0) return;
    this.unmet--;
    if (map.stateOf(slot) !== BlockState.COMPLETE || map.lengthOf(slot) < this.request.minBlockBytes) return;
    if ((map.flagsAt(slot, ref) & NOT_GOOD) !== 0 || !this.isWanted(map.storageAt(slot, ref))) return;
    const block = {
      id: map.idOf(slot),
      stamp: map.stampOf(slot),
      lengthBytes: map.lengthOf(slot),
      storages: this.usable(slot),
    };
    if (this.request.isHot(map.inodeOf(slot))) this.hot.push(block);
    else this.add(block);
  }

  /** The datanode's own replica, or -1. */
  private ownRef(slot: number): number {
    const { map, table } = this.context;
    const owner = this.request.datanode.index;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      if (table.owners[map.storageAt(slot, ref)] === owner) return ref;
    }
    return -1;
  }

  /** Of the type asked for; what a storage with stale contents holds is not known for sure (HDFS-10987). */
  private isWanted(index: number): boolean {
    const { table } = this.context;
    if (((table.bits[index] as number) & STALE_CONTENTS) !== 0) return false;
    const { type } = this.request;
    return type === undefined || table.get(index)?.type === type;
  }

  /** Storages whose replica is neither corrupt nor to be deleted (BlockManager.getValidLocations). */
  private usable(slot: number): Storage[] {
    const { map, table } = this.context;
    const storages: Storage[] = [];
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      if ((map.flagsAt(slot, ref) & (CORRUPT | EXCESS)) !== 0) continue;
      const index = map.storageAt(slot, ref);
      if (((table.bits[index] as number) & ALIVE) !== 0) storages.push(table.get(index) as Storage);
    }
    return storages;
  }

  private add(block: ListedBlock): void {
    this.blocks.push(block);
    this.foundBytes += block.lengthBytes;
  }
}
