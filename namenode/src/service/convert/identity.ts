import type { ExportedBlockKeysProto, StorageInfoProto } from '@rfs/protocol/messages';
import type { IdentityRow } from '../../namespace/index.js';

/** What servers and clients of HDFS compare: datanodes refuse a namenode below 2.1.0-beta (checkNNVersion). */
export const HDFS_VERSION = '3.4.1';
/** NameNodeLayoutVersion of 3.4.1: -67, as its unsigned 32 bits. */
const NAMENODE_LAYOUT_VERSION = -67 >>> 0;

const NO_BYTES = new Uint8Array(0);

/** Identity as datanodes keep it in their VERSION files; cTime 0: never upgraded, as of a filesystem Apache formats. */
export function storageInfo(identity: IdentityRow): StorageInfoProto {
  return {
    layoutVersion: NAMENODE_LAYOUT_VERSION,
    namespceID: identity.namespaceId,
    clusterID: identity.clusterId,
    cTime: 0,
  };
}

/** Block tokens are off; the message still demands a key. */
export function exportedKeys(): ExportedBlockKeysProto {
  return {
    isBlockTokenEnabled: false,
    keyUpdateInterval: 0,
    tokenLifeTime: 0,
    currentKey: { keyId: 0, expiryDate: 0, keyBytes: NO_BYTES },
    allKeys: [],
  };
}
