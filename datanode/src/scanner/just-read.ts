import type { BlockId } from '@rfs/base/ids';

/** More do not wait: the round comes by all of them in the end. */
const WAITING_LIMIT = 1000;
const LOOKED_LIMIT = 100_000;

/**
 * Replicas that somebody has just read: what is in use is looked at before what is not. Each comes once in a round, and
 * the round passes it over then, so that a round is no longer for them.
 */
export class JustRead {
  private readonly waiting = new Set<BlockId>();
  private readonly looked = new Set<BlockId>();

  add(blockId: BlockId): void {
    if (this.waiting.size < WAITING_LIMIT) this.waiting.add(blockId);
  }

  /** The one that has waited longest. @param passed tells which ones the round has come by already */
  take(passed: (blockId: BlockId) => boolean): BlockId | null {
    for (const blockId of this.waiting) {
      this.waiting.delete(blockId);
      if (this.looked.size >= LOOKED_LIMIT || this.looked.has(blockId) || passed(blockId)) continue;
      this.looked.add(blockId);
      return blockId;
    }
    return null;
  }

  /** True once for a replica that was taken in this round. */
  wasTaken(blockId: BlockId): boolean {
    return this.looked.delete(blockId);
  }

  beginRound(): void {
    this.looked.clear();
  }
}
