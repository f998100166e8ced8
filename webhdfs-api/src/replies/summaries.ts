import {
  type ContentSummaryProto,
  type FsServerDefaultsProto,
  type GetFsStatsResponseProto,
  type QuotaUsageProto,
  StorageTypeProto,
  type StorageTypeQuotaInfosProto,
} from '@rfs/protocol/messages';
import { boolean, integer, long, map, named, record, string } from './shape.js';

interface TypeQuota {
  readonly consumed: number;
  readonly quota: number;
}

const typeQuota = map(record<TypeQuota>({ consumed: long, quota: long }));

interface ContentSummaryJson {
  readonly directoryCount: number;
  readonly ecPolicy: string;
  readonly fileCount: number;
  readonly length: number;
  readonly quota: number;
  readonly snapshotDirectoryCount: number;
  readonly snapshotFileCount: number;
  readonly snapshotLength: number;
  readonly snapshotSpaceConsumed: number;
  readonly spaceConsumed: number;
  readonly spaceQuota: number;
  readonly typeQuota: ReadonlyMap<string, TypeQuota>;
}

export const contentSummaryReply = named(
  'ContentSummary',
  record<ContentSummaryJson>({
    directoryCount: long,
    ecPolicy: string,
    fileCount: long,
    length: long,
    quota: long,
    snapshotDirectoryCount: long,
    snapshotFileCount: long,
    snapshotLength: long,
    snapshotSpaceConsumed: long,
    spaceConsumed: long,
    spaceQuota: long,
    typeQuota,
  }),
);

interface QuotaUsageJson {
  readonly fileAndDirectoryCount: number;
  readonly quota: number;
  readonly spaceConsumed: number;
  readonly spaceQuota: number;
  readonly typeQuota: ReadonlyMap<string, TypeQuota>;
}

export const quotaUsageReply = named(
  'QuotaUsage',
  record<QuotaUsageJson>({
    fileAndDirectoryCount: long,
    quota: long,
    spaceConsumed: long,
    spaceQuota: long,
    typeQuota,
  }),
);

interface ServerDefaultsJson {
  readonly replication: number;
  readonly encryptDataTransfer: boolean;
  readonly defaultStoragePolicyId: number;
  readonly writePacketSize: number;
  readonly fileBufferSize: number;
  readonly checksumType: number;
  readonly trashInterval: number;
  readonly keyProviderUri: string;
  readonly blockSize: number;
  readonly bytesPerChecksum: number;
}

/** The keys are in the order of Apache's HashMap. */
export const serverDefaultsReply = named(
  'FsServerDefaults',
  record<ServerDefaultsJson>({
    replication: integer,
    encryptDataTransfer: boolean,
    defaultStoragePolicyId: integer,
    writePacketSize: integer,
    fileBufferSize: integer,
    checksumType: integer,
    trashInterval: long,
    keyProviderUri: string,
    blockSize: long,
    bytesPerChecksum: integer,
  }),
);

interface FsStatusJson {
  readonly used: number;
  readonly remaining: number;
  readonly capacity: number;
}

/** The keys are in the order of Apache's HashMap. */
export const fsStatusReply = named('FsStatus', record<FsStatusJson>({ used: long, remaining: long, capacity: long }));

/** BlockStoragePolicySuite's HOT: what is told where a server names no default. */
const HOT_POLICY = 7;

export function contentSummaryJson(summary: ContentSummaryProto): ContentSummaryJson {
  return {
    directoryCount: summary.directoryCount,
    ecPolicy: summary.erasureCodingPolicy ?? '',
    fileCount: summary.fileCount,
    length: summary.length,
    quota: summary.quota,
    snapshotDirectoryCount: summary.snapshotDirectoryCount ?? 0,
    snapshotFileCount: summary.snapshotFileCount ?? 0,
    snapshotLength: summary.snapshotLength ?? 0,
    snapshotSpaceConsumed: summary.snapshotSpaceConsumed ?? 0,
    spaceConsumed: summary.spaceConsumed,
    spaceQuota: summary.spaceQuota,
    typeQuota: typeQuotas(summary.typeQuotaInfos),
  };
}

export function quotaUsageJson(usage: QuotaUsageProto): QuotaUsageJson {
  const { fileAndDirectoryCount, quota, spaceConsumed, spaceQuota } = usage;
  return { fileAndDirectoryCount, quota, spaceConsumed, spaceQuota, typeQuota: typeQuotas(usage.typeQuotaInfos) };
}

export function serverDefaultsJson(defaults: FsServerDefaultsProto): ServerDefaultsJson {
  return {
    replication: defaults.replication,
    encryptDataTransfer: defaults.encryptDataTransfer ?? false,
    defaultStoragePolicyId: defaults.policyId || HOT_POLICY,
    writePacketSize: defaults.writePacketSize,
    fileBufferSize: defaults.fileBufferSize,
    checksumType: defaults.checksumType ?? 1,
    trashInterval: defaults.trashInterval ?? 0,
    keyProviderUri: defaults.keyProviderUri ?? '',
    blockSize: defaults.blockSize,
    bytesPerChecksum: defaults.bytesPerChecksum,
  };
}

export function fsStatusJson({ used, remaining, capacity }: GetFsStatsResponseProto): FsStatusJson {
  return { used, remaining, capacity };
}

/** Types that have a quota, by name, in alphabetical order as in a TreeMap. */
function typeQuotas(infos: StorageTypeQuotaInfosProto | undefined): ReadonlyMap<string, TypeQuota> {
  const found: [string, TypeQuota][] = [];
  for (const { type, quota, consumed } of infos?.typeQuotaInfo ?? []) {
    const name = Object.entries(StorageTypeProto).find(([, value]) => value === type)?.[0];
    if (name !== undefined && quota < 2 ** 63 && quota >= 0) found.push([name, { consumed, quota }]);
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
