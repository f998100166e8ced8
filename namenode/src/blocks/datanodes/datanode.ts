import type { BlockId } from '@rfs/base/ids';
import { InvalidateQueue } from '../redundancy/invalidate-queue.js';
import type { LeavingTally } from '../redundancy/leaving.js';
import type { AdminState, DatanodeRegistration, StorageType, TransferItem } from '../types.js';
import type { Rack } from './rack.js';
import type { Storage } from './storage.js';

/** HDFS rolls the estimate of blocks on their way to a datanode every ten minutes (BLOCKS_SCHEDULED_ROLL_INTERVAL). */
const SCHEDULED_ROLL_MS = 600_000;
const TYPE_COUNT = 7;

/** One registered datanode (DatanodeDescriptor). Sizes are sums over its storages, as of the last heartbeat. */
export class Datanode {
  /** Small number, reused after removal: for marks in arrays. */
  readonly index: number;
  registration: DatanodeRegistration;
  rack: Rack;
  alive = true;
  adminState: AdminState = 'NORMAL';
  /** How far it is with leaving; undefined while it is to stay. */
  leaving: LeavingTally | undefined = undefined;
  /** Monotonic ms when its maintenance is over, for a datanode that is under it. */
  maintenanceUntilMs = 0;
  readonly storages: Storage[] = [];
  /** Monotonic ms of the last heartbeat or registration. */
  lastUpdateMs: number;
  /** Monotonic ms of the last full report that was processed; 0 for none. */
  lastReportMs = 0;
  heartbeatSinceRegistration = false;
  /** It has said that it is about to stop, and has not come back since. */
  stops = false;
  capacityBytes = 0;
  usedBytes = 0;
  remainingBytes = 0;
  blockPoolUsedBytes = 0;
  nonDfsUsedBytes = 0;
  cacheCapacityBytes = 0;
  cacheUsedBytes = 0;
  xceiverCount = 0;
  failedVolumes = 0;
  /** Bytes per second to tell at the next heartbeat; 0 for nothing. */
  balancerBandwidth = 0;
  /** Copies this datanode is to make, oldest first. */
  readonly transfers: TransferItem[] = [];
  /** Blocks whose recovery this datanode is to lead. */
  readonly recoveries: BlockId[] = [];
  /** What a door made of this datanode to show it, for the door to find again. */
  shown: object | null = null;
  readonly invalidates = new InvalidateQueue();
  /** Blocks whose replicas here are to be checked, as others differ from them. */
  readonly verifies: BlockId[] = [];
  private readonly scheduledNow = new Int32Array(TYPE_COUNT);
  private readonly scheduledBefore = new Int32Array(TYPE_COUNT);
  private rolledMs = 0;

  constructor(index: number, registration: DatanodeRegistration, rack: Rack, nowMs: number) {
    this.index = index;
    this.registration = registration;
    this.rack = rack;
    this.lastUpdateMs = nowMs;
  }

  get uuid(): string {
    return this.registration.uuid;
  }

  /** Alive and neither leaving nor in maintenance. */
  get inService(): boolean {
    return this.alive && this.adminState === 'NORMAL';
  }

  /** In maintenance or about to be: it is expected back with what it has (DatanodeInfo.isMaintenance). */
  get underMaintenance(): boolean {
    return this.adminState === 'ENTERING_MAINTENANCE' || this.adminState === 'IN_MAINTENANCE';
  }

  /** Its rack is judged as if it were not there (NetworkTopology.decommissionNode). */
  get decommissioning(): boolean {
    return this.adminState === 'DECOMMISSION_INPROGRESS' || this.adminState === 'DECOMMISSIONED';
  }

  /** No heartbeat for `staleIntervalMs`. */
  isStale(nowMs: number, staleIntervalMs: number): boolean {
    return nowMs - this.lastUpdateMs >= staleIntervalMs;
  }

  storage(id: string): Storage | undefined {
    for (const storage of this.storages) if (storage.id === id) return storage;
    return undefined;
  }

  /** Replicas of all its storages in the map. */
  replicaCount(): number {
    let count = 0;
    for (const storage of this.storages) count += storage.replicaCount;
    return count;
  }

  hasType(type: StorageType): boolean {
    for (const storage of this.storages) if (storage.type === type && storage.health === 'NORMAL') return true;
    return false;
  }

  /** Estimate of blocks sent to this datanode's storages of `type` and not yet reported. */
  scheduled(type: StorageType): number {
    return (this.scheduledNow[type] as number) + (this.scheduledBefore[type] as number);
  }

  addScheduled(type: StorageType): void {
    this.scheduledNow[type] = (this.scheduledNow[type] as number) + 1;
  }

  dropScheduled(type: StorageType): void {
    if ((this.scheduledBefore[type] as number) > 0)
      this.scheduledBefore[type] = (this.scheduledBefore[type] as number) - 1;
    else if ((this.scheduledNow[type] as number) > 0) this.scheduledNow[type] = (this.scheduledNow[type] as number) - 1;
  }

  /** Forgets estimates that are two intervals old, which lost blocks leave behind. */
  rollScheduled(nowMs: number): void {
    if (nowMs - this.rolledMs <= SCHEDULED_ROLL_MS) return;
    this.scheduledBefore.set(this.scheduledNow);
    this.scheduledNow.fill(0);
    this.rolledMs = nowMs;
  }

  /** Drops what it was to be told, and what is on its way to it: this node no longer leads, or the datanode is gone. */
  clearWork(): void {
    this.scheduledNow.fill(0);
    this.scheduledBefore.fill(0);
    this.transfers.length = 0;
    this.recoveries.length = 0;
    this.invalidates.clear();
    this.verifies.length = 0;
    this.balancerBandwidth = 0;
  }
}
