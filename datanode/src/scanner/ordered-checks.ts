import type { BlockId } from '@rfs/base/ids';
import type { ReplicaStore } from '../store/index.js';
import type { ReplicaCheck, SoundReplica } from './replica-check.js';

/** More do not wait: a namenode that hears nothing asks again. */
const WAITING_LIMIT = 10_000;

export interface OrderedChecksOptions {
  readonly store: ReplicaStore;
  readonly check: ReplicaCheck;
  readonly sound: (replica: SoundReplica) => void;
}

/**
 * Checks that a namenode has ordered, because replicas of a block differ: at once and at full speed, one after another,
 * also while the block scanner is off, and also of what was looked at a moment ago.
 */
export class OrderedChecks {
  private readonly options: OrderedChecksOptions;
  private readonly waiting = new Set<BlockId>();
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(options: OrderedChecksOptions) {
    this.options = options;
  }

  add(blockId: BlockId): void {
    if (this.stopped || this.waiting.size >= WAITING_LIMIT) return;
    this.waiting.add(blockId);
    this.running ??= this.work();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.clear();
    await this.running;
  }

  private async work(): Promise<void> {
    const { store, check, sound } = this.options;
    for (const blockId of this.waiting) {
      this.waiting.delete(blockId);
      const volume = store.view(blockId)?.volume;
      if (volume === undefined || volume.failure !== null) continue;
      try {
        const replica = await check.look(blockId, volume, () => Promise.resolve(!this.stopped));
        if (replica !== null) sound(replica);
      } catch (error) {
        store.diskError(volume, error as Error);
      }
    }
    this.running = null;
  }
}
