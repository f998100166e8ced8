import type { ClientNamenodeProtocolMethods } from '../messages/index.js';

/** Every call of ClientProtocol, by its name on the wire. */
export type ClientMethod = keyof typeof ClientNamenodeProtocolMethods;

/**
 * Who may serve a call (ClientProtocol's @ReadOnly annotations, HDFS-12943):
 * - `uncoordinated`: any replica, at once, whatever state id the client presents;
 * - `coordinated`: any replica that is at least as new as the client's state id;
 * - `activeRead`: only the leader, though it changes nothing;
 * - `change`: only the leader; goes through the log, or touches what only the leader keeps.
 */
export type Access = 'uncoordinated' | 'coordinated' | 'activeRead' | 'change';

/**
 * What the retry cache does with a call (@AtMostOnce; RetryCache, RetryCacheWithPayload):
 * - `repeatable`: not cached, repeating it is harmless or judged inside apply;
 * - `once`: a success is remembered;
 * - `onceWithReply`: a success is remembered with its reply.
 */
export type Retry = 'repeatable' | 'once' | 'onceWithReply';

export interface MethodTraits {
  readonly access: Access;
  readonly retry: Retry;
  /** True when the call moves the file's access time (@ReadOnly(atimeAffected)). */
  readonly touchesAccessTime: boolean;
}

function traits(access: Access, retry: Retry = 'repeatable', touchesAccessTime = false): MethodTraits {
  return { access, retry, touchesAccessTime };
}

const uncoordinated = traits('uncoordinated');
const read = traits('coordinated');
const activeRead = traits('activeRead');
const change = traits('change');
const once = traits('change', 'once');
const onceWithReply = traits('change', 'onceWithReply');

/** The one table that doors, replicas, retry cache and tests go by. */
export const methodTable: Readonly<Record<ClientMethod, MethodTraits>> = {
  getBlockLocations: traits('coordinated', 'repeatable', true),
  getServerDefaults: read,
  create: onceWithReply,
  append: onceWithReply,
  setReplication: change,
  setStoragePolicy: change,
  unsetStoragePolicy: change,
  getStoragePolicy: read,
  getStoragePolicies: read,
  setPermission: change,
  setOwner: change,
  abandonBlock: change,
  addBlock: change,
  getAdditionalDatanode: activeRead,
  complete: change,
  reportBadBlocks: change,
  concat: once,
  truncate: change,
  rename: once,
  rename2: once,
  delete: once,
  mkdirs: change,
  getListing: read,
  getBatchedListing: read,
  renewLease: change,
  recoverLease: change,
  getFsStats: uncoordinated,
  getFsReplicatedBlockStats: uncoordinated,
  getFsECBlockGroupStats: uncoordinated,
  getDatanodeReport: uncoordinated,
  getDatanodeStorageReport: uncoordinated,
  getPreferredBlockSize: read,
  setSafeMode: change,
  saveNamespace: once,
  rollEdits: change,
  restoreFailedStorage: change,
  refreshNodes: change,
  finalizeUpgrade: change,
  upgradeStatus: change,
  rollingUpgrade: change,
  listCorruptFileBlocks: read,
  metaSave: change,
  getFileInfo: read,
  getLocatedFileInfo: read,
  addCacheDirective: onceWithReply,
  modifyCacheDirective: once,
  removeCacheDirective: once,
  listCacheDirectives: read,
  addCachePool: once,
  modifyCachePool: once,
  removeCachePool: once,
  listCachePools: read,
  getFileLinkInfo: read,
  getContentSummary: read,
  setQuota: change,
  fsync: change,
  setTimes: change,
  createSymlink: once,
  getLinkTarget: read,
  updateBlockForPipeline: change,
  updatePipeline: once,
  getDelegationToken: change,
  renewDelegationToken: change,
  cancelDelegationToken: change,
  setBalancerBandwidth: change,
  getDataEncryptionKey: read,
  createSnapshot: onceWithReply,
  renameSnapshot: once,
  allowSnapshot: change,
  disallowSnapshot: change,
  getSnapshottableDirListing: read,
  getSnapshotListing: read,
  deleteSnapshot: once,
  getSnapshotDiffReport: read,
  getSnapshotDiffReportListing: read,
  isFileClosed: read,
  modifyAclEntries: change,
  removeAclEntries: change,
  removeDefaultAcl: change,
  removeAcl: change,
  setAcl: change,
  getAclStatus: read,
  setXAttr: once,
  getXAttrs: read,
  listXAttrs: read,
  removeXAttr: once,
  checkAccess: read,
  createEncryptionZone: once,
  listEncryptionZones: read,
  getEZForPath: read,
  setErasureCodingPolicy: once,
  unsetErasureCodingPolicy: once,
  getECTopologyResultForPolicies: uncoordinated,
  getErasureCodingPolicies: read,
  addErasureCodingPolicies: once,
  removeErasureCodingPolicy: once,
  enableErasureCodingPolicy: once,
  disableErasureCodingPolicy: once,
  getErasureCodingPolicy: read,
  getErasureCodingCodecs: read,
  getQuotaUsage: activeRead,
  listOpenFiles: read,
  msync: activeRead,
  satisfyStoragePolicy: once,
  getHAServiceState: uncoordinated,
  getSlowDatanodeReport: uncoordinated,
  getEnclosingRoot: read,
};
