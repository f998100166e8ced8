export { AccessTimes } from './access-times.js';
export { Admission } from './admission.js';
export { BlockChanges } from './block-changes.js';
export { BlockListings } from './block-listings.js';
export { BlockTicker } from './block-ticker.js';
export { Callers } from './callers.js';
export { CatchUp } from './catch-up.js';
export { blockManagerConfig, limitsFrom, type ServiceConfig, serviceConfig } from './config.js';
export { exportedKeys, HDFS_VERSION } from './convert/identity.js';
export { DatanodeService, type Leadership } from './datanode-service.js';
export { Fsck, LostFound, type RescueFileSystem } from './fsck/index.js';
export { GroupMapping } from './groups.js';
export type { ServiceParts } from './handlers.js';
export { readHostFiles } from './host-files.js';
export { Impersonation } from './impersonation.js';
export { LeaseTable } from './leases.js';
export { ListingPages } from './listing-pages.js';
export { MetaFiles } from './meta-save/index.js';
export { type MetricSources, NamenodeMetrics } from './metrics.js';
export { NamenodeService, servedMethods, startupRefusal } from './namenode-service.js';
export { OpenFiles } from './open-files.js';
export { type OsGroupsOptions, osGroups } from './os-groups.js';
export { Proposer } from './proposer.js';
export { Purger } from './purger.js';
export { Rebuild } from './rebuild.js';
export { ReplicaWaits } from './replica-waits.js';
export {
  ForwardedCalls,
  forwardProtocol,
  LeaderLink,
  type Passage,
  type PassedOn,
  Router,
  type RouterParts,
  type RoutingCounts,
  type RoutingLimits,
} from './routing/index.js';
export { Slices } from './slices.js';
export { Tenure, type TenureParts } from './tenure.js';
export { ClusterTopology, type TopologyOptions } from './topology.js';
