import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Datanode } from './datanodes/datanode.js';
import type { Storage } from './datanodes/storage.js';
import type { Fingerprint } from './map/replicas.js';

/** HDFS's StorageType, in its order (also the numbers of StorageTypeProto). */
export const StorageType = { DISK: 1, SSD: 2, ARCHIVE: 3, RAM_DISK: 4, PROVIDED: 5, NVDIMM: 6 } as const;
export type StorageType = (typeof StorageType)[keyof typeof StorageType];

/** HdfsServerConstants.ReplicaState as block reports carry it. */
export const ReplicaState = { FINALIZED: 0, RBW: 1, RWR: 2, RUR: 3, TEMPORARY: 4 } as const;
export type ReplicaState = (typeof ReplicaState)[keyof typeof ReplicaState];

/** Where a block stands in its life (HdfsServerConstants.BlockUCState without the recovery shade). */
export const BlockState = { UNDER_CONSTRUCTION: 1, COMMITTED: 2, COMPLETE: 3 } as const;
export type BlockState = (typeof BlockState)[keyof typeof BlockState];

/** DatanodeInfo.AdminStates. */
export type AdminState =
  | 'NORMAL'
  | 'DECOMMISSION_INPROGRESS'
  | 'DECOMMISSIONED'
  | 'ENTERING_MAINTENANCE'
  | 'IN_MAINTENANCE';

export type StorageHealth = 'NORMAL' | 'READ_ONLY' | 'FAILED';

/** One replica or block on the wire: id, stamp and length in bytes. */
export interface BlockRef {
  readonly id: BlockId;
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
}

/** What a datanode says of itself; `ipAddr` and `peerHostName` are the socket's, not the message's. */
export interface DatanodeRegistration {
  readonly uuid: string;
  readonly ipAddr: string;
  readonly hostName: string;
  readonly peerHostName: string;
  readonly xferPort: number;
  readonly infoPort: number;
  readonly infoSecurePort: number;
  readonly ipcPort: number;
  readonly softwareVersion: string;
}

/** DatanodeStorageProto. */
export interface StorageDescription {
  readonly id: string;
  readonly type: StorageType;
  readonly health: StorageHealth;
}

/** StorageReportProto; all sizes in bytes. */
export interface StorageReport {
  readonly storage: StorageDescription;
  readonly failed: boolean;
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly remainingBytes: number;
  readonly blockPoolUsedBytes: number;
  readonly nonDfsUsedBytes: number;
}

export interface HeartbeatReport {
  readonly reports: readonly StorageReport[];
  readonly xceiverCount: number;
  readonly xmitsInProgress: number;
  readonly failedVolumes: number;
  readonly cacheCapacityBytes: number;
  readonly cacheUsedBytes: number;
  readonly requestFullReportLease: boolean;
  /** It is about to stop. */
  readonly leaving?: boolean;
  /** Another node may lead by now: orders wait until that is settled. */
  readonly withholdOrders?: boolean;
}

/** Digests of finalized replicas on one storage, in the form of RfsReplicaDigestsProto. */
export interface ReplicaDigests {
  readonly storageId: string;
  readonly count: number;
  readonly entries: Uint8Array;
}

/** A block and the storages that one datanode is to copy it to. */
export interface TransferItem {
  readonly block: BlockRef;
  readonly targets: readonly Storage[];
}

/** One RecoveringBlock: the primary synchronizes the replicas at `locations` under `newStamp`. */
export interface RecoveryItem {
  readonly block: BlockRef;
  readonly newStamp: GenerationStamp;
  readonly locations: readonly Storage[];
  /** The block as it is to be after a truncate: its length is the new one, its id may be another (copy on truncate). */
  readonly truncateTo: BlockRef | undefined;
}

/** What a heartbeat's answer tells a datanode to do. */
export type DatanodeCommand =
  | { readonly kind: 'register' }
  | { readonly kind: 'transfer'; readonly items: readonly TransferItem[] }
  | { readonly kind: 'invalidate'; readonly blocks: readonly BlockRef[] }
  | { readonly kind: 'recover'; readonly items: readonly RecoveryItem[] }
  | { readonly kind: 'balancerBandwidth'; readonly bytesPerSecond: number };

export interface HeartbeatAnswer {
  readonly commands: readonly DatanodeCommand[];
  /** 0: no lease now, ask again. */
  readonly fullReportLeaseId: number;
  /** Replicas that the datanode is to check before all others, as others of the same blocks differ from them. */
  readonly verify: readonly BlockRef[];
}

/** One entry of an incremental report. */
export interface IncrementalEntry {
  readonly block: BlockRef;
  readonly status: 'RECEIVING' | 'RECEIVED' | 'DELETED';
  /** uuid of the datanode whose replica is to go first; empty for none. */
  readonly deleteHint: string;
  /** Of a finalized replica; Apache's datanodes send none. */
  readonly print: Fingerprint | undefined;
  /** The datanode has just read the replica: it matches its sums and its digest. */
  readonly verified: boolean;
}

/** One storage's full report: either the buffers of BlockListAsLongs or the legacy list of longs. */
export interface FullReport {
  readonly storage: StorageDescription;
  readonly entryCount: number;
  readonly buffers: readonly Uint8Array[];
  /** Used when `buffers` is empty: [finalized, under construction, triplets, delimiter, quadruplets]. */
  readonly longs: readonly number[];
}

/** BlockReportContextProto. */
export interface ReportContext {
  readonly leaseId: number;
  readonly totalRpcs: number;
  readonly currentRpc: number;
}

/** Whose distance counts: a datanode, or a host of which only the rack is known. */
export interface ReaderLocation {
  readonly datanode: Datanode | undefined;
  readonly rackPath: string;
}

/** Where a block can be read. */
export interface BlockLocations {
  /** Nearest first; replicas on stale or leaving datanodes last. */
  readonly storages: readonly Storage[];
  /** All known replicas are corrupt; they are listed all the same. */
  readonly corrupt: boolean;
}

/** DatanodeReportType. */
export type DatanodeReportKind =
  | 'ALL'
  | 'LIVE'
  | 'DEAD'
  | 'DECOMMISSIONING'
  | 'ENTERING_MAINTENANCE'
  | 'IN_MAINTENANCE';

/** Woken when a replica of a watched block was reported. */
export interface ReplicaWatcher {
  replicaReported(block: BlockId): void;
}

/** Sums over the cluster and the redundancy counters, for getFsStats and the beans. */
export interface ClusterStats {
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly remainingBytes: number;
  readonly blockPoolUsedBytes: number;
  readonly nonDfsUsedBytes: number;
  readonly xceiverCount: number;
  readonly liveDatanodes: number;
  readonly deadDatanodes: number;
  readonly staleDatanodes: number;
  readonly blocks: number;
  readonly completeBlocks: number;
  readonly safeBlocks: number;
  readonly lowRedundancyBlocks: number;
  readonly corruptReplicaBlocks: number;
  readonly missingBlocks: number;
  readonly missingBlocksReplicationOne: number;
  readonly highestPriorityLowRedundancyBlocks: number;
  readonly pendingReconstructionBlocks: number;
  readonly pendingDeletionBlocks: number;
  readonly postponedBlocks: number;
  readonly excessReplicas: number;
  readonly queuedMessages: number;
  /** Blocks whose good replicas differ. */
  readonly disputedBlocks: number;
}
