import { LruCache } from '@rfs/base/collections';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';

/** HDFS's: so many are remembered for so long after they were looked at (VolumeScanner.recentSuspectBlocks). */
const RECENT_LIMIT = 1000;
const RECENT_MS = 10 * 60_000;
/** More do not wait: the scan comes by all of them in the end. */
const WAITING_LIMIT = 10_000;

interface Looked {
  readonly generationStamp: GenerationStamp;
  readonly atMs: number;
}

/** Replicas to look at before all others, each at most once in ten minutes. */
export class Suspects {
  private readonly waiting = new Set<BlockId>();
  private readonly recent = new LruCache<BlockId, Looked>(RECENT_LIMIT);

  /** False when the replica waits already, or has been looked at just now. */
  add(blockId: BlockId, generationStamp: GenerationStamp, nowMs: number): boolean {
    if (this.waiting.has(blockId) || this.waiting.size >= WAITING_LIMIT) return false;
    const looked = this.recent.get(blockId);
    if (looked?.generationStamp === generationStamp && nowMs - looked.atMs < RECENT_MS) return false;
    this.recent.set(blockId, { generationStamp, atMs: nowMs });
    this.waiting.add(blockId);
    return true;
  }

  get count(): number {
    return this.waiting.size;
  }

  /** The one that has waited longest. */
  take(): BlockId | null {
    for (const blockId of this.waiting) {
      this.waiting.delete(blockId);
      return blockId;
    }
    return null;
  }
}
