import {
  type ContentSummaryProto,
  type FsServerDefaultsProto,
  type GetFsStatsResponseProto,
  type QuotaUsageProto,
  StorageTypeProto,
  type StorageTypeQuotaInfosProto,
} from '@rfs/protocol/messages';

/** Kinds of storage, by HDFS's names. */
export type StorageKind = keyof typeof StorageTypeProto;

export interface TypeUsage {
  readonly quotaBytes: number;
  readonly consumedBytes: number;
}

/** What a directory's quotas count. Quotas that are not set are -1. */
export interface QuotaUsage {
  readonly fileAndDirectoryCount: number;
  readonly quota: number;
  readonly spaceConsumedBytes: number;
  readonly spaceQuotaBytes: number;
  readonly types: ReadonlyMap<StorageKind, TypeUsage>;
}

/** What a file is or a directory holds, all levels together. */
export interface ContentSummary extends QuotaUsage {
  readonly lengthBytes: number;
  readonly fileCount: number;
  readonly directoryCount: number;
  readonly snapshotLengthBytes: number;
  readonly snapshotFileCount: number;
  readonly snapshotDirectoryCount: number;
  readonly snapshotSpaceConsumedBytes: number;
  /** `Replicated`, a policy's name, or '' where it is mixed. */
  readonly erasureCodingPolicy: string;
}

/** How full the file system is, and what is wrong with its blocks. */
export interface FsStats {
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly remainingBytes: number;
  readonly underReplicatedBlocks: number;
  readonly corruptBlocks: number;
  readonly missingBlocks: number;
}

/** What the namenode wants new files to be like when nobody says otherwise. */
export interface ServerDefaults {
  readonly blockSizeBytes: number;
  readonly bytesPerChecksum: number;
  readonly writePacketBytes: number;
  readonly replication: number;
  readonly trashMinutes: number;
  readonly encryptsDataTransfer: boolean;
}

/** -1 travels as 2^64 - 1, beyond what a number holds exactly. */
const quotaOf = (quota: number): number => (quota >= 2 ** 63 ? -1 : quota);

export function summaryFromProto(proto: ContentSummaryProto): ContentSummary {
  return {
    lengthBytes: proto.length,
    fileCount: proto.fileCount,
    directoryCount: proto.directoryCount,
    fileAndDirectoryCount: proto.fileCount + proto.directoryCount,
    quota: quotaOf(proto.quota),
    spaceConsumedBytes: proto.spaceConsumed,
    spaceQuotaBytes: quotaOf(proto.spaceQuota),
    types: typesFromProto(proto.typeQuotaInfos),
    snapshotLengthBytes: proto.snapshotLength ?? 0,
    snapshotFileCount: proto.snapshotFileCount ?? 0,
    snapshotDirectoryCount: proto.snapshotDirectoryCount ?? 0,
    snapshotSpaceConsumedBytes: proto.snapshotSpaceConsumed ?? 0,
    erasureCodingPolicy: proto.erasureCodingPolicy ?? '',
  };
}

export function quotaUsageFromProto(proto: QuotaUsageProto): QuotaUsage {
  return {
    fileAndDirectoryCount: proto.fileAndDirectoryCount,
    quota: quotaOf(proto.quota),
    spaceConsumedBytes: proto.spaceConsumed,
    spaceQuotaBytes: quotaOf(proto.spaceQuota),
    types: typesFromProto(proto.typeQuotaInfos),
  };
}

export function statsFromProto(proto: GetFsStatsResponseProto): FsStats {
  return {
    capacityBytes: proto.capacity,
    usedBytes: proto.used,
    remainingBytes: proto.remaining,
    underReplicatedBlocks: proto.under_replicated,
    corruptBlocks: proto.corrupt_blocks,
    missingBlocks: proto.missing_blocks,
  };
}

export function defaultsFromProto(proto: FsServerDefaultsProto): ServerDefaults {
  return {
    blockSizeBytes: proto.blockSize,
    bytesPerChecksum: proto.bytesPerChecksum,
    writePacketBytes: proto.writePacketSize,
    replication: proto.replication,
    trashMinutes: proto.trashInterval ?? 0,
    encryptsDataTransfer: proto.encryptDataTransfer ?? false,
  };
}

function typesFromProto(infos: StorageTypeQuotaInfosProto | undefined): ReadonlyMap<StorageKind, TypeUsage> {
  const types = new Map<StorageKind, TypeUsage>();
  for (const { type, quota, consumed } of infos?.typeQuotaInfo ?? []) {
    const name = (Object.keys(StorageTypeProto) as StorageKind[]).find((key) => StorageTypeProto[key] === type);
    if (name !== undefined) types.set(name, { quotaBytes: quotaOf(quota), consumedBytes: consumed });
  }
  return types;
}
