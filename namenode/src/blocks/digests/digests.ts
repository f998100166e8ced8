import type { Storage } from '../datanodes/storage.js';
import { ALIVE } from '../datanodes/storage-table.js';
import { type BlockMap, NOT_GOOD, OTHER_DIGEST, SAME_DIGEST } from '../map/block-map.js';
import type { Fingerprint, Replicas } from '../map/replicas.js';
import { BlockState } from '../types.js';

/** How far the search for the wrong replica of a block is whose good replicas differ. */
export type DigestDispute = 'checking' | 'undecided';

interface Dispute {
  /** Storages whose datanodes were asked to check their replica, with the monotonic ms when. */
  readonly askedMs: Map<Storage, number>;
  /** Storages whose replicas were read since, and match their own sums. */
  readonly sound: Set<Storage>;
  decided: DigestDispute;
}

/** Disputes looked at in one round. */
const ROUND_LIMIT = 1000;

/**
 * Compares the digests of a block's replicas. A block has one fingerprint, eight bytes of a BLAKE3; each replica has
 * two bits that say whether it was reported with that one, another or none. Of blocks whose good replicas differ, and
 * of these only, more is kept. Which replica is wrong is not a question of number: their datanodes are asked to check
 * them, and a replica that fails its sums is reported and replaced like any other damage. When all of them match their
 * sums nothing is deleted, as nobody can tell.
 */
export class Digests {
  private readonly replicas: Replicas;
  private readonly map: BlockMap;
  private readonly disputes = new Map<number, Dispute>();

  constructor(replicas: Replicas) {
    this.replicas = replicas;
    this.map = replicas.map;
  }

  /** Blocks whose good replicas differ. */
  get disputedCount(): number {
    return this.disputes.size;
  }

  /** Undefined when the block's replicas agree as far as it is known. */
  disputeOf(slot: number): DigestDispute | undefined {
    return this.disputes.get(slot)?.decided;
  }

  /** A finalized replica was reported with this digest. To be followed by `judge`. */
  note(slot: number, ref: number, high: number, low: number): void {
    const { map, replicas } = this;
    const index = map.storageAt(slot, ref);
    const flags = map.flagsAt(slot, ref);
    const known = map.printHighOf(slot) !== 0 || map.printLowOf(slot) !== 0;
    const equal = map.printHighOf(slot) === high && map.printLowOf(slot) === low;
    if (known && !equal && this.anotherHas(slot, ref, SAME_DIGEST)) {
      replicas.setFlags(slot, ref, (flags & ~SAME_DIGEST) | OTHER_DIGEST);
      replicas.setOther(slot, index, { high, low });
      return;
    }
    replicas.setFlags(slot, ref, (flags & ~OTHER_DIGEST) | SAME_DIGEST);
    if (equal) return;
    map.setPrint(slot, high, low);
    if (replicas.otherCount > 0) this.compareOthers(slot, high, low);
  }

  /** The replicas may have changed: begins or ends the block's dispute. */
  judge(slot: number): void {
    if (this.replicas.otherCount === 0 && this.disputes.size === 0) return;
    const differ = this.map.stateOf(slot) === BlockState.COMPLETE && this.goodOnesDiffer(slot);
    const dispute = this.disputes.get(slot);
    if (!differ) {
      if (dispute !== undefined) this.disputes.delete(slot);
    } else if (dispute === undefined) {
      this.disputes.set(slot, { askedMs: new Map(), sound: new Set(), decided: 'checking' });
    } else dispute.decided = this.allSound(slot, dispute) ? 'undecided' : 'checking';
  }

  /** The datanode has read its replica, and it matches its sums. */
  verified(slot: number, storage: Storage): void {
    const dispute = this.disputes.get(slot);
    if (dispute === undefined) return;
    dispute.sound.add(storage);
    this.judge(slot);
  }

  /** The block gets new content, but for the replicas that `keeps` names: what was reported of these is of the new one. */
  reset(slot: number, keeps: (ref: number) => boolean): void {
    const { map, replicas } = this;
    const kept: { readonly ref: number; readonly print: Fingerprint }[] = [];
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const flags = map.flagsAt(slot, ref);
      if ((flags & (SAME_DIGEST | OTHER_DIGEST)) === 0) continue;
      if (keeps(ref)) kept.push({ ref, print: this.printOf(slot, ref) });
      replicas.setFlags(slot, ref, flags & ~(SAME_DIGEST | OTHER_DIGEST));
    }
    map.setPrint(slot, 0, 0);
    this.disputes.delete(slot);
    for (const { ref, print } of kept) this.note(slot, ref, print.high, print.low);
  }

  /** The block leaves the map. */
  forget(slot: number): void {
    if (this.disputes.size > 0) this.disputes.delete(slot);
  }

  /** Has datanodes check replicas that differ and were not checked; again if nothing was heard for `retryMs`. */
  order(nowMs: number, retryMs: number): void {
    let looked = 0;
    for (const [slot, dispute] of this.disputes) {
      if (looked++ === ROUND_LIMIT) break;
      this.orderFor(slot, dispute, nowMs, retryMs);
    }
  }

  /** This node is no longer the one that asks. */
  forgetOrders(): void {
    for (const dispute of this.disputes.values()) dispute.askedMs.clear();
  }

  private orderFor(slot: number, dispute: Dispute, nowMs: number, retryMs: number): void {
    const { map } = this;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const storage = this.comparable(slot, ref);
      if (storage === undefined || dispute.sound.has(storage)) continue;
      const askedMs = dispute.askedMs.get(storage);
      if (askedMs !== undefined && nowMs - askedMs < retryMs) continue;
      dispute.askedMs.set(storage, nowMs);
      storage.datanode.verifies.push(map.idOf(slot));
    }
  }

  private allSound(slot: number, dispute: Dispute): boolean {
    for (let ref = this.map.first(slot); ref >= 0; ref = this.map.next(slot, ref)) {
      const storage = this.comparable(slot, ref);
      if (storage !== undefined && !dispute.sound.has(storage)) return false;
    }
    return true;
  }

  /** With what a replica was reported that has one of the two bits. */
  private printOf(slot: number, ref: number): Fingerprint {
    const { map, replicas } = this;
    const other = (map.flagsAt(slot, ref) & OTHER_DIGEST) !== 0;
    const kept = other ? replicas.otherAt(slot, map.storageAt(slot, ref)) : undefined;
    return kept ?? { high: map.printHighOf(slot), low: map.printLowOf(slot) };
  }

  private goodOnesDiffer(slot: number): boolean {
    const { map } = this;
    let first: Fingerprint | undefined;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      if (this.comparable(slot, ref) === undefined) continue;
      const print = this.printOf(slot, ref);
      first ??= print;
      if (first.high !== print.high || first.low !== print.low) return true;
    }
    return false;
  }

  /** The storage of a good replica whose digest is known and whose datanode is alive. */
  private comparable(slot: number, ref: number): Storage | undefined {
    const { map, replicas } = this;
    const flags = map.flagsAt(slot, ref);
    if ((flags & NOT_GOOD) !== 0 || (flags & (SAME_DIGEST | OTHER_DIGEST)) === 0) return undefined;
    const index = map.storageAt(slot, ref);
    return ((replicas.table.bits[index] as number) & ALIVE) === 0 ? undefined : replicas.table.get(index);
  }

  private anotherHas(slot: number, ref: number, flag: number): boolean {
    const { map } = this;
    for (let one = map.first(slot); one >= 0; one = map.next(slot, one)) {
      if (one !== ref && (map.flagsAt(slot, one) & flag) !== 0) return true;
    }
    return false;
  }

  /** The block's fingerprint is a new one: others that were reported with it do not differ any more. */
  private compareOthers(slot: number, high: number, low: number): void {
    const { map, replicas } = this;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const flags = map.flagsAt(slot, ref);
      if ((flags & OTHER_DIGEST) === 0) continue;
      const other = replicas.otherAt(slot, map.storageAt(slot, ref));
      if (other?.high !== high || other.low !== low) continue;
      replicas.setFlags(slot, ref, (flags & ~OTHER_DIGEST) | SAME_DIGEST);
    }
  }
}
