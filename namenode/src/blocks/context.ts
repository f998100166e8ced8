import type { InodeId } from '@rfs/base/ids';
import type { Chance } from './chance.js';
import type { BlockManagerConfig } from './config.js';
import { StorageTable } from './datanodes/storage-table.js';
import { Topology } from './datanodes/topology.js';
import { Digests } from './digests/digests.js';
import { History } from './history.js';
import { BlockMap } from './map/block-map.js';
import { Replicas } from './map/replicas.js';
import type { UnderConstruction } from './map/under-construction.js';
import { DefaultPlacement, HOT, type PlacementPolicy, type StoragePolicy } from './placement/index.js';
import { LowRedundancy } from './redundancy/low-redundancy.js';
import { PendingReconstruction } from './redundancy/pending-reconstruction.js';

/** The storage policy in force for a file: asked for when replicas are to be made or to go, so nothing is kept of it. */
export type PolicyOf = (owner: InodeId) => StoragePolicy;

/** What the parts of the block manager share. Built once by the facade; the parts change it by their own methods only. */
export class BlockContext {
  readonly config: BlockManagerConfig;
  readonly random: Chance;
  readonly topology = new Topology();
  readonly table = new StorageTable();
  readonly map = new BlockMap();
  readonly replicas = new Replicas(this.map, this.table);
  /** Blocks that are not complete, by slot. */
  readonly open = new Map<number, UnderConstruction>();
  readonly digests = new Digests(this.replicas);
  readonly history = new History();
  readonly low = new LowRedundancy(this.map);
  readonly pending = new PendingReconstruction();
  readonly placement: PlacementPolicy;
  readonly policyOf: PolicyOf;
  /** This node leads: only then reports about unknown blocks mean orphans, and only then datanodes obey. */
  leader = false;
  /** The map is being filled from the store: a block that is not in it may still come. */
  rebuilding = false;
  /** Leader and out of the startup safe mode: redundancy is judged and repaired (isPopulatingReplQueues). */
  populating = false;
  /** Monotonic ms of the latest call that brought a time. */
  nowMs = 0;
  /** Since when silence is the datanodes' own: before, this node could not hear them. */
  hearsSinceMs = Number.NEGATIVE_INFINITY;
  /** The highest generation stamp that the log is known to have given out. */
  maxStamp = 0;

  constructor(config: BlockManagerConfig, random: Chance, policyOf: PolicyOf = () => HOT, placement?: PlacementPolicy) {
    this.config = config;
    this.random = random;
    this.policyOf = policyOf;
    this.placement = placement ?? new DefaultPlacement(this.topology, random.fork('placement'), config);
  }
}
