import { Ring } from '@rfs/base/collections';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { ReplicaStore } from '../store/index.js';

/** Replicas deleted at the same time: the file system works on few at once, and transfers need the threads too. */
const PARALLEL = 4;

interface Order {
  readonly blockId: BlockId;
  readonly generationStamp: GenerationStamp;
}

/** Deletes replicas one after another in the background (FsDatasetAsyncDiskService). */
export class Deletions {
  private readonly store: ReplicaStore;
  private readonly failed: (blockId: BlockId, error: Error) => void;
  private readonly waiting = new Ring<Order>();
  /** Stamps of what waits or is being deleted, by block. */
  private readonly ordered = new Map<BlockId, GenerationStamp>();
  private workers = 0;

  constructor(store: ReplicaStore, failed: (blockId: BlockId, error: Error) => void) {
    this.store = store;
    this.failed = failed;
  }

  get pending(): number {
    return this.waiting.length + this.workers;
  }

  /**
   * The replica is about to go. Full reports leave it out: the namenode that ordered it may not lead any more, and the
   * next one would count on it while it has others deleted.
   */
  isOrdered(blockId: BlockId, generationStamp: GenerationStamp): boolean {
    return this.ordered.get(blockId) === generationStamp;
  }

  add(blockId: BlockId, generationStamp: GenerationStamp): void {
    this.ordered.set(blockId, generationStamp);
    this.waiting.push({ blockId, generationStamp });
    if (this.workers < PARALLEL) void this.work();
  }

  /** Forgets what has not begun: the namenode will ask again. */
  clear(): void {
    this.waiting.clear();
    this.ordered.clear();
  }

  private async work(): Promise<void> {
    this.workers++;
    for (let order = this.waiting.shift(); order !== undefined; order = this.waiting.shift()) {
      try {
        await this.store.invalidate(order.blockId, order.generationStamp);
      } catch (error) {
        this.failed(order.blockId, error as Error);
      }
      if (this.isOrdered(order.blockId, order.generationStamp)) this.ordered.delete(order.blockId);
    }
    this.workers--;
  }
}
