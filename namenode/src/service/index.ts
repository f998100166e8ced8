export { Admission } from './admission.js';
export { BlockChanges } from './block-changes.js';
export { BlockListings } from './block-listings.js';
export { Callers } from './callers.js';
export { blockManagerConfig, limitsFrom, type ServiceConfig, serviceConfig } from './config.js';
export { exportedKeys, HDFS_VERSION } from './convert/identity.js';
export { DatanodeService, type Leadership } from './datanode-service.js';
export { Fsck, LostFound, type RescueFileSystem } from './fsck/index.js';
export { readHostFiles } from './host-files.js';
export { HostSet, NO_HOSTS } from './hosts.js';
export { MetaFiles } from './meta-save/index.js';
export { type MetricSources, NamenodeMetrics } from './metrics.js';
export { servedMethods } from './namenode-service.js';
export {
  ForwardedCalls,
  forwardProtocol,
  LeaderLink,
  type Passage,
  type PassedOn,
  type RouterParts,
  type RoutingCounts,
  type RoutingLimits,
} from './routing/index.js';
export { type ServiceBase, Services } from './services.js';
export { ClusterTopology, type TopologyOptions } from './topology.js';
