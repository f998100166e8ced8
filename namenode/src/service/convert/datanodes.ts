import type {
  DatanodeIDProto,
  DatanodeInfoProto,
  DatanodeStorageProto,
  StorageReportProto,
  TokenProto,
} from '@rfs/protocol/messages';
import {
  DatanodeInfoProto_AdminState as AdminStateProto,
  DatanodeStorageProto_StorageState as StorageStateProto,
} from '@rfs/protocol/messages';
import type {
  AdminState,
  Datanode,
  DatanodeRegistration,
  Storage,
  StorageDescription,
  StorageReport,
} from '../../blocks/index.js';

/** What stands where HDFS wants a token and security is off. */
export const EMPTY_TOKEN: TokenProto = {
  identifier: new Uint8Array(0),
  password: new Uint8Array(0),
  kind: '',
  service: '',
};

const adminStates: Record<AdminState, AdminStateProto> = AdminStateProto;

function datanodeIdMessage(registration: DatanodeRegistration): DatanodeIDProto {
  return {
    ipAddr: registration.ipAddr,
    hostName: registration.hostName,
    datanodeUuid: registration.uuid,
    xferPort: registration.xferPort,
    infoPort: registration.infoPort,
    ipcPort: registration.ipcPort,
    infoSecurePort: registration.infoSecurePort,
  };
}

/** How the clock of `lastUpdateMs` (monotonic) and that of the message (wall) relate. */
export interface ClockOffset {
  readonly wallMinusMonotonicMs: number;
}

/** A datanode's message and what it was made of. */
interface Shown {
  readonly info: DatanodeInfoProto;
  readonly registration: DatanodeRegistration;
  readonly lastUpdateMs: number;
  readonly lastReportMs: number;
  readonly adminState: AdminState;
}

/**
 * The datanode as of its last heartbeat. The message is shared: nobody changes it.
 * PERF: every located block names some three datanodes, whose figures change every few seconds.
 */
export function datanodeInfoMessage(datanode: Datanode, offset: ClockOffset): DatanodeInfoProto {
  const { registration, lastUpdateMs, lastReportMs, adminState } = datanode;
  const shown = datanode.shown as Shown | null;
  const numBlocks = datanode.replicaCount();
  if (
    shown !== null &&
    shown.lastUpdateMs === lastUpdateMs &&
    shown.lastReportMs === lastReportMs &&
    shown.registration === registration &&
    shown.adminState === adminState &&
    shown.info.numBlocks === numBlocks
  ) {
    return shown.info;
  }
  const info = makeInfo(datanode, numBlocks, offset);
  datanode.shown = { info, registration, lastUpdateMs, lastReportMs, adminState } satisfies Shown;
  return info;
}

function makeInfo(datanode: Datanode, numBlocks: number, offset: ClockOffset): DatanodeInfoProto {
  const { lastReportMs } = datanode;
  return {
    id: datanodeIdMessage(datanode.registration),
    capacity: datanode.capacityBytes,
    dfsUsed: datanode.usedBytes,
    remaining: datanode.remainingBytes,
    blockPoolUsed: datanode.blockPoolUsedBytes,
    lastUpdate: Math.round(datanode.lastUpdateMs + offset.wallMinusMonotonicMs),
    xceiverCount: datanode.xceiverCount,
    location: datanode.rack.path,
    nonDfsUsed: datanode.nonDfsUsedBytes,
    adminState: adminStates[datanode.adminState],
    cacheCapacity: datanode.cacheCapacityBytes,
    cacheUsed: datanode.cacheUsedBytes,
    lastUpdateMonotonic: Math.round(datanode.lastUpdateMs),
    lastBlockReportTime: lastReportMs === 0 ? 0 : Math.round(lastReportMs + offset.wallMinusMonotonicMs),
    lastBlockReportMonotonic: Math.round(lastReportMs),
    numBlocks,
  };
}

function storageMessage(storage: Storage): DatanodeStorageProto {
  return {
    storageUuid: storage.id,
    state: storage.health === 'READ_ONLY' ? StorageStateProto.READ_ONLY_SHARED : StorageStateProto.NORMAL,
    storageType: storage.type,
  };
}

export function storageReportMessage(storage: Storage): StorageReportProto {
  return {
    storageUuid: storage.id,
    failed: storage.health === 'FAILED',
    capacity: storage.capacityBytes,
    dfsUsed: storage.usedBytes,
    remaining: storage.remainingBytes,
    blockPoolUsed: storage.blockPoolUsedBytes,
    storage: storageMessage(storage),
    nonDfsUsed: storage.nonDfsUsedBytes,
  };
}

export function storageDescription(message: DatanodeStorageProto): StorageDescription {
  return {
    id: message.storageUuid,
    type: message.storageType ?? 1,
    health: message.state === StorageStateProto.READ_ONLY_SHARED ? 'READ_ONLY' : 'NORMAL',
  };
}

/** A volume's figures; datanodes before HDFS-4904 name the storage only by its id. */
export function storageReport(message: StorageReportProto): StorageReport {
  const storage = message.storage ?? { storageUuid: message.storageUuid };
  return {
    storage: storageDescription(storage),
    failed: message.failed ?? false,
    capacityBytes: message.capacity ?? 0,
    usedBytes: message.dfsUsed ?? 0,
    remainingBytes: message.remaining ?? 0,
    blockPoolUsedBytes: message.blockPoolUsed ?? 0,
    nonDfsUsedBytes:
      message.nonDfsUsed ?? Math.max(0, (message.capacity ?? 0) - (message.dfsUsed ?? 0) - (message.remaining ?? 0)),
  };
}
