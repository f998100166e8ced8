import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { DatanodeManager } from '../datanodes/datanode-manager.js';
import type { Storage } from '../datanodes/storage.js';
import type { UnderConstruction } from '../map/under-construction.js';
import type { BlockRef, RecoveryItem } from '../types.js';

/** Has datanodes agree on the length of a block whose writer is gone (lease recovery, truncate). */
export class BlockRecovery {
  private readonly context: BlockContext;
  private readonly datanodes: DatanodeManager;

  constructor(context: BlockContext, datanodes: DatanodeManager) {
    this.context = context;
    this.datanodes = datanodes;
  }

  /** Remembers that the block is to be recovered under `newStamp`. */
  order(block: BlockId, newStamp: GenerationStamp, truncateTo: BlockRef | undefined): void {
    const construction = this.find(block);
    if (construction !== undefined) construction.recovery = { newStamp, truncateTo };
  }

  /** Starts every recovery that the log has ordered and not seen the end of: this node has become leader. */
  startAll(): void {
    for (const [slot, construction] of this.context.open) {
      if (construction.recovery !== undefined) this.start(this.context.map.idOf(slot));
    }
  }

  /**
   * Has an ordered recovery led by the datanode heard of last among those not yet asked
   * (BlockUnderConstructionFeature.initializeBlockRecovery). Undefined when nothing is ordered or no live datanode has
   * a replica: the caller tries again later.
   */
  start(block: BlockId): Datanode | undefined {
    const construction = this.find(block);
    if (construction?.recovery === undefined) return undefined;
    const live = this.locations(this.context.map.slotOf(block), construction).map((storage) => storage.datanode);
    if (live.every((datanode) => construction.tried.includes(datanode))) construction.tried.length = 0;
    let primary: Datanode | undefined;
    for (const datanode of live) {
      if (construction.tried.includes(datanode)) continue;
      if (primary === undefined || datanode.lastUpdateMs > primary.lastUpdateMs) primary = datanode;
    }
    if (primary === undefined) return undefined;
    construction.tried.push(primary);
    if (!primary.recoveries.includes(block)) primary.recoveries.push(block);
    return primary;
  }

  /** Takes the recoveries that the datanode is to lead; those that are over meanwhile are left out. */
  take(datanode: Datanode): RecoveryItem[] {
    const items: RecoveryItem[] = [];
    const { map } = this.context;
    for (const id of datanode.recoveries.splice(0)) {
      const construction = this.find(id);
      const recovery = construction?.recovery;
      if (construction === undefined || recovery === undefined) continue;
      const slot = map.slotOf(id);
      const all = this.locations(slot, construction);
      const fresh = all.filter((at) => !at.datanode.isStale(this.context.nowMs, this.context.config.staleIntervalMs));
      items.push({
        block: { id, stamp: map.stampOf(slot), lengthBytes: map.lengthOf(slot) },
        newStamp: recovery.newStamp,
        locations: fresh.length > 1 ? fresh : all,
        truncateTo: recovery.truncateTo,
      });
    }
    return items;
  }

  /** Live storages that should have or have reported a replica of the current stamp, one per datanode. */
  locations(slot: number, construction: UnderConstruction): Storage[] {
    const stamp = this.context.map.stampOf(slot);
    const storages: Storage[] = [];
    for (const replica of construction.reported) {
      if (replica.stamp < stamp && !construction.expects(replica.storage)) continue;
      if (this.context.table.get(replica.storage.index) === replica.storage) storages.push(replica.storage);
    }
    for (const ref of construction.expected) {
      const storage = this.datanodes.storage(ref.datanodeUuid, ref.storageId);
      if (storage !== undefined && !storages.some((other) => other.datanode === storage.datanode))
        storages.push(storage);
    }
    return storages.filter((storage) => storage.datanode.alive && storage.health !== 'FAILED');
  }

  private find(block: BlockId): UnderConstruction | undefined {
    const slot = this.context.map.slotOf(block);
    return slot < 0 ? undefined : this.context.open.get(slot);
  }
}
