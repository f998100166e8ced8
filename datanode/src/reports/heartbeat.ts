import {
  type DatanodeRegistrationProto,
  type HeartbeatRequestProto,
  type RfsReplicaDigestsProto,
  type StorageReportProto,
  DatanodeStorageProto_StorageState as StorageState,
  type VolumeFailureSummaryProto,
} from '@rfs/protocol/messages';
import type { Volume } from '../store/index.js';
import { storageTypeToProto } from '../transfer/index.js';

/** How much a datanode has to do, for the namenode's placement. */
export interface DatanodeLoad {
  /** Copies for other datanodes under way. */
  readonly copies: number;
  /** Requests being served. */
  readonly transfers: number;
}

/** A folder that failed before it became a volume. */
export interface LostFolder {
  readonly folder: string;
  readonly failedAtMs: number;
}

/** @param leaving no replica is to be placed here any more: a datanode without room is one that every namenode passes by */
export function heartbeatRequest(
  registration: DatanodeRegistrationProto,
  volumes: readonly Volume[],
  lostFolders: readonly LostFolder[],
  load: DatanodeLoad,
  wantsLease: boolean,
  digests: RfsReplicaDigestsProto[],
  leaving: boolean,
): HeartbeatRequestProto {
  const failed = volumes.filter((volume) => volume.failure !== null);
  const summary = failureSummary(failed, lostFolders);
  return {
    registration,
    reports: volumes.filter((volume) => volume.failure === null).map((volume) => storageReport(volume, leaving)),
    xmitsInProgress: load.copies,
    xceiverCount: load.transfers,
    failedVolumes: failed.length + lostFolders.length,
    cacheCapacity: 0,
    cacheUsed: 0,
    ...(summary === undefined ? {} : { volumeFailureSummary: summary }),
    requestFullBlockReportLease: wantsLease,
    slowPeers: [],
    slowDisks: [],
    rfsDigests: digests,
    ...(leaving ? { rfsLeaving: true } : {}),
  };
}

function storageReport(volume: Volume, leaving: boolean): StorageReportProto {
  return {
    storageUuid: volume.storageId,
    failed: false,
    capacity: volume.capacityBytes,
    dfsUsed: volume.usedBytes,
    remaining: leaving ? 0 : volume.availableBytes,
    blockPoolUsed: volume.usedBytes,
    storage: {
      storageUuid: volume.storageId,
      state: StorageState.NORMAL,
      storageType: storageTypeToProto(volume.storageType),
    },
    nonDfsUsed: volume.foreignBytes,
  };
}

function failureSummary(
  failed: readonly Volume[],
  lostFolders: readonly LostFolder[],
): VolumeFailureSummaryProto | undefined {
  if (failed.length + lostFolders.length === 0) return undefined;
  const times = [...failed.map((volume) => volume.failedAtMs), ...lostFolders.map((lost) => lost.failedAtMs)];
  return {
    failedStorageLocations: [...failed.map((volume) => volume.folder), ...lostFolders.map((lost) => lost.folder)],
    lastVolumeFailureDate: Math.max(...times),
    estimatedCapacityLostTotal: failed.reduce((total, volume) => total + volume.capacityBytes, 0),
  };
}
