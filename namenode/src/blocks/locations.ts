import type { BlockId } from '@rfs/base/ids';
import type { BlockContext } from './context.js';
import type { Storage } from './datanodes/storage.js';
import { ALIVE, DECOMMISSIONED, DECOMMISSIONING, IN_MAINTENANCE, MAINTENANCE } from './datanodes/storage-table.js';
import { distance, rackDistance } from './datanodes/topology.js';
import { CORRUPT, NOT_GOOD, ODD, RBW } from './map/block-map.js';
import type { BlockRecovery } from './redundancy/block-recovery.js';
import { type BlockLocations, BlockState, type ReaderLocation } from './types.js';

/** Added to the distance of replicas that are to be read last. */
const LAST = 1 << 20;
const FAR = 1 << 10;

/** Where blocks can be read, nearest to the reader first. */
export class Locations {
  private readonly context: BlockContext;
  private readonly recovery: BlockRecovery;

  constructor(context: BlockContext, recovery: BlockRecovery) {
    this.context = context;
    this.recovery = recovery;
  }

  /** Undefined for a block that is not in the map. Distances as in DatanodeManager.sortLocatedBlocks. */
  of(block: BlockId, reader: ReaderLocation | undefined): BlockLocations | undefined {
    const slot = this.context.map.slotOf(block);
    if (slot < 0) return undefined;
    const open = this.context.map.stateOf(slot) === BlockState.COMPLETE ? undefined : this.context.open.get(slot);
    if (open !== undefined) {
      const storages = this.recovery.locations(slot, open);
      return { storages: this.sort(storages, reader), corrupt: false };
    }
    const good = this.readable(slot, NOT_GOOD);
    if (good.length > 0) return { storages: this.sort(good, reader), corrupt: false };
    // Surplus replicas are only about to go: still better than none.
    const surplus = this.readable(slot, CORRUPT | ODD | RBW);
    if (surplus.length > 0) return { storages: this.sort(surplus, reader), corrupt: false };
    const bad = this.readable(slot, RBW);
    return { storages: this.sort(bad, reader), corrupt: bad.length > 0 };
  }

  /** Replicas without any of the flags on living storages that are not in maintenance. */
  private readable(slot: number, without: number): Storage[] {
    const { map, table } = this.context;
    const storages: Storage[] = [];
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const index = map.storageAt(slot, ref);
      const bits = table.bits[index] as number;
      if ((bits & ALIVE) === 0 || (bits & IN_MAINTENANCE) !== 0 || (map.flagsAt(slot, ref) & without) !== 0) continue;
      storages.push(table.get(index) as Storage);
    }
    return storages;
  }

  private sort(storages: Storage[], reader: ReaderLocation | undefined): Storage[] {
    const { random } = this.context;
    for (let i = storages.length - 1; i > 0; i--) swap(storages, i, random.below(i + 1));
    for (let i = 1; i < storages.length; i++) {
      const storage = storages[i] as Storage;
      const weight = this.weight(storage, reader);
      let k = i - 1;
      for (; k >= 0 && this.weight(storages[k] as Storage, reader) > weight; k--)
        storages[k + 1] = storages[k] as Storage;
      storages[k + 1] = storage;
    }
    return storages;
  }

  private weight(storage: Storage, reader: ReaderLocation | undefined): number {
    const { table, config, topology } = this.context;
    const datanode = storage.datanode;
    const bits = table.bits[storage.index] as number;
    let weight = 0;
    if ((bits & DECOMMISSIONED) !== 0) weight = 4 * LAST;
    else if ((bits & DECOMMISSIONING) !== 0) weight = 3 * LAST;
    else if ((bits & MAINTENANCE) !== 0) weight = 2 * LAST;
    else if (config.avoidStaleForRead && datanode.isStale(this.context.nowMs, config.staleIntervalMs)) weight = LAST;
    else if (datanode.stops) weight = LAST;
    if (reader === undefined) return weight;
    if (reader.datanode !== undefined) return weight + distance(reader.datanode, datanode);
    const rack = topology.findRack(reader.rackPath);
    return weight + (rack === undefined ? FAR : 2 + rackDistance(rack, datanode.rack));
  }
}

function swap(storages: Storage[], i: number, k: number): void {
  const kept = storages[i] as Storage;
  storages[i] = storages[k] as Storage;
  storages[k] = kept;
}
