import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { Storage } from '../datanodes/storage.js';
import { ALIVE, MAINTENANCE, SERVICE_MASK, STALE_CONTENTS } from '../datanodes/storage-table.js';
import { CORRUPT, EXCESS, HAS_CORRUPT, NOT_GOOD, ODD, SAFE, STATE_MASK } from '../map/block-map.js';
import { excessTypes } from '../placement/index.js';
import { BlockState } from '../types.js';
import { ReplicaCounts } from './counts.js';
import { Level, levelOf } from './low-redundancy.js';

/**
 * Judges one block after any change of it, its replicas or their storages. Everything is computed from the map; what
 * is kept are sums and the block's place in the queues. Idempotent: judging again changes nothing.
 */
export class Audit {
  /** Complete blocks with at least the minimum of readable replicas, for the safe mode. */
  safeBlocks = 0;
  corruptReplicaBlocks = 0;
  /** Slots whose surplus or corrupt replicas wait for a storage with stale contents to report. */
  readonly postponed = new Set<number>();
  /** Told of every block that was judged, after it was. */
  changed: ((slot: number) => void) | undefined = undefined;
  private readonly context: BlockContext;
  private readonly counts = new ReplicaCounts();

  constructor(context: BlockContext) {
    this.context = context;
  }

  /** `added` is the datanode whose report caused it, `hint` the one that is to lose its replica first. */
  refresh(slot: number, added?: Datanode, hint?: Datanode): void {
    this.context.digests.judge(slot);
    this.judge(slot, added, hint);
    this.changed?.(slot);
  }

  private judge(slot: number, added: Datanode | undefined, hint: Datanode | undefined): void {
    const { map, low } = this.context;
    const counts = this.counts;
    counts.count(map, this.context.table, slot);
    const marks = map.marksOf(slot);
    const complete = (marks & STATE_MASK) === BlockState.COMPLETE;
    this.keepSums(slot, marks, complete);
    if (counts.doomed > 0 && !this.context.populating) this.pardon(slot);
    if (!this.context.populating || !complete) {
      low.set(slot, Level.NONE);
      return;
    }
    const expected = map.replicationOf(slot);
    low.set(slot, this.levelFor(slot, expected));
    const live = counts.live;
    let waits = false;
    // While replicas differ, a surplus one may be the only right one.
    const differ = this.context.digests.disputeOf(slot) !== undefined;
    if (live > expected && !differ) waits = this.trimSurplus(slot, expected, added, hint);
    if (counts.corrupt > 0 && this.mayDropCorrupt(expected)) waits = this.dropCorrupt(slot, false) || waits;
    else if (counts.corrupt > 0 && live >= this.context.config.minReplication) {
      waits = this.dropCorrupt(slot, true) || waits;
    }
    if (live >= expected && counts.corrupt === 0) this.context.history.forget(map.idOf(slot));
    if (waits) this.postponed.add(slot);
    else if (this.postponed.size > 0) this.postponed.delete(slot);
  }

  /** Call before the block leaves the map; its replicas are gone already. */
  forget(slot: number): void {
    const marks = this.context.map.marksOf(slot);
    if ((marks & SAFE) !== 0) this.safeBlocks--;
    if ((marks & HAS_CORRUPT) !== 0) this.corruptReplicaBlocks--;
    this.context.low.set(slot, Level.NONE);
    this.context.digests.forget(slot);
    this.context.history.forget(this.context.map.idOf(slot));
    this.postponed.delete(slot);
  }

  private keepSums(slot: number, marks: number, complete: boolean): void {
    const counts = this.counts;
    const safe = complete && counts.live + counts.outOfService >= this.context.config.safeModeMinReplication;
    const wanted = (marks & STATE_MASK) | (safe ? SAFE : 0) | (counts.corrupt > 0 ? HAS_CORRUPT : 0);
    if (wanted === marks) return;
    this.safeBlocks += (safe ? 1 : 0) - ((marks & SAFE) === 0 ? 0 : 1);
    this.corruptReplicaBlocks += (counts.corrupt > 0 ? 1 : 0) - ((marks & HAS_CORRUPT) === 0 ? 0 : 1);
    this.context.map.setMarks(slot, wanted);
  }

  private levelFor(slot: number, expected: number): Level {
    const { pending, topology } = this.context;
    const counts = this.counts;
    const ordered = pending.size === 0 ? 0 : pending.countOf(slot);
    if (counts.live + ordered >= counts.wanted(expected, this.context.config.maintenanceMinReplication)) {
      if (ordered > 0 || !topology.everMultiRack || expected < 2) return Level.NONE;
      if (this.context.placement.missingRacks(this.spread(slot), expected) === 0) return Level.NONE;
    }
    return levelOf(counts.live, counts.outOfService, expected);
  }

  /** Good replicas in service; those on stale storages only when `stale`. */
  liveStorages(slot: number, stale: boolean): Storage[] {
    const { map, table } = this.context;
    const storages: Storage[] = [];
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      if ((map.flagsAt(slot, ref) & NOT_GOOD) !== 0) continue;
      const index = map.storageAt(slot, ref);
      const bits = table.bits[index] as number;
      if ((bits & SERVICE_MASK) !== ALIVE || (!stale && (bits & STALE_CONTENTS) !== 0)) continue;
      storages.push(table.get(index) as Storage);
    }
    return storages;
  }

  /** Good replicas by which a block's spread over racks is judged: those under maintenance count as well. */
  spread(slot: number): Storage[] {
    const { map, table } = this.context;
    const storages = this.liveStorages(slot, true);
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const index = map.storageAt(slot, ref);
      if (((table.bits[index] as number) & MAINTENANCE) === 0 || (map.flagsAt(slot, ref) & NOT_GOOD) !== 0) continue;
      storages.push(table.get(index) as Storage);
    }
    return storages;
  }

  /** Marks surplus replicas and has them deleted; true when some could not be judged (stale contents). */
  private trimSurplus(
    slot: number,
    expected: number,
    added: Datanode | undefined,
    hint: Datanode | undefined,
  ): boolean {
    const { map, placement, replicas } = this.context;
    const candidates = this.liveStorages(slot, false);
    if (candidates.length > expected) {
      const types = excessTypes(
        this.context.policyOf(map.inodeOf(slot)),
        expected,
        candidates.map((storage) => storage.type),
      );
      const request = { candidates, keep: expected, excessTypes: types, added, hint };
      for (const storage of placement.chooseToDelete(request, this.context.nowMs)) {
        const ref = map.find(slot, storage.index);
        storage.datanode.invalidates.push(map.idOf(slot), replicas.stampAt(slot, ref));
        replicas.setFlags(slot, ref, map.flagsAt(slot, ref) | EXCESS);
      }
    }
    return this.counts.stale > 0;
  }

  /** The orders to delete went with the leadership; what is left of the choice would hide good replicas. */
  private pardon(slot: number): void {
    const { map, replicas } = this.context;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      replicas.setFlags(slot, ref, map.flagsAt(slot, ref) & ~EXCESS);
    }
  }

  /** Enough good ones, or good and bad together too many (BlockManager.markBlockAsCorrupt). */
  private mayDropCorrupt(expected: number): boolean {
    const { live, corrupt, decommissioning, maintenanceForRead } = this.counts;
    const usable = live + decommissioning + maintenanceForRead;
    if (usable >= expected) return true;
    return usable >= this.context.config.minReplication && live + corrupt > expected;
  }

  /** Has corrupt replicas deleted, or only those left behind by a later stamp; true when stale contents forbid it. */
  private dropCorrupt(slot: number, onlyOutdated: boolean): boolean {
    const { map, replicas, table } = this.context;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const flags = map.flagsAt(slot, ref);
      if ((flags & CORRUPT) === 0 || (flags & EXCESS) !== 0) continue;
      const stamp = replicas.stampAt(slot, ref);
      if (onlyOutdated && ((flags & ODD) === 0 || stamp >= map.stampOf(slot))) continue;
      const storage = table.get(map.storageAt(slot, ref));
      if (storage === undefined) continue;
      if (this.counts.stale > 0) return true;
      storage.datanode.invalidates.push(map.idOf(slot), stamp);
      replicas.setFlags(slot, ref, flags | EXCESS);
    }
    return false;
  }
}
