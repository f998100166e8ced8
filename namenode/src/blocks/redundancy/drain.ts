import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { Audit } from './audit.js';

const INDEXES = 65536;

/**
 * Takes the replicas of lost storages out of the map, in slices: one pass over all blocks for all that were lost
 * before it began. From the loss on they count for nothing, as their storage number has no bits.
 */
export class Drain {
  private readonly context: BlockContext;
  private readonly audit: Audit;
  private waiting: number[] = [];
  private running: number[] = [];
  private readonly lost = new Uint8Array(INDEXES);
  /** Whose the storages were that are being taken out. */
  private readonly owners = new Map<number, Datanode>();
  private slot = 0;

  constructor(context: BlockContext, audit: Audit) {
    this.context = context;
    this.audit = audit;
  }

  /** True while replicas of lost storages are left. */
  get active(): boolean {
    return this.running.length + this.waiting.length > 0;
  }

  /** The number's replicas are to go; it may be used again after that. */
  add(index: number, empty: boolean): void {
    const owner = this.context.table.get(index)?.datanode;
    this.context.table.detach(index);
    if (empty) this.context.table.release(index);
    else this.waiting.push(index);
    if (owner !== undefined && !empty) this.owners.set(index, owner);
  }

  /** Looks at up to four times `budget` blocks; what is left of the budget. */
  step(budget: number): number {
    let left = budget;
    while (left > 0 && this.active) {
      if (this.running.length === 0) this.begin();
      left = this.sweep(left);
    }
    return left;
  }

  private begin(): void {
    this.running = this.waiting;
    this.waiting = [];
    this.slot = 0;
    for (const index of this.running) this.lost[index] = 1;
  }

  private sweep(budget: number): number {
    const { map, replicas } = this.context;
    let left = budget;
    while (left > 0 && this.slot < map.highSlot) {
      const slot = this.slot++;
      left -= 0.25;
      if (!map.inUse(slot)) continue;
      let owner: Datanode | undefined;
      let changed = false;
      for (let ref = map.first(slot); ref >= 0; ) {
        if (this.lost[map.storageAt(slot, ref)] === 0) {
          ref = map.next(slot, ref);
          continue;
        }
        owner = this.owners.get(map.storageAt(slot, ref));
        replicas.drop(slot, ref);
        changed = true;
        left -= 0.75;
        ref = map.first(slot);
      }
      if (!changed) continue;
      this.audit.refresh(slot);
      if (owner === undefined || !this.context.low.isMissing(slot)) continue;
      this.context.history.note(map.idOf(slot), owner.alive ? 'VOLUME_FAILED' : 'DIED', owner, this.context.nowMs);
    }
    if (this.slot >= map.highSlot) {
      for (const index of this.running) {
        this.lost[index] = 0;
        this.owners.delete(index);
        this.context.table.release(index);
      }
      this.running = [];
    }
    return left;
  }
}
