import type { BlockId } from '@rfs/base/ids';
import type { BlockContext } from './context.js';
import { HAS_CORRUPT } from './map/block-map.js';
import { Level } from './redundancy/low-redundancy.js';

/** A block that waits for something, as operators list them (BlockManager.metaSave). */
export interface TroubledBlock {
  readonly id: BlockId;
  /** Its queue: 0 is the most urgent; undefined when no replica has to be made. */
  readonly level: number | undefined;
  /** No good replica is left. */
  readonly missing: boolean;
  /** Surplus or corrupt replicas wait for a datanode's report. */
  readonly postponed: boolean;
  /** Copies that are on their way. */
  readonly ordered: number;
  /** Monotonic ms of the last of these orders. */
  readonly orderedMs: number;
  readonly corrupt: boolean;
}

/**
 * Looks at `count` places of the map from `from` on (0 at first) and tells the blocks that wait for something. The
 * place to go on from, or -1 at the end.
 */
export function scanTroubled(
  { map, low, pending }: BlockContext,
  postponed: ReadonlySet<number>,
  from: number,
  count: number,
  visit: (block: TroubledBlock) => void,
): number {
  const end = Math.min(map.highSlot, from + count);
  for (let slot = from; slot < end; slot++) {
    if (!map.inUse(slot)) continue;
    const level = low.levelAt(slot);
    const corrupt = (map.marksOf(slot) & HAS_CORRUPT) !== 0;
    const ordered = pending.size === 0 ? 0 : pending.countOf(slot);
    const waits = postponed.size > 0 && postponed.has(slot);
    if (level === Level.NONE && !corrupt && ordered === 0 && !waits) continue;
    visit({
      id: map.idOf(slot),
      level: level === Level.NONE ? undefined : level,
      missing: low.isMissing(slot),
      postponed: waits,
      ordered,
      orderedMs: pending.sinceMsOf(slot),
      corrupt,
    });
  }
  return end < map.highSlot ? end : -1;
}
