export { type Block, blockText } from './block.js';
export { initReplicaRecovery, type RecoveryInfo, updateReplicaUnderRecovery } from './block-recovery.js';
export type { CatalogRecord } from './catalog.js';
export { continueCrc, findBadChunk, sumsOf } from './chunk-sums.js';
export { DigestTaker } from './digest-taker.js';
export type { BlockFile, Files } from './files.js';
export { announce, finalizeReplica, recordDigest } from './finalize.js';
export { blockFileName, type ReplicaFileName, readFileName, SUBDIR_COUNT, subdirOf, subdirPath } from './layout.js';
export {
  type ChecksumFormat,
  ChecksumType,
  checksumFormat,
  META_HEADER_BYTES,
  sumBytes,
  sumsLength,
} from './meta-header.js';
export { moveToVolume } from './move-volume.js';
export { nodeFiles } from './node-files.js';
export { OpenReplica, type ReplicaState } from './open-replica.js';
export { openStore } from './open-store.js';
export { isPinned, pinReplica } from './pinning.js';
export {
  append,
  convertTemporaryToRbw,
  createRbw,
  createTemporary,
  type OpenForWrite,
  type ReplicaUser,
  recoverAppend,
  recoverClose,
  recoverRbw,
  type Target,
} from './pipeline.js';
export type { FoundReplica } from './replica-map.js';
export { closeReadable, openForRead, type ReadableReplica } from './replica-reader.js';
export type { ReplicaEvents, ReplicaStore, ReplicaView } from './replica-store.js';
export type { ReplicaWriter } from './replica-writer.js';
export { replicasOf } from './scan.js';
export { type NamespaceIdentity, StorageFolders } from './storage-folders.js';
export type { StorageType, Volume, VolumeLocation } from './volume.js';
export { AvailableSpaceChoice, RoundRobinChoice, type VolumeChoice } from './volume-choice.js';
