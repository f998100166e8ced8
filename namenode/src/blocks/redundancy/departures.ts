import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { DatanodeManager } from '../datanodes/datanode-manager.js';
import type { Storage } from '../datanodes/storage.js';
import { DECOMMISSIONING, ENTERING_MAINTENANCE } from '../datanodes/storage-table.js';
import { type AdminState, BlockState } from '../types.js';
import type { Audit } from './audit.js';
import type { BlockRecovery } from './block-recovery.js';
import { ReplicaCounts } from './counts.js';
import type { Drain } from './drain.js';
import { LeavingTally } from './leaving.js';

/** What the judging of a block that does not touch the question costs of a slice's budget. */
const PASSED_BY = 0.25;

const LEAVING = DECOMMISSIONING | ENTERING_MAINTENANCE;

/**
 * Takes datanodes out of service (DatanodeAdminManager and its default monitor). One that is to be emptied is
 * decommissioned once every block it has a part in has enough replicas in service elsewhere; one that goes into
 * maintenance is expected back and needs only so many elsewhere as maintenance leaves (HDFS-7877). All that leave are
 * judged together, in passes over the block map cut in slices; what changes behind the cursor of a pass is judged
 * again by `changed`, so that the end of a pass speaks for one moment.
 */
export class Departures {
  private readonly context: BlockContext;
  private readonly datanodes: DatanodeManager;
  private readonly audit: Audit;
  private readonly drain: Drain;
  private readonly recovery: BlockRecovery;
  private readonly counts = new ReplicaCounts();
  /** Next slot of the running pass; -1 while there is none. */
  private cursor = -1;
  private nextPassMs = Number.POSITIVE_INFINITY;
  /** What the running pass has found, by datanode; made anew by each. */
  private readonly tallies = new Map<Datanode, LeavingTally>();
  /** Changed their state at once since the last pass: their replicas count otherwise now, and may be surplus. */
  private readonly moved = new Set<Datanode>();
  /** Monotonic ms when the first maintenance is over. */
  private nextExpiryMs = Number.POSITIVE_INFINITY;

  constructor(
    context: BlockContext,
    parts: {
      readonly datanodes: DatanodeManager;
      readonly audit: Audit;
      readonly drain: Drain;
      readonly recovery: BlockRecovery;
    },
  ) {
    this.context = context;
    this.datanodes = parts.datanodes;
    this.audit = parts.audit;
    this.drain = parts.drain;
    this.recovery = parts.recovery;
    this.audit.changed = (slot) => this.changed(slot);
  }

  /** The datanode is to leave. A dead one has left already; it is judged when it comes back. */
  start(datanode: Datanode): void {
    if (datanode.decommissioning) return;
    this.endKeeping(datanode);
    this.move(datanode, datanode.alive ? 'DECOMMISSION_INPROGRESS' : 'DECOMMISSIONED');
  }

  /**
   * The datanode goes away for a while and is expected back with what it has, until `untilMs` (monotonic). One that is
   * dead or holds nothing that counts is in maintenance at once (HeartbeatManager.startMaintenance).
   */
  maintain(datanode: Datanode, untilMs: number): void {
    datanode.maintenanceUntilMs = untilMs;
    this.nextExpiryMs = Math.min(this.nextExpiryMs, untilMs);
    if (datanode.underMaintenance) return;
    const atOnce =
      !datanode.alive ||
      datanode.adminState === 'DECOMMISSIONED' ||
      this.context.config.maintenanceMinReplication === 0;
    this.move(datanode, atOnce ? 'IN_MAINTENANCE' : 'ENTERING_MAINTENANCE');
    this.moved.add(datanode);
  }

  /** The datanode is to stay, or to serve again. */
  stop(datanode: Datanode): void {
    if (datanode.adminState === 'NORMAL') return;
    this.endKeeping(datanode);
    this.move(datanode, 'NORMAL');
    datanode.leaving = undefined;
    if (datanode.alive) this.moved.add(datanode);
  }

  /** A datanode that was dead is back: what it holds may be the last of its kind, whatever was decided without it. */
  revived(datanode: Datanode): void {
    if (datanode.adminState !== 'DECOMMISSIONED') return;
    this.datanodes.setAdminState(datanode, 'DECOMMISSION_INPROGRESS');
    this.restart();
  }

  /** Looks at up to four times `budget` blocks; what is left of the budget. */
  step(budget: number): number {
    const { context } = this;
    if (context.nowMs >= this.nextExpiryMs) this.expire();
    if (!context.populating) {
      if (this.cursor >= 0) this.restart();
      return budget;
    }
    if (this.cursor < 0) {
      if (context.nowMs < this.nextPassMs) return budget;
      this.begin();
    }
    let left = budget;
    while (left > 0 && this.cursor < context.map.highSlot) {
      left -= context.map.inUse(this.cursor) ? this.judge(this.cursor) : PASSED_BY;
      this.cursor++;
    }
    if (this.cursor >= context.map.highSlot) this.end();
    return left;
  }

  /** A datanode that died under maintenance is not expected back any more: its replicas are lost. */
  private endKeeping(datanode: Datanode): void {
    if (!datanode.alive && datanode.underMaintenance) this.datanodes.loseStorages(datanode);
  }

  private move(datanode: Datanode, state: AdminState): void {
    datanode.leaving = new LeavingTally(this.context.nowMs);
    this.datanodes.setAdminState(datanode, state);
    this.restart();
  }

  /** Maintenance that has lasted as long as it may is over, whether or not the datanode is back. */
  private expire(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const datanode of this.datanodes.all()) {
      if (!datanode.underMaintenance) continue;
      if (this.context.nowMs >= datanode.maintenanceUntilMs) this.stop(datanode);
      else next = Math.min(next, datanode.maintenanceUntilMs);
    }
    this.nextExpiryMs = next;
  }

  /** The next step begins a pass, from the first block on. */
  private restart(): void {
    this.cursor = -1;
    this.nextPassMs = Number.NEGATIVE_INFINITY;
  }

  private begin(): void {
    this.cursor = 0;
    this.tallies.clear();
    for (const datanode of this.datanodes.all()) {
      if (!leaves(datanode)) continue;
      this.tallies.set(datanode, new LeavingTally(datanode.leaving?.sinceMs ?? this.context.nowMs));
    }
  }

  private end(): void {
    this.cursor = -1;
    this.moved.clear();
    let left = 0;
    for (const [datanode, tally] of this.tallies) {
      datanode.leaving = tally;
      if (tally.blocks === 0 && !tally.unsure && this.mayEnd(datanode)) {
        this.datanodes.setAdminState(datanode, datanode.underMaintenance ? 'IN_MAINTENANCE' : 'DECOMMISSIONED');
      } else left++;
    }
    this.tallies.clear();
    const { nowMs, config } = this.context;
    this.nextPassMs = left === 0 ? Number.POSITIVE_INFINITY : nowMs + config.decommissionIntervalMs;
  }

  /**
   * What it holds is known, and no lost storage still stands in the map. A dead one has to wait until nothing lacks a
   * replica: what only it had would count among that (BlockManager.isNodeHealthyForDecommissionOrMaintenance).
   */
  private mayEnd(datanode: Datanode): boolean {
    if (this.drain.active) return false;
    const { low, pending } = this.context;
    if (!datanode.alive) return low.lowCount + low.missingCount + pending.size === 0;
    return datanode.storages.length > 0 && datanode.storages.every((storage) => storage.reportCount > 0);
  }

  /** Judges one block of the pass; what it costs of the budget. */
  private judge(slot: number): number {
    const holders = this.leavingHolders(slot);
    if (holders.length === 0 && !this.onMoved(slot)) return PASSED_BY;
    this.audit.refresh(slot);
    if (holders.length === 0) return 1;
    const { counts } = this;
    counts.count(this.context.map, this.context.table, slot);
    const open = this.context.map.stateOf(slot) !== BlockState.COMPLETE;
    const owner = this.context.map.inodeOf(slot);
    for (const datanode of holders) {
      if (this.isSufficient(slot, datanode)) continue;
      this.tallies.get(datanode)?.add(open, counts.live === 0 && counts.outOfService > 0, owner);
    }
    return 1;
  }

  /** A block that the running pass has judged is another now. */
  private changed(slot: number): void {
    if (slot >= this.cursor || this.tallies.size === 0) return;
    const holders = this.leavingHolders(slot);
    if (holders.length === 0) return;
    this.counts.count(this.context.map, this.context.table, slot);
    for (const datanode of holders) {
      const tally = this.tallies.get(datanode);
      if (tally !== undefined && !this.isSufficient(slot, datanode)) tally.unsure = true;
    }
  }

  /** Datanodes on their way out that have a replica of the block in whatever condition, or are to get one. */
  private leavingHolders(slot: number): Datanode[] {
    const { map, table } = this.context;
    let holders = NOBODY;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const index = map.storageAt(slot, ref);
      if (((table.bits[index] as number) & LEAVING) === 0) continue;
      const datanode = table.get(index)?.datanode;
      if (datanode !== undefined) holders = [...holders, datanode];
    }
    if (map.stateOf(slot) === BlockState.COMPLETE) return holders;
    for (const { datanode } of this.writtenAt(slot)) {
      if (!leaves(datanode) || holders.includes(datanode)) continue;
      holders = [...holders, datanode];
    }
    return holders;
  }

  private onMoved(slot: number): boolean {
    if (this.moved.size === 0) return false;
    const { map, table } = this.context;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      const storage = table.get(map.storageAt(slot, ref));
      if (storage !== undefined && this.moved.has(storage.datanode)) return true;
    }
    return false;
  }

  /**
   * As many replicas in service as the block is to have, spread as it should be; or as many as files have by default,
   * so that one with more than the cluster has datanodes does not hold it up; for maintenance only as many as that
   * leaves. The last block of an open file only needs the least that a write needs
   * (DatanodeAdminManager.isSufficient). Other than there, replicas that the leader before may have had deleted do not
   * count until they are reported again. `counts` must be those of the block.
   */
  private isSufficient(slot: number, leaving: Datanode): boolean {
    const { map, config, placement, topology } = this.context;
    const { counts } = this;
    const live = counts.live - counts.liveStale;
    const state = map.stateOf(slot);
    const maintenance = leaving.underMaintenance;
    if (state === BlockState.UNDER_CONSTRUCTION) {
      const serving = this.writtenAt(slot).filter(({ datanode }) => datanode.inService);
      return serving.length >= config.minReplication;
    }
    if (state === BlockState.COMMITTED) return live >= config.minReplication;
    const expected = map.replicationOf(slot);
    if (maintenance && live >= Math.min(config.maintenanceMinReplication, expected)) return true;
    if (live < counts.wanted(expected, config.maintenanceMinReplication)) {
      return !maintenance && live >= config.defaultReplication;
    }
    if (!topology.everMultiRack || expected < 2) return true;
    return placement.missingRacks(this.audit.spread(slot), expected) === 0;
  }

  private writtenAt(slot: number): Storage[] {
    const construction = this.context.open.get(slot);
    return construction === undefined ? [] : this.recovery.locations(slot, construction);
  }
}

function leaves({ adminState }: Datanode): boolean {
  return adminState === 'DECOMMISSION_INPROGRESS' || adminState === 'ENTERING_MAINTENANCE';
}

const NOBODY: Datanode[] = [];
