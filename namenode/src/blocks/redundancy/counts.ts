import {
  ALIVE,
  DECOMMISSIONED,
  DECOMMISSIONING,
  ENTERING_MAINTENANCE,
  MAINTENANCE,
  SERVICE_MASK,
  STALE_CONTENTS,
  type StorageTable,
} from '../datanodes/storage-table.js';
import { type BlockMap, CORRUPT, EXCESS, NOT_GOOD } from '../map/block-map.js';

/** Replicas of one block by condition (NumberReplicas). Reused: `count` fills it. */
export class ReplicaCounts {
  /** Good, on a datanode in service. */
  live = 0;
  /** Those of them on storages whose contents may have changed since they were last reported. */
  liveStale = 0;
  corrupt = 0;
  excess = 0;
  decommissioning = 0;
  decommissioned = 0;
  /** In maintenance, on its way into it, or dead in either: it comes back with its replicas. */
  maintenance = 0;
  /** Those of them that can be read: their datanodes are alive and not in maintenance yet. */
  maintenanceForRead = 0;
  /** Replicas on storages whose contents may have changed since they were last reported. */
  stale = 0;
  /** Chosen for deletion, corrupt ones included. */
  doomed = 0;

  count(map: BlockMap, table: StorageTable, slot: number): void {
    this.live = 0;
    this.liveStale = 0;
    this.corrupt = 0;
    this.excess = 0;
    this.decommissioning = 0;
    this.decommissioned = 0;
    this.maintenance = 0;
    this.maintenanceForRead = 0;
    this.stale = 0;
    this.doomed = 0;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const bits = table.bits[map.storageAt(slot, ref)] as number;
      if ((bits & ALIVE) === 0) {
        if ((bits & MAINTENANCE) !== 0 && (map.flagsAt(slot, ref) & NOT_GOOD) === 0) this.maintenance++;
        continue;
      }
      if ((bits & STALE_CONTENTS) !== 0) this.stale++;
      const flags = map.flagsAt(slot, ref);
      if ((flags & NOT_GOOD) !== 0) {
        if ((flags & EXCESS) !== 0) this.doomed++;
        if ((flags & CORRUPT) !== 0) this.corrupt++;
        else if ((flags & EXCESS) !== 0) this.excess++;
      } else if ((bits & SERVICE_MASK) === ALIVE) {
        this.live++;
        if ((bits & STALE_CONTENTS) !== 0) this.liveStale++;
      } else if ((bits & DECOMMISSIONING) !== 0) this.decommissioning++;
      else if ((bits & DECOMMISSIONED) !== 0) this.decommissioned++;
      else {
        this.maintenance++;
        if ((bits & ENTERING_MAINTENANCE) !== 0) this.maintenanceForRead++;
      }
    }
  }

  /**
   * How many replicas in service a block needs of `expected`: those in maintenance count, but at least so many must
   * serve as maintenance leaves (BlockManager.getExpectedLiveRedundancyNum).
   */
  wanted(expected: number, maintenanceMinimum: number): number {
    return Math.max(expected - this.maintenance, Math.min(maintenanceMinimum, expected));
  }

  get outOfService(): number {
    return this.decommissioning + this.decommissioned + this.maintenance;
  }
}
