import type { Datanode } from '../datanodes/datanode.js';
import type { Storage } from '../datanodes/storage.js';
import type { ReaderLocation, StorageType } from '../types.js';
import type { StoragePolicy } from './storage-policies.js';

/** What is to be placed. */
export interface PlacementRequest {
  /** Storages wanted beside `chosen`. */
  readonly replicas: number;
  /** The client, if its host is known; a plain host counts by its rack only. */
  readonly writer: ReaderLocation | undefined;
  /** Storages that hold, or will hold, the block already; not part of the answer. */
  readonly chosen: readonly Storage[];
  readonly excluded: readonly Datanode[];
  /** The client's wishes, tried first. */
  readonly favored: readonly Datanode[];
  readonly blockSizeBytes: number;
  readonly policy: StoragePolicy;
  /** For a new block, not a copy of one that exists: other fallback types, and the third goes to the second's rack. */
  readonly newBlock: boolean;
  /** AddBlockFlag.NO_LOCAL_WRITE: not on the writer's own datanode, if there are others. */
  readonly avoidLocalNode: boolean;
  /** AddBlockFlag.NO_LOCAL_RACK. */
  readonly avoidLocalRack: boolean;
}

/** Which replicas of a block have to go. */
export interface DeleteRequest {
  /** Good replicas on storages with trusted contents. */
  readonly candidates: readonly Storage[];
  /** How many of them stay. */
  readonly keep: number;
  /** Types that may go, one entry for each replica too many (BlockStoragePolicy.chooseExcess). */
  readonly excessTypes: readonly StorageType[];
  /** The datanode that just reported the block. */
  readonly added: Datanode | undefined;
  /** The datanode that the mover of a replica wants it deleted from. */
  readonly hint: Datanode | undefined;
}

/** Where replicas go and which go away. Deterministic for a given Chance. */
export interface PlacementPolicy {
  /** Distinct datanodes' storages in pipeline order; fewer than asked for when there are no more. */
  chooseTargets(request: PlacementRequest, nowMs: number): Storage[];
  /** Replicas on further racks that a block on these storages needs; 0 when it is well placed. */
  missingRacks(storages: readonly Storage[], replication: number): number;
  chooseToDelete(request: DeleteRequest, nowMs: number): Storage[];
}
