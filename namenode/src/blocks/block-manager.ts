import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { NamespaceEvents, StorageRef } from '../namespace/index.js';
import { BlockEvents } from './block-events.js';
import { BlockListing, type ListingRequest } from './block-listing.js';
import type { Chance } from './chance.js';
import type { BlockManagerConfig } from './config.js';
import { BlockContext, type PolicyOf } from './context.js';
import type { Datanode } from './datanodes/datanode.js';
import { DatanodeManager } from './datanodes/datanode-manager.js';
import { ReportLeases } from './datanodes/report-leases.js';
import type { Storage } from './datanodes/storage.js';
import type { Topology } from './datanodes/topology.js';
import { type BlockInspection, inspect } from './inspection.js';
import { Locations } from './locations.js';
import { isMinimallyReplicated } from './minimal.js';
import { Monitor } from './monitor.js';
import type { PlacementPolicy, PlacementRequest } from './placement/index.js';
import { Audit } from './redundancy/audit.js';
import { BlockRecovery } from './redundancy/block-recovery.js';
import { ReplicaCounts } from './redundancy/counts.js';
import { Departures } from './redundancy/departures.js';
import { Dispatch } from './redundancy/dispatch.js';
import { Drain } from './redundancy/drain.js';
import { ReplicationWork } from './redundancy/replication-work.js';
import { FromDatanodes } from './reports/from-datanodes.js';
import { FullReports } from './reports/full-reports.js';
import { ReplicaIntake } from './reports/replica-intake.js';
import { Watchers } from './reports/watchers.js';
import { SafeMode } from './safe-mode.js';
import { clusterStats } from './stats.js';
import { scanTroubled, type TroubledBlock } from './trouble-scan.js';
import {
  type BlockLocations,
  type BlockRef,
  BlockState,
  type ClusterStats,
  type DatanodeReportKind,
  type ReaderLocation,
  type ReplicaWatcher,
} from './types.js';

/**
 * Blocks, replicas and datanodes of a namenode, beside the namespace. Pure: every time is monotonic ms given by the
 * caller, all chance comes from the given Chance. Starts as a follower whose map is being rebuilt.
 */
export class BlockManager {
  /** Input from the applied log. */
  readonly events: NamespaceEvents;
  readonly topology: Topology;
  readonly placement: PlacementPolicy;
  readonly safeMode: SafeMode;
  readonly watchers = new Watchers();
  readonly datanodes: DatanodeManager;
  /** Input from datanodes. */
  readonly fromDatanodes: FromDatanodes;
  private readonly context: BlockContext;
  private readonly audit: Audit;
  private readonly intake: ReplicaIntake;
  private readonly reports: FullReports;
  private readonly drain: Drain;
  private readonly work: ReplicationWork;
  private readonly recovery: BlockRecovery;
  private readonly located: Locations;
  private readonly departures: Departures;
  private readonly monitor: Monitor;
  private readonly blockEvents: BlockEvents;
  private readonly counts = new ReplicaCounts();

  /** @param policyOf by default all files are HOT */
  constructor(config: BlockManagerConfig, random: Chance, policyOf?: PolicyOf, placement?: PlacementPolicy) {
    const context = new BlockContext(config, random, policyOf, placement);
    context.rebuilding = true;
    this.context = context;
    this.topology = context.topology;
    this.placement = context.placement;
    this.safeMode = new SafeMode(config);
    this.audit = new Audit(context);
    this.drain = new Drain(context, this.audit);
    this.work = new ReplicationWork(context, this.audit);
    this.intake = new ReplicaIntake(context, this.audit, this.watchers);
    this.reports = new FullReports(context, this.intake);
    const leases = new ReportLeases(random.fork('report-leases'), config.maxReportLeases, config.reportLeaseMs);
    this.datanodes = new DatanodeManager(context, {
      indexLost: (index) => this.drain.add(index, context.table.get(index)?.replicaCount === 0),
      datanodeLost: (datanode) => {
        leases.release(datanode);
        if (context.populating) this.work.abandon(datanode);
      },
    });
    this.recovery = new BlockRecovery(context, this.datanodes);
    this.located = new Locations(context, this.recovery);
    this.blockEvents = new BlockEvents(context, this.audit, this.intake, this.datanodes, this.recovery);
    this.events = this.blockEvents;
    const { audit, drain, work, reports, intake, safeMode, recovery, datanodes } = this;
    this.departures = new Departures(context, { datanodes, audit, drain, recovery });
    const { departures } = this;
    const dispatch = new Dispatch(context, audit, recovery);
    this.fromDatanodes = new FromDatanodes(context, {
      datanodes,
      leases,
      departures,
      dispatch,
      reports,
      intake,
      safeMode,
    });
    const parts = { audit, drain, departures, work, reports, intake, safeMode };
    this.monitor = new Monitor(context, datanodes, parts);
  }

  /**
   * Brings a block of the store into the map. Each slice must come from the store as it is when the slice is handed
   * over, with all earlier events already given: then a removed block cannot come back.
   */
  restore(
    block: BlockId,
    inode: InodeId,
    stamp: GenerationStamp,
    lengthBytes: number,
    replication: number,
    state: BlockState,
    expected: readonly StorageRef[],
  ): void {
    this.blockEvents.restore(block, inode, stamp, lengthBytes, replication, state, expected);
  }

  /** Files whose blocks are all to be restored once more, as some of them moved there during the rebuild. */
  get movedEarly(): ReadonlySet<InodeId> {
    return this.blockEvents.movedEarly;
  }

  /** All blocks are in. `lastStamp` is the highest generation stamp that the namespace has given out. */
  endRebuild(lastStamp: GenerationStamp): void {
    this.blockEvents.noteStamp(lastStamp);
    this.context.rebuilding = false;
    this.blockEvents.movedEarly.clear();
    this.monitor.refeedAll();
    this.monitor.updatePopulating();
  }

  /** Another state came, not by events: takes out `count` blocks and all datanodes; true when none is left to take out. */
  forget(count: number): boolean {
    this.safeMode.again();
    this.datanodes.forget();
    return this.blockEvents.forget(count);
  }

  /** The namespace gave out a stamp; reports with higher ones are about blocks still to come. */
  noteStamp(stamp: GenerationStamp): void {
    this.blockEvents.noteStamp(stamp);
  }

  /**
   * This node leads from now on, its own term's first entry applied; or no longer does. A new leader trusts no
   * storage to hold only what it last reported, and deletes no surplus before it has reported again.
   */
  setLeader(leader: boolean, nowMs: number): void {
    this.context.nowMs = nowMs;
    if (leader === this.context.leader) return;
    this.context.leader = leader;
    if (leader) {
      this.datanodes.markAllStale();
      this.monitor.refeedAll();
      this.recovery.startAll();
    }
    this.monitor.updatePopulating();
  }

  /** Until now this node could hear nobody: it was not there, stood still, or was cut off. Silence counts from now on. */
  hearAnew(nowMs: number): void {
    this.context.nowMs = nowMs;
    this.context.hearsSinceMs = nowMs;
  }

  /** True when there may be datanodes that this node is about to hear of, and then has more to choose from. */
  expectsDatanodes(nowMs: number): boolean {
    return this.datanodes.expectsMore(nowMs);
  }

  /** The datanode is to be emptied, or to serve as before; said again, it changes nothing. */
  setLeaving(datanode: Datanode, leave: boolean, nowMs: number): void {
    this.context.nowMs = nowMs;
    if (leave) this.departures.start(datanode);
    else this.departures.stop(datanode);
  }

  /** The datanode goes away for a while, and is expected back with what it has until `untilMs` (monotonic). */
  setMaintenance(datanode: Datanode, untilMs: number, nowMs: number): void {
    this.context.nowMs = nowMs;
    this.departures.maintain(datanode, untilMs);
  }

  /** The datanode is not to belong to the cluster: it counts as dead at once. */
  expel(datanode: Datanode): void {
    this.datanodes.expel(datanode);
  }

  /** A client or datanode found the bytes of a replica wrong; `by` is its address. Unknown replicas are ignored. */
  reportBadBlock(block: BlockRef, uuid: string, storageId: string, by = ''): void {
    const datanode = this.datanodes.get(uuid);
    const storage = datanode?.storage(storageId);
    if (storage !== undefined) this.intake.bad(storage, block, by);
    else for (const candidate of datanode?.storages ?? []) this.intake.bad(candidate, block, by);
  }

  /** Storages for a new block or further replicas; fewer than asked for when there are no more. */
  chooseTargets(request: PlacementRequest, nowMs: number): Storage[] {
    this.context.nowMs = nowMs;
    return this.placement.chooseTargets(request, nowMs);
  }

  /** The reader or writer on a host: one of its datanodes if there is one, and its rack. */
  locate(ip: string, hostName: string): ReaderLocation {
    const datanode = this.datanodes.onHost(ip);
    return { datanode, rackPath: datanode?.rack.path ?? this.topology.resolve(ip, hostName) };
  }

  locations(block: BlockId, reader: ReaderLocation | undefined): BlockLocations | undefined {
    return this.located.of(block, reader);
  }

  /** True when enough finalized replicas with this very stamp and length are known, for complete() and addBlock(). */
  isMinimallyReplicated(block: BlockId, stamp: GenerationStamp, lengthBytes: number): boolean {
    return isMinimallyReplicated(this.context, this.counts, block, stamp, lengthBytes);
  }

  /**
   * True when some block that its client has committed is not complete: it waits for its minimum of replicas; or, while
   * the map is being filled, when there may be one.
   */
  get awaitsReplicas(): boolean {
    const { map, rebuilding } = this.context;
    return rebuilding || map.count(BlockState.COMMITTED) > 0;
  }

  /** Everything known of a block, for operators; undefined for a block that the map does not know. */
  inspect(block: BlockId): BlockInspection | undefined {
    return inspect(this.context, block);
  }

  list(request: ListingRequest): BlockListing {
    return new BlockListing(this.context, request);
  }

  /** The file that the block belongs to; undefined for a block that the map does not know. */
  ownerOf(block: BlockId): InodeId | undefined {
    const { map } = this.context;
    const slot = map.slotOf(block);
    return slot < 0 ? undefined : map.inodeOf(slot);
  }

  get blockCount(): number {
    return this.context.map.size;
  }

  get missingBlocks(): number {
    return this.context.low.missingCount;
  }

  /** It leads, and the startup safe mode is over (isPopulatingReplQueues). */
  get judgesRedundancy(): boolean {
    return this.context.populating;
  }

  /**
   * Looks at `count` places of the map from `from` on (0 at first) and tells the blocks without any good replica and
   * their owners, until `visit` returns false. The place to go on from, or -1 at the end: a place is good for later calls,
   * what is added meanwhile may be passed by.
   */
  scanMissing(from: number, count: number, visit: (owner: InodeId, block: BlockId) => boolean): number {
    const { map, low } = this.context;
    const end = Math.min(map.highSlot, from + count);
    for (let slot = from; slot < end; slot++) {
      if (!map.inUse(slot) || !low.isMissing(slot)) continue;
      if (!visit(map.inodeOf(slot), map.idOf(slot))) return slot + 1;
    }
    return end < map.highSlot ? end : -1;
  }

  /** Looks at `count` places of the map from `from` on for blocks that wait for something; like `scanMissing`. */
  scanTroubled(from: number, count: number, visit: (block: TroubledBlock) => void): number {
    return scanTroubled(this.context, this.audit.postponed, from, count, visit);
  }

  liveReplicas(block: BlockId): number {
    const { map, table } = this.context;
    const slot = map.slotOf(block);
    if (slot < 0) return 0;
    this.counts.count(map, table, slot);
    return this.counts.live;
  }

  /** Live storages that should hold a replica of a block under construction. */
  recoveryLocations(block: BlockId): Storage[] {
    const slot = this.context.map.slotOf(block);
    const construction = slot < 0 ? undefined : this.context.open.get(slot);
    return construction === undefined ? [] : this.recovery.locations(slot, construction);
  }

  /** Asks another datanode to lead a recovery that the log has ordered; undefined when none is alive. */
  retryRecovery(block: BlockId, nowMs: number): Datanode | undefined {
    this.context.nowMs = nowMs;
    return this.recovery.start(block);
  }

  /** `watcher` is told of every finalized replica of the block until it is taken back. */
  watch(block: BlockId, watcher: ReplicaWatcher): void {
    this.watchers.add(block, watcher);
  }

  unwatch(block: BlockId, watcher: ReplicaWatcher): void {
    this.watchers.remove(block, watcher);
  }

  /** Call often. Does about `budget` entries of sliced work (reports, losses, scans); true while more is left. */
  tick(nowMs: number, budget: number): boolean {
    this.context.nowMs = nowMs;
    return this.monitor.tick(budget) || (this.reports.waiting > 0 && !this.context.rebuilding);
  }

  /** setSafeMode ENTER or LEAVE was applied. Not for entries replayed at start: LEAVE ends the startup safe mode too. */
  setManualSafeMode(on: boolean): void {
    this.safeMode.setManual(on);
    this.monitor.updatePopulating();
  }

  safeModeTip(nowMs: number): string {
    return this.safeMode.tip(this.monitor.facts(), nowMs);
  }

  datanodeReport(kind: DatanodeReportKind): Datanode[] {
    return this.datanodes.report(kind);
  }

  stats(nowMs: number): ClusterStats {
    return clusterStats(this.context, this.datanodes, this.audit, this.intake.messages.count, nowMs);
  }

  mapBytes(): number {
    return this.context.map.byteLength();
  }
}
