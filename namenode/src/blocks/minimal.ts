import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { BlockContext } from './context.js';
import { NOT_GOOD } from './map/block-map.js';
import type { ReplicaCounts } from './redundancy/counts.js';

/** True when enough finalized replicas with this very stamp and length are known. @param counts is overwritten */
export function isMinimallyReplicated(
  { map, open, table, config }: BlockContext,
  counts: ReplicaCounts,
  block: BlockId,
  stamp: GenerationStamp,
  lengthBytes: number,
): boolean {
  const slot = map.slotOf(block);
  if (slot < 0) return false;
  const construction = open.get(slot);
  if (construction === undefined) {
    if (map.stampOf(slot) !== stamp || map.lengthOf(slot) !== lengthBytes) return false;
    counts.count(map, table, slot);
    return counts.live >= config.minReplication;
  }
  let good = 0;
  for (const replica of construction.reported) {
    if (!replica.finalized || replica.stamp !== stamp || replica.lengthBytes !== lengthBytes) continue;
    const index = replica.storage.index;
    if (table.get(index) !== replica.storage || !replica.storage.datanode.alive) continue;
    const ref = map.find(slot, index);
    if (ref >= 0 && (map.flagsAt(slot, ref) & NOT_GOOD) === 0) good++;
  }
  return good >= config.minReplication;
}
