import { unreachable } from '@rfs/base/assert';
import type { BlockManagerConfig } from '../config.js';
import { heartbeatExpiryMs } from '../config.js';
import type { BlockContext } from '../context.js';
import type {
  AdminState,
  DatanodeRegistration,
  DatanodeReportKind,
  HeartbeatReport,
  StorageDescription,
} from '../types.js';
import { Datanode } from './datanode.js';
import { Storage } from './storage.js';

/** So many heartbeats after this node can hear them, all datanodes that are there have come. */
const EXPECTED_HEARTBEATS = 3;

/** Told when a storage's replicas are lost; they leave the map in slices. */
export interface LossListener {
  /** `index` no longer belongs to a storage; whoever swept its replicas releases it. */
  indexLost(index: number): void;
  /** The datanode died or was replaced; its queued work is still in it. */
  datanodeLost(datanode: Datanode): void;
}

/** Datanodes by uuid, address and host; who is alive; their storages (DatanodeManager, HeartbeatManager). */
export class DatanodeManager {
  private readonly context: BlockContext;
  private readonly config: BlockManagerConfig;
  private readonly losses: LossListener;
  private readonly byUuid = new Map<string, Datanode>();
  private readonly byAddress = new Map<string, Datanode>();
  private readonly byIp = new Map<string, Datanode[]>();
  private readonly freeIndexes: number[] = [];
  private nextIndex = 0;
  liveCount = 0;

  constructor(context: BlockContext, losses: LossListener) {
    this.context = context;
    this.config = context.config;
    this.losses = losses;
  }

  get(uuid: string): Datanode | undefined {
    return this.byUuid.get(uuid);
  }

  /** The datanode at "ip:xferPort". */
  atAddress(ip: string, xferPort: number): Datanode | undefined {
    return this.byAddress.get(addressKey(ip, xferPort));
  }

  /** A live datanode on the host, a random one of several. */
  onHost(ip: string): Datanode | undefined {
    const all = this.byIp.get(ip);
    if (all === undefined) return undefined;
    const live = all.length === 1 ? all : all.filter((datanode) => datanode.alive);
    const chosen = live.length > 1 ? live[this.context.random.below(live.length)] : live[0];
    return chosen?.alive === true ? chosen : undefined;
  }

  storage(uuid: string, storageId: string): Storage | undefined {
    return this.byUuid.get(uuid)?.storage(storageId);
  }

  all(): IterableIterator<Datanode> {
    return this.byUuid.values();
  }

  /**
   * Takes a datanode in, or back. Another one at the same address is replaced by it; a known uuid at another address
   * has moved. Replicas of a datanode that was still alive stay (DatanodeManager.registerDatanode).
   */
  register(registration: DatanodeRegistration, nowMs: number): Datanode {
    const key = addressKey(registration.ipAddr, registration.xferPort);
    const neighbour = this.byAddress.get(key);
    if (neighbour !== undefined && neighbour.uuid !== registration.uuid) this.wipe(neighbour);
    const path = this.context.topology.resolve(registration.ipAddr, registration.hostName, registration.peerHostName);
    const rack = this.context.topology.rack(path);
    let datanode = this.byUuid.get(registration.uuid);
    if (datanode === undefined) {
      datanode = new Datanode(this.freeIndexes.pop() ?? this.nextIndex++, registration, rack, nowMs);
      this.byUuid.set(registration.uuid, datanode);
      this.liveCount++;
    } else {
      this.unplace(datanode);
      datanode.registration = registration;
      datanode.rack = rack;
      datanode.lastUpdateMs = nowMs;
      datanode.heartbeatSinceRegistration = false;
      for (const storage of datanode.storages) storage.reportCount = 0;
      if (!datanode.alive) this.liveCount++;
      datanode.alive = true;
      this.refreshStorages(datanode);
    }
    this.byAddress.set(key, datanode);
    const host = this.byIp.get(registration.ipAddr);
    if (host === undefined) this.byIp.set(registration.ipAddr, [datanode]);
    else host.push(datanode);
    this.context.topology.add(datanode);
    return datanode;
  }

  /** True when the sender is registered and alive under this very address; else it is to register. */
  isRegistered(uuid: string, ip: string, xferPort: number): boolean {
    const datanode = this.byUuid.get(uuid);
    return (
      datanode?.alive === true && datanode.registration.ipAddr === ip && datanode.registration.xferPort === xferPort
    );
  }

  /** Notes a heartbeat of a registered datanode (DatanodeDescriptor.updateHeartbeatState). */
  heartbeat(datanode: Datanode, report: HeartbeatReport, nowMs: number): void {
    const checkLost = report.failedVolumes > datanode.failedVolumes || !datanode.heartbeatSinceRegistration;
    const silent =
      checkLost || report.reports.length !== datanode.storages.length ? new Set(datanode.storages) : undefined;
    let capacity = 0;
    let used = 0;
    let remaining = 0;
    let poolUsed = 0;
    let nonDfs = 0;
    for (const entry of report.reports) {
      const storage = this.updateStorage(datanode, entry.storage, entry.failed);
      silent?.delete(storage);
      storage.capacityBytes = entry.capacityBytes;
      storage.usedBytes = entry.usedBytes;
      storage.remainingBytes = entry.remainingBytes;
      storage.blockPoolUsedBytes = entry.blockPoolUsedBytes;
      storage.nonDfsUsedBytes = entry.nonDfsUsedBytes;
      storage.heartbeatSinceTakeover = true;
      capacity += entry.capacityBytes;
      used += entry.usedBytes;
      remaining += entry.remainingBytes;
      poolUsed += entry.blockPoolUsedBytes;
      nonDfs += entry.nonDfsUsedBytes;
    }
    datanode.capacityBytes = capacity;
    datanode.usedBytes = used;
    datanode.remainingBytes = remaining;
    datanode.blockPoolUsedBytes = poolUsed;
    datanode.nonDfsUsedBytes = nonDfs;
    datanode.cacheCapacityBytes = report.cacheCapacityBytes;
    datanode.cacheUsedBytes = report.cacheUsedBytes;
    datanode.xceiverCount = report.xceiverCount;
    datanode.failedVolumes = report.failedVolumes;
    datanode.lastUpdateMs = nowMs;
    datanode.heartbeatSinceRegistration = true;
    datanode.stops = report.leaving === true;
    datanode.rollScheduled(nowMs);
    for (const storage of silent ?? []) this.silentStorage(storage, checkLost);
  }

  /** The storage a message is about, made or changed by what the message says of it. */
  updateStorage(datanode: Datanode, description: StorageDescription, failed = false): Storage {
    let storage = datanode.storage(description.id);
    if (storage === undefined) {
      storage = new Storage(datanode, description.id, description.type, this.context.table.allocate());
      datanode.storages.push(storage);
      this.context.table.attach(storage);
    }
    storage.type = description.type;
    const health = failed ? 'FAILED' : description.health;
    if (storage.health !== health) {
      const lost = health === 'FAILED';
      storage.health = health;
      if (lost) this.lose(storage);
      this.context.table.refresh(storage);
    }
    return storage;
  }

  /** Datanodes silent for longer than the expiry lose their replicas; the number that died now. */
  checkLiveness(nowMs: number): number {
    const expiry = heartbeatExpiryMs(this.config);
    const { hearsSinceMs } = this.context;
    let died = 0;
    for (const datanode of this.byUuid.values()) {
      if (!datanode.alive || nowMs - Math.max(datanode.lastUpdateMs, hearsSinceMs) < expiry) continue;
      this.bury(datanode);
      died++;
    }
    return died;
  }

  /** A datanode that is there is heard within some heartbeats, and its storages are known with its first one. */
  expectsMore(nowMs: number): boolean {
    const patienceMs = EXPECTED_HEARTBEATS * this.config.heartbeatIntervalMs;
    if (nowMs - this.context.hearsSinceMs < patienceMs) return true;
    for (const { alive, heartbeatSinceRegistration, lastUpdateMs } of this.byUuid.values()) {
      if (alive && !heartbeatSinceRegistration && nowMs - lastUpdateMs < patienceMs) return true;
    }
    return false;
  }

  /** Until they report again, nothing is deleted on the strength of what these storages held (markAllDatanodesStale). */
  markAllStale(): void {
    for (const datanode of this.byUuid.values()) {
      for (const storage of datanode.storages) {
        storage.contentsStale = true;
        storage.heartbeatSinceTakeover = false;
        this.context.table.refresh(storage);
      }
    }
  }

  /** The datanodes of one kind of report (DatanodeManager.getDatanodeListForReport). */
  report(kind: DatanodeReportKind): Datanode[] {
    return [...this.byUuid.values()].filter((datanode) => matches(datanode, kind));
  }

  staleCount(nowMs: number): number {
    let count = 0;
    for (const datanode of this.byUuid.values()) {
      if (datanode.alive && datanode.isStale(nowMs, this.config.staleIntervalMs)) count++;
    }
    return count;
  }

  /** From now on its replicas count as those of a datanode in this state; blocks are to be judged again. */
  setAdminState(datanode: Datanode, state: AdminState): void {
    const { topology } = this.context;
    const placed = topology.contains(datanode);
    if (placed) topology.remove(datanode);
    datanode.adminState = state;
    if (placed) topology.add(datanode);
    this.refreshStorages(datanode);
  }

  /** The datanode is no longer wanted: as if it had died, and nothing of it is expected back. */
  expel(datanode: Datanode): void {
    if (datanode.alive) this.bury(datanode);
    this.loseStorages(datanode);
  }

  /** As after a start: nobody is known, so every datanode is told to register and then reports what it has. */
  forget(): void {
    for (const datanode of [...this.byUuid.values()]) this.wipe(datanode);
  }

  /** What a dead datanode kept through its maintenance is lost after all. */
  loseStorages(datanode: Datanode): void {
    for (const storage of datanode.storages.splice(0)) this.losses.indexLost(storage.index);
  }

  refreshStorages(datanode: Datanode): void {
    for (const storage of datanode.storages) this.context.table.refresh(storage);
  }

  /** A storage that the heartbeat left out: failed if volumes were lost, forgotten once it is empty. */
  private silentStorage(storage: Storage, failed: boolean): void {
    if (storage.replicaCount === 0) {
      storage.datanode.storages.splice(storage.datanode.storages.indexOf(storage), 1);
      this.losses.indexLost(storage.index);
    } else if (failed && storage.health !== 'FAILED') {
      storage.health = 'FAILED';
      this.lose(storage);
      this.context.table.refresh(storage);
    }
  }

  /** The storage goes on under a new number, without replicas. */
  private lose(storage: Storage): void {
    this.losses.indexLost(storage.index);
    storage.renumber(this.context.table.allocate());
    this.context.table.attach(storage);
  }

  /**
   * Declares it dead: it stays listed, its storages and replicas go. One under maintenance keeps them, as it is
   * expected back (HeartbeatManager.heartbeatCheck, HDFS-7877).
   */
  private bury(datanode: Datanode): void {
    datanode.alive = false;
    this.liveCount--;
    this.context.topology.remove(datanode);
    if (datanode.underMaintenance) this.refreshStorages(datanode);
    else this.loseStorages(datanode);
    this.losses.datanodeLost(datanode);
    datanode.clearWork();
  }

  /** Removes it altogether. */
  private wipe(datanode: Datanode): void {
    this.expel(datanode);
    this.unplace(datanode);
    this.byUuid.delete(datanode.uuid);
    this.freeIndexes.push(datanode.index);
  }

  private unplace(datanode: Datanode): void {
    this.context.topology.remove(datanode);
    const { ipAddr, xferPort } = datanode.registration;
    if (this.byAddress.get(addressKey(ipAddr, xferPort)) === datanode)
      this.byAddress.delete(addressKey(ipAddr, xferPort));
    const host = this.byIp.get(ipAddr);
    if (host === undefined) return;
    const at = host.indexOf(datanode);
    if (at >= 0) host.splice(at, 1);
    if (host.length === 0) this.byIp.delete(ipAddr);
  }
}

function addressKey(ip: string, port: number): string {
  return `${ip}:${port}`;
}

function matches(datanode: Datanode, kind: DatanodeReportKind): boolean {
  switch (kind) {
    case 'ALL':
      return true;
    case 'LIVE':
      return datanode.alive;
    case 'DEAD':
      return !datanode.alive;
    case 'DECOMMISSIONING':
      return datanode.alive && datanode.adminState === 'DECOMMISSION_INPROGRESS';
    case 'ENTERING_MAINTENANCE':
      return datanode.alive && datanode.adminState === 'ENTERING_MAINTENANCE';
    case 'IN_MAINTENANCE':
      return datanode.adminState === 'IN_MAINTENANCE';
    default:
      return unreachable(kind);
  }
}
