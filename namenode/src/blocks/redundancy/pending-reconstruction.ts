import type { Datanode } from '../datanodes/datanode.js';
import type { Storage } from '../datanodes/storage.js';

interface Pending {
  sinceMs: number;
  readonly targets: Storage[];
  /** Who was told to copy; nobody for what a client still writes. */
  source: Datanode | undefined;
}

/** Copies that have been ordered, or are still being written at completion, and not yet reported, by slot. */
export class PendingReconstruction {
  private readonly bySlot = new Map<number, Pending>();

  get size(): number {
    return this.bySlot.size;
  }

  /** Adds targets; the time of all of the block's targets starts again. */
  add(slot: number, targets: readonly Storage[], nowMs: number, source?: Datanode): void {
    const pending = this.bySlot.get(slot);
    if (pending === undefined) {
      this.bySlot.set(slot, { sinceMs: nowMs, targets: [...targets], source });
      return;
    }
    for (const target of targets) if (!pending.targets.includes(target)) pending.targets.push(target);
    pending.sinceMs = nowMs;
    pending.source = source;
    this.bySlot.delete(slot);
    this.bySlot.set(slot, pending);
  }

  /** The datanode reported the block. */
  arrived(slot: number, datanode: Datanode): void {
    const pending = this.bySlot.get(slot);
    if (pending === undefined) return;
    for (let i = pending.targets.length - 1; i >= 0; i--) {
      if ((pending.targets[i] as Storage).datanode === datanode) pending.targets.splice(i, 1);
    }
    if (pending.targets.length === 0) this.bySlot.delete(slot);
  }

  /** Takes out what a lost datanode was to copy or to get; the slots, which must be audited again. */
  abandon(datanode: Datanode): number[] {
    const slots: number[] = [];
    for (const [slot, pending] of this.bySlot) {
      const lost = pending.source === datanode || pending.targets.some((target) => target.datanode === datanode);
      if (!lost) continue;
      slots.push(slot);
      if (pending.source === datanode) this.bySlot.delete(slot);
      else this.arrived(slot, datanode);
    }
    return slots;
  }

  countOf(slot: number): number {
    return this.bySlot.get(slot)?.targets.length ?? 0;
  }

  /** Monotonic ms of the last order; 0 when none is under way. */
  sinceMsOf(slot: number): number {
    return this.bySlot.get(slot)?.sinceMs ?? 0;
  }

  targetsOf(slot: number): readonly Storage[] {
    return this.bySlot.get(slot)?.targets ?? [];
  }

  remove(slot: number): void {
    this.bySlot.delete(slot);
  }

  /** Takes out what has waited longer than `timeoutMs`; their slots, which must be audited again. */
  expire(nowMs: number, timeoutMs: number): number[] {
    const expired: number[] = [];
    for (const [slot, pending] of this.bySlot) {
      if (nowMs - pending.sinceMs <= timeoutMs) break;
      expired.push(slot);
    }
    for (const slot of expired) this.bySlot.delete(slot);
    return expired;
  }

  clear(): void {
    this.bySlot.clear();
  }
}
