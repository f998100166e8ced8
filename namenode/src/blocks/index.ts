export type { BlockListing, ListedBlock, ListingRequest } from './block-listing.js';
export { BlockManager } from './block-manager.js';
export { type BlockManagerConfig, DEFAULT_BLOCK_MANAGER_CONFIG } from './config.js';
export type { PolicyOf } from './context.js';
export type { Datanode } from './datanodes/datanode.js';
export { DEFAULT_RACK } from './datanodes/rack.js';
export type { Storage } from './datanodes/storage.js';
export type { Topology } from './datanodes/topology.js';
export type { DigestDispute } from './digests/index.js';
export type { ReplicaIncident } from './history.js';
export type { BlockInspection, InspectedReplica } from './inspection.js';
export type { Fingerprint } from './map/replicas.js';
export {
  HOT,
  type PlacementPolicy,
  type PlacementRequest,
  STORAGE_POLICIES,
  type StoragePolicy,
  storagePolicyById,
  storagePolicyByName,
} from './placement/index.js';
export type { ReportDone } from './reports/full-reports.js';
export type { SafeMode } from './safe-mode.js';
export type { TroubledBlock } from './trouble-scan.js';
export * from './types.js';
