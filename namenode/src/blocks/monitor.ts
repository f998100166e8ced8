import type { BlockId } from '@rfs/base/ids';
import type { BlockContext } from './context.js';
import type { DatanodeManager } from './datanodes/datanode-manager.js';
import type { Audit } from './redundancy/audit.js';
import type { Departures } from './redundancy/departures.js';
import type { Drain } from './redundancy/drain.js';
import type { ReplicationWork } from './redundancy/replication-work.js';
import type { FullReports } from './reports/full-reports.js';
import type { ReplicaIntake } from './reports/replica-intake.js';
import type { SafeMode, SafeModeFacts } from './safe-mode.js';
import { BlockState } from './types.js';

const LIVENESS_INTERVAL_MS = 1000;
const POSTPONED_PER_ROUND = 10_000;

/** All that happens by the passing of time, in slices. */
export class Monitor {
  private readonly context: BlockContext;
  private readonly datanodes: DatanodeManager;
  private readonly audit: Audit;
  private readonly drain: Drain;
  private readonly departures: Departures;
  private readonly work: ReplicationWork;
  private readonly reports: FullReports;
  private readonly intake: ReplicaIntake;
  private readonly safeMode: SafeMode;
  private livenessMs = Number.NEGATIVE_INFINITY;
  private redundancyMs = Number.NEGATIVE_INFINITY;
  /** Next slot of the scan that judges every block once this node starts to repair; -1 when it is over. */
  private scan = -1;
  private refeeds: BlockId[] = [];

  constructor(
    context: BlockContext,
    datanodes: DatanodeManager,
    parts: {
      readonly audit: Audit;
      readonly drain: Drain;
      readonly departures: Departures;
      readonly work: ReplicationWork;
      readonly reports: FullReports;
      readonly intake: ReplicaIntake;
      readonly safeMode: SafeMode;
    },
  ) {
    this.context = context;
    this.datanodes = datanodes;
    this.audit = parts.audit;
    this.drain = parts.drain;
    this.departures = parts.departures;
    this.work = parts.work;
    this.reports = parts.reports;
    this.intake = parts.intake;
    this.safeMode = parts.safeMode;
  }

  facts(): SafeModeFacts {
    return {
      safeBlocks: this.audit.safeBlocks,
      completeBlocks: this.context.map.count(BlockState.COMPLETE),
      liveDatanodes: this.datanodes.liveCount,
    };
  }

  /**
   * Does up to about `budget` entries of sliced work and whatever is due; true while sliced work is left. Who is dead is
   * found out before any datanode is said to have left: its replicas must not count for one that leaves.
   */
  tick(budget: number): boolean {
    const { nowMs } = this.context;
    let left = this.reports.step(budget);
    left = this.refeed(left);
    if (nowMs - this.livenessMs >= LIVENESS_INTERVAL_MS) {
      this.livenessMs = nowMs;
      if (!this.safeMode.startup) this.datanodes.checkLiveness(nowMs);
    }
    left = this.drain.step(left);
    this.updatePopulating();
    left = this.scanBlocks(left);
    left = this.departures.step(left);
    if (this.context.populating && nowMs - this.redundancyMs >= this.context.config.redundancyIntervalMs) {
      this.redundancyMs = nowMs;
      this.repair();
    }
    return left <= 0 || this.drain.active;
  }

  /** Every queued message is looked at again: the map is complete now, or this node leads. */
  refeedAll(): void {
    this.refeeds = this.intake.messages.blocks(Number.POSITIVE_INFINITY);
  }

  /** Judges the safe mode and whether redundancy is this node's business; starts a scan when it becomes so. */
  updatePopulating(): void {
    if (!this.context.rebuilding) this.safeMode.check(this.facts(), this.context.nowMs);
    const populating = this.context.leader && !this.context.rebuilding && !this.safeMode.startup;
    if (populating === this.context.populating) return;
    this.context.populating = populating;
    this.scan = 0;
    if (populating) return;
    this.audit.postponed.clear();
    this.context.pending.clear();
    this.context.digests.forgetOrders();
    for (const datanode of this.datanodes.all()) datanode.clearWork();
  }

  private refeed(budget: number): number {
    let left = budget;
    while (left > 0) {
      const block = this.refeeds.pop();
      if (block === undefined) break;
      this.intake.refeed(block);
      left--;
    }
    return left;
  }

  private scanBlocks(budget: number): number {
    const { map } = this.context;
    let left = budget;
    if (this.scan < 0) return left;
    while (left > 0 && this.scan < map.highSlot) {
      const slot = this.scan++;
      if (map.inUse(slot)) this.audit.refresh(slot);
      left--;
    }
    if (this.scan >= map.highSlot) this.scan = -1;
    return left;
  }

  private repair(): void {
    this.context.digests.order(this.context.nowMs, this.context.config.pendingTimeoutMs);
    this.work.expire();
    this.work.order(this.datanodes.liveCount * this.context.config.replicationWorkMultiplier);
    this.judgePostponed();
  }

  /** The oldest first; those that must wait on go to the end. */
  private judgePostponed(): void {
    const { postponed } = this.audit;
    const slots: number[] = [];
    for (const slot of postponed) {
      if (slots.length === POSTPONED_PER_ROUND) break;
      slots.push(slot);
    }
    for (const slot of slots) {
      postponed.delete(slot);
      this.audit.refresh(slot);
    }
  }
}
