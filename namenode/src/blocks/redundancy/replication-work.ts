import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { Storage } from '../datanodes/storage.js';
import { ALIVE, DECOMMISSIONED, IN_MAINTENANCE, SERVICE_MASK } from '../datanodes/storage-table.js';
import { NOT_GOOD } from '../map/block-map.js';
import { BlockState } from '../types.js';
import type { Audit } from './audit.js';
import { ReplicaCounts } from './counts.js';
import { Level } from './low-redundancy.js';

const WORKED_LEVELS = 4;

/** Orders copies of blocks with too few good replicas, most endangered first (BlockManager.computeReconstructionWork). */
export class ReplicationWork {
  private readonly context: BlockContext;
  private readonly audit: Audit;
  private readonly counts = new ReplicaCounts();

  constructor(context: BlockContext, audit: Audit) {
    this.context = context;
    this.audit = audit;
  }

  /** Looks at up to `limit` waiting blocks; the number of copies ordered. */
  order(limit: number): number {
    const { low } = this.context;
    let left = limit;
    let ordered = 0;
    for (let level = 0; level < WORKED_LEVELS && left > 0; level++) {
      for (let waiting = low.waiting(level); waiting > 0 && left > 0; waiting--) {
        const slot = low.take(level);
        if (slot < 0) continue;
        left--;
        ordered += this.orderFor(slot, level);
        low.enqueue(slot);
      }
    }
    return ordered;
  }

  /** Copies that were ordered and did not come are ordered again. */
  expire(): void {
    const { config, pending, map } = this.context;
    for (const slot of pending.expire(this.context.nowMs, config.pendingTimeoutMs)) {
      if (map.inUse(slot)) this.audit.refresh(slot);
    }
  }

  /** What a lost datanode was to copy, or to get, is copied by another, or to another. */
  abandon(datanode: Datanode): void {
    const { map, pending } = this.context;
    for (const slot of pending.abandon(datanode)) if (map.inUse(slot)) this.audit.refresh(slot);
  }

  private orderFor(slot: number, level: number): number {
    const { map, pending, placement, low, table, config } = this.context;
    const source = map.stateOf(slot) === BlockState.COMPLETE ? this.source(slot, level) : undefined;
    if (source === undefined) return 0;
    const live = this.audit.liveStorages(slot, true);
    const expected = map.replicationOf(slot);
    this.counts.count(map, table, slot);
    const serving = this.counts.wanted(expected, config.maintenanceMinReplication);
    const onTheWay = pending.targetsOf(slot);
    const spread = this.audit.spread(slot);
    const missingRacks = placement.missingRacks(spread, expected);
    const wanted = live.length < serving ? serving - live.length - onTheWay.length : missingRacks;
    if (wanted <= 0) return 0;
    const targets = this.targets(slot, source, live, onTheWay, wanted);
    if (targets.length === 0) return 0;
    if (live.length >= serving && placement.missingRacks([...spread, ...targets], expected) >= missingRacks) return 0;
    const block = { id: map.idOf(slot), stamp: map.stampOf(slot), lengthBytes: map.lengthOf(slot) };
    source.transfers.push({ block, targets });
    for (const target of targets) target.datanode.addScheduled(target.type);
    pending.add(slot, targets, this.context.nowMs, source);
    if (live.length + onTheWay.length + targets.length >= serving) low.set(slot, Level.NONE);
    return targets.length;
  }

  private targets(
    slot: number,
    source: Datanode,
    live: readonly Storage[],
    onTheWay: readonly Storage[],
    wanted: number,
  ): Storage[] {
    const { map, table, placement } = this.context;
    const excluded = onTheWay.map((storage) => storage.datanode);
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const storage = table.get(map.storageAt(slot, ref));
      if (storage !== undefined) excluded.push(storage.datanode);
    }
    const request = {
      replicas: wanted,
      writer: { datanode: source, rackPath: source.rack.path },
      chosen: live,
      excluded,
      favored: [],
      blockSizeBytes: map.lengthOf(slot),
      policy: this.context.policyOf(map.inodeOf(slot)),
      newBlock: false,
      avoidLocalNode: false,
      avoidLocalRack: false,
    };
    return placement.chooseTargets(request, this.context.nowMs);
  }

  /**
   * A datanode to copy from: a random one of those below their stream limit; the most endangered blocks may go up to
   * the hard limit; decommissioned ones only when there is nobody else (chooseSourceDatanodes).
   */
  private source(slot: number, level: number): Datanode | undefined {
    const { map, table, config, random } = this.context;
    const limit = level === Level.HIGHEST ? config.replicationStreamsHardLimit : config.maxReplicationStreams;
    let chosen: Datanode | undefined;
    let last: Datanode | undefined;
    let seen = 0;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const index = map.storageAt(slot, ref);
      const bits = (table.bits[index] as number) & SERVICE_MASK;
      const flags = map.flagsAt(slot, ref);
      if ((flags & NOT_GOOD) !== 0 || (bits & ALIVE) === 0 || (bits & IN_MAINTENANCE) !== 0) continue;
      const datanode = (table.get(index) as Storage).datanode;
      if ((bits & DECOMMISSIONED) !== 0) {
        last = datanode;
        continue;
      }
      const streams = bits === ALIVE ? limit : config.replicationStreamsHardLimit;
      if (datanode.transfers.length >= streams) continue;
      seen++;
      if (chosen === undefined || random.below(seen) === 0) chosen = datanode;
    }
    return chosen ?? (seen === 0 ? last : undefined);
  }
}
