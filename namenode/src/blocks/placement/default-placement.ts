import type { Chance } from '../chance.js';
import type { BlockManagerConfig } from '../config.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { Storage } from '../datanodes/storage.js';
import { distance, rackDistance, type Topology } from '../datanodes/topology.js';
import type { ReaderLocation } from '../types.js';
import { chooseToDelete } from './delete-choice.js';
import { Exclusions } from './exclusions.js';
import { PlacementAttempt } from './placement-attempt.js';
import type { DeleteRequest, PlacementPolicy, PlacementRequest } from './policy.js';

/** HDFS tolerates so many missed heartbeats before it prefers a silent datanode for deletion. */
const TOLERATED_HEARTBEATS = 4;

/**
 * HDFS's rule (BlockPlacementPolicyDefault): the first replica on the writer's own datanode, else near it; the second
 * on another rack; the third on the second's rack; further ones anywhere, with a limit per rack.
 */
export class DefaultPlacement implements PlacementPolicy {
  private readonly topology: Topology;
  private readonly random: Chance;
  private readonly config: BlockManagerConfig;
  private readonly exclusions = new Exclusions();

  constructor(topology: Topology, random: Chance, config: BlockManagerConfig) {
    this.topology = topology;
    this.random = random;
    this.config = config;
  }

  chooseTargets(request: PlacementRequest, nowMs: number): Storage[] {
    const exclusions = this.exclusions;
    exclusions.rollBack(0);
    for (const datanode of request.excluded) exclusions.add(datanode);
    for (const storage of request.chosen) exclusions.add(storage.datanode);
    const limit = rackLimit(this.topology, request.chosen.length, request.replicas);
    if (limit.replicas <= 0) return [];
    const results = this.choose(request, limit.replicas, limit.perRack, nowMs);
    return this.pipeline(request.writer, results);
  }

  missingRacks(storages: readonly Storage[], replication: number): number {
    if (!this.topology.everMultiRack) return 0;
    const racks = distinctRacks(storages);
    const wanted = Math.min(2, replication);
    return wanted <= racks || racks >= this.topology.rackCount ? 0 : wanted - racks;
  }

  chooseToDelete(request: DeleteRequest, nowMs: number): Storage[] {
    return chooseToDelete(request, nowMs - this.config.heartbeatIntervalMs * TOLERATED_HEARTBEATS);
  }

  /** Tries the flags' wishes first; when too few storages are left under them, without. */
  private choose(request: PlacementRequest, replicas: number, perRack: number, nowMs: number): Storage[] {
    const writer = request.writer;
    const own = writer?.datanode;
    const base = this.exclusions.length;
    if (request.avoidLocalRack && writer !== undefined && this.topology.rackCount > 2) {
      for (const datanode of this.topology.findRack(writer.rackPath)?.datanodes ?? []) this.exclusions.add(datanode);
      const results = this.attempt(request, replicas, perRack, nowMs);
      if (results.length >= replicas) return results;
      this.exclusions.rollBack(base);
    }
    if (request.avoidLocalNode && own !== undefined && this.exclusions.add(own)) {
      const results = this.attempt(request, replicas, perRack, nowMs);
      if (results.length >= replicas) return results;
      this.exclusions.rollBack(base);
    }
    return this.attempt(request, replicas, perRack, nowMs);
  }

  private attempt(request: PlacementRequest, replicas: number, perRack: number, nowMs: number): Storage[] {
    const attempt = new PlacementAttempt(
      { topology: this.topology, random: this.random, config: this.config, exclusions: this.exclusions },
      request,
      perRack,
      nowMs,
    );
    return attempt.run(replicas);
  }

  /** Orders the storages so that each hop is the nearest left (getPipeline). */
  private pipeline(writer: ReaderLocation | undefined, storages: Storage[]): Storage[] {
    for (let i = 0; i < storages.length; i++) {
      let best = i;
      for (let k = i + 1; k < storages.length; k++) {
        if (this.hop(writer, storages, i, k) < this.hop(writer, storages, i, best)) best = k;
      }
      const nearest = storages[best] as Storage;
      storages[best] = storages[i] as Storage;
      storages[i] = nearest;
    }
    return storages;
  }

  /** Distance from the one before place `i` to the storage at `k`. */
  private hop(writer: ReaderLocation | undefined, storages: readonly Storage[], i: number, k: number): number {
    const to = (storages[k] as Storage).datanode;
    if (i > 0) return distance((storages[i - 1] as Storage).datanode, to);
    if (writer === undefined) return k;
    if (writer.datanode !== undefined) return distance(writer.datanode, to);
    const rack = this.topology.findRack(writer.rackPath);
    return rack === undefined ? k : 2 + rackDistance(rack, to.rack);
  }
}

function distinctRacks(storages: readonly Storage[]): number {
  let count = 0;
  for (let i = 0; i < storages.length; i++) {
    let repeated = false;
    for (let k = 0; k < i && !repeated; k++) repeated = rackOf(storages[k]) === rackOf(storages[i]);
    if (!repeated) count++;
  }
  return count;
}

function rackOf(storage: Storage | undefined): Datanode['rack'] | undefined {
  return storage?.datanode.rack;
}

/** How many can be placed at all and how many of them on one rack (getMaxNodesPerRack). */
function rackLimit(topology: Topology, chosen: number, replicas: number): { replicas: number; perRack: number } {
  const cluster = topology.datanodes.length;
  const total = Math.min(chosen + replicas, cluster);
  const placeable = total - chosen;
  if (topology.rackCount <= 1 || total <= 1) return { replicas: placeable, perRack: total };
  let perRack = Math.floor((total - 1) / topology.rackCount) + 2;
  if (perRack === total) perRack--;
  return { replicas: placeable, perRack };
}
