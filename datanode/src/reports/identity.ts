import type { DatanodeIDProto, DatanodeRegistrationProto } from '@rfs/protocol/messages';
import type { NamespaceIdentity } from '../store/index.js';

/** The release whose protocols this datanode speaks; namenodes compare it (DatanodeProtocol's version check). */
export const SOFTWARE_VERSION = '3.4.1';
/** DataNodeLayoutVersion's current one, as it travels in an unsigned field. */
const LAYOUT_VERSION_UNSIGNED = -57 >>> 0;

/** Who this datanode is to namenodes, without what depends on the namespace. */
export interface DatanodeAddress {
  readonly ipAddress: string;
  readonly hostName: string;
  readonly datanodeUuid: string;
  readonly transferPort: number;
  readonly infoPort: number;
  readonly ipcPort: number;
}

export function datanodeId(address: DatanodeAddress): DatanodeIDProto {
  return {
    ipAddr: address.ipAddress,
    hostName: address.hostName,
    datanodeUuid: address.datanodeUuid,
    xferPort: address.transferPort,
    infoPort: address.infoPort,
    ipcPort: address.ipcPort,
    infoSecurePort: 0,
  };
}

/** What a datanode registers as, and names itself by in every later call. */
export function registrationOf(address: DatanodeAddress, namespace: NamespaceIdentity): DatanodeRegistrationProto {
  return {
    datanodeID: datanodeId(address),
    storageInfo: {
      layoutVersion: LAYOUT_VERSION_UNSIGNED,
      namespceID: namespace.namespaceId >>> 0,
      clusterID: namespace.clusterId,
      cTime: namespace.cTime,
    },
    keys: {
      isBlockTokenEnabled: false,
      keyUpdateInterval: 0,
      tokenLifeTime: 0,
      currentKey: { keyId: 0, expiryDate: 0 },
      allKeys: [],
    },
    softwareVersion: SOFTWARE_VERSION,
  };
}
