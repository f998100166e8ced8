import type { Chance } from '../chance.js';
import type { BlockManagerConfig } from '../config.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { Rack } from '../datanodes/rack.js';
import type { Storage } from '../datanodes/storage.js';
import type { Topology } from '../datanodes/topology.js';
import type { StorageType } from '../types.js';
import type { Exclusions } from './exclusions.js';
import type { PlacementRequest } from './policy.js';
import { requiredTypes } from './storage-policies.js';

export interface PlacementWorld {
  readonly topology: Topology;
  readonly random: Chance;
  readonly config: BlockManagerConfig;
  readonly exclusions: Exclusions;
}

/** Random draws before all candidates are listed. */
const QUICK_DRAWS = 8;

/** One try to place a block's replicas; collects storages until enough or until nothing is left. */
export class PlacementAttempt {
  private readonly world: PlacementWorld;
  private readonly request: PlacementRequest;
  private readonly perRack: number;
  private readonly nowMs: number;
  private readonly maxLoad: number;
  /** `request.chosen`, then what this attempt adds. */
  private readonly results: Storage[];
  private types: StorageType[] = [];
  private avoidStale: boolean;
  private avoidBusy = true;

  constructor(world: PlacementWorld, request: PlacementRequest, perRack: number, nowMs: number) {
    this.world = world;
    this.request = request;
    this.perRack = perRack;
    this.nowMs = nowMs;
    this.results = [...request.chosen];
    this.avoidStale = world.config.avoidStaleForWrite && fewAreStale(world, nowMs);
    this.maxLoad = world.config.considerLoadFactor * averageLoad(world.topology);
  }

  /** Storages for up to `replicas` more replicas. */
  run(replicas: number): Storage[] {
    const { request } = this;
    const wanted = request.chosen.length + replicas;
    const unavailable = new Set<StorageType>();
    const base = this.world.exclusions.length;
    this.types = this.typesLeft(wanted, unavailable);
    this.chooseFavored(wanted);
    for (;;) {
      if (this.types.length > 0) this.inOrder(wanted);
      if (this.results.length >= wanted) break;
      this.world.exclusions.rollBack(base);
      for (const storage of this.results) this.world.exclusions.add(storage.datanode);
      if (this.avoidStale) {
        this.avoidStale = false;
      } else {
        const before = unavailable.size;
        for (const type of this.types) unavailable.add(type);
        if (unavailable.size === before) {
          if (!this.avoidBusy) break;
          // HDFS writes fewer replicas then: of three idle datanodes one with a single transfer is far above the average.
          this.avoidBusy = false;
          unavailable.clear();
        }
      }
      this.types = this.typesLeft(wanted, unavailable);
    }
    return this.results.slice(request.chosen.length);
  }

  private typesLeft(wanted: number, unavailable: ReadonlySet<StorageType>): StorageType[] {
    const present = this.results.map((storage) => storage.type);
    return requiredTypes(this.request.policy, wanted, present, unavailable, this.request.newBlock);
  }

  private chooseFavored(wanted: number): void {
    for (const datanode of this.request.favored) {
      if (this.results.length >= wanted || this.types.length === 0) return;
      if (this.world.exclusions.add(datanode)) this.tryNode(datanode, false);
    }
  }

  /** First, second, third and the rest; ends early when nothing fits (chooseTargetInOrder). */
  private inOrder(wanted: number): void {
    const results = this.results;
    if (results.length === 0 && !this.first()) return;
    if (results.length >= wanted) return;
    const dn0 = (results[0] as Storage).datanode;
    if (results.length === 1 && !this.offRack(dn0.rack)) return;
    if (results.length >= wanted) return;
    const dn1 = (results[1] as Storage).datanode;
    if (results.length === 2) {
      const anchor = this.request.newBlock ? dn1 : (this.request.writer?.datanode ?? dn0);
      const placed = dn0.rack === dn1.rack ? this.offRack(dn0.rack) : this.onRackOf(anchor);
      if (!placed) return;
    }
    while (results.length < wanted && this.random(undefined, undefined));
  }

  /** The writer's own datanode, else its rack, else anywhere (chooseLocalStorage). */
  private first(): boolean {
    const writer = this.request.writer;
    const own = writer?.datanode;
    if (writer === undefined) return this.random(undefined, undefined);
    if (own !== undefined && this.world.config.preferLocalNode && this.world.topology.contains(own)) {
      if (this.world.exclusions.add(own) && this.tryNode(own, false)) return true;
    }
    const rack = own?.rack ?? this.world.topology.findRack(writer.rackPath);
    if (rack !== undefined && this.random(rack, undefined)) return true;
    return this.random(undefined, undefined);
  }

  private offRack(rack: Rack): boolean {
    return this.random(undefined, rack) || this.random(rack, undefined);
  }

  /** On the anchor's rack, else on that of another replica, else anywhere (chooseLocalRack). */
  private onRackOf(anchor: Datanode): boolean {
    if (this.random(anchor.rack, undefined)) return true;
    const other = this.results.find((storage) => storage.datanode !== anchor);
    if (other !== undefined && this.random(other.datanode.rack, undefined)) return true;
    return this.random(undefined, undefined);
  }

  /** Places one replica on a random good datanode in `inside` (or anywhere) but not in `outside`. */
  private random(inside: Rack | undefined, outside: Rack | undefined): boolean {
    const pool = inside?.datanodes ?? this.world.topology.datanodes;
    if (pool.length === 0) return false;
    for (let draw = 0; draw < QUICK_DRAWS; draw++) {
      const datanode = pool[this.world.random.below(pool.length)] as Datanode;
      if (!this.eligible(datanode, outside)) continue;
      this.world.exclusions.add(datanode);
      if (this.tryNode(datanode, true)) return true;
    }
    const left = pool.filter((datanode) => this.eligible(datanode, outside));
    while (left.length > 0) {
      const at = this.world.random.below(left.length);
      const datanode = left[at] as Datanode;
      left[at] = left[left.length - 1] as Datanode;
      left.pop();
      this.world.exclusions.add(datanode);
      if (this.tryNode(datanode, true)) return true;
    }
    return false;
  }

  private eligible(datanode: Datanode, outside: Rack | undefined): boolean {
    if (datanode.rack === outside || this.world.exclusions.has(datanode)) return false;
    return this.types.some((type) => datanode.hasType(type));
  }

  /** Takes a storage of the datanode when it is good enough and has room. */
  private tryNode(datanode: Datanode, considerLoad: boolean): boolean {
    if (!this.good(datanode, considerLoad)) return false;
    for (let i = 0; i < this.types.length; i++) {
      const storage = this.roomOn(datanode, this.types[i] as StorageType);
      if (storage === undefined) continue;
      this.results.push(storage);
      this.types.splice(i, 1);
      return true;
    }
    return false;
  }

  /** In service, fresh, not too busy, and its rack not full (isGoodDatanode). */
  private good(datanode: Datanode, considerLoad: boolean): boolean {
    if (!datanode.inService) return false;
    if (this.avoidStale && datanode.isStale(this.nowMs, this.world.config.staleIntervalMs)) return false;
    if (considerLoad && this.avoidBusy && this.maxLoad > 0 && datanode.xceiverCount > this.maxLoad) return false;
    let onRack = 1;
    for (const storage of this.results) if (storage.datanode.rack === datanode.rack) onRack++;
    return onRack <= this.perRack;
  }

  /** A storage of the type, if all of that type together have room beside what is on its way (chooseStorage4Block). */
  private roomOn(datanode: Datanode, type: StorageType): Storage | undefined {
    const required = this.request.blockSizeBytes * this.world.config.minBlocksForWrite;
    let remaining = 0;
    let found: Storage | undefined;
    for (const storage of datanode.storages) {
      if (storage.health !== 'NORMAL' || storage.type !== type || storage.remainingBytes < required) continue;
      remaining += storage.remainingBytes;
      if (found === undefined || storage.remainingBytes > found.remainingBytes) found = storage;
    }
    const scheduled = this.request.blockSizeBytes * datanode.scheduled(type);
    return required > remaining - scheduled ? undefined : found;
  }
}

/** Beyond a share of stale datanodes the others would have to take all writes (shouldAvoidStaleDataNodesForWrite). */
function fewAreStale({ topology, config }: PlacementWorld, nowMs: number): boolean {
  let stale = 0;
  for (const datanode of topology.datanodes) if (datanode.isStale(nowMs, config.staleIntervalMs)) stale++;
  return stale > 0 && stale <= topology.datanodes.length * config.staleRatioForWrite;
}

/** Transfers per datanode in service; one that stops, and takes no more, would make the others look busy. */
function averageLoad(topology: Topology): number {
  let sum = 0;
  let count = 0;
  for (const datanode of topology.datanodes) {
    if (!datanode.inService || datanode.stops) continue;
    sum += datanode.xceiverCount;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
