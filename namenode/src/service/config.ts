import type { Config } from '@rfs/base/config';
import { namenodeOptions as options } from '@rfs/base/config';
import type { BlockManagerConfig } from '../blocks/index.js';
import { DEFAULT_BLOCK_MANAGER_CONFIG } from '../blocks/index.js';
import type { Limits } from '../namespace/index.js';
import type { LeaseLimits } from './leases.js';
import type { RoutingLimits } from './routing/index.js';

/** What calls are answered from besides the state: the defaults told to clients, and limits of this node. */
export interface ServiceConfig {
  readonly blockSizeBytes: number;
  readonly bytesPerChecksum: number;
  readonly checksumType: 'CRC32C' | 'CRC32' | 'NULL';
  readonly writePacketBytes: number;
  readonly replication: number;
  readonly fileBufferBytes: number;
  readonly trashIntervalMinutes: number;
  readonly listingLimit: number;
  /** Paths of one batched listing. */
  readonly batchedListingLimit: number;
  readonly corruptFilesLimit: number;
  readonly leases: LeaseLimits;
  readonly leaseRecheckMs: number;
  /** Longest that a call waits for reports of replicas. */
  readonly completeWaitMs: number;
  /** Entries of a deleted tree that one purge command removes. */
  readonly purgeEntries: number;
  readonly routing: RoutingLimits;
}

/** Calls that wait for a leader or its answer: some hundred MB of requests at the very most. */
const MAX_WAITING_CALLS = 50_000;

/** HdfsConstants.LEASE_SOFTLIMIT_PERIOD: not a setting in HDFS either. */
const LEASE_SOFT_LIMIT_MS = 60_000;

export function serviceConfig(config: Config): ServiceConfig {
  return {
    blockSizeBytes: config.get(options.blockSizeBytes),
    bytesPerChecksum: config.get(options.bytesPerChecksum),
    checksumType: config.get(options.checksumType),
    writePacketBytes: config.get(options.writePacketBytes),
    replication: config.get(options.replication),
    fileBufferBytes: config.get(options.fileBufferBytes),
    trashIntervalMinutes: config.get(options.trashIntervalMinutes),
    listingLimit: config.get(options.listingLimit),
    batchedListingLimit: config.get(options.batchedListingLimit),
    corruptFilesLimit: config.get(options.corruptFilesLimit),
    leases: { softMs: LEASE_SOFT_LIMIT_MS, hardMs: config.get(options.leaseHardLimitMs) },
    leaseRecheckMs: config.get(options.leaseRecheckMs),
    completeWaitMs: config.get(options.completeWaitMs),
    purgeEntries: config.get(options.purgeBatchEntries),
    routing: {
      observerWaitMs: config.get(options.observerWaitMs),
      heldCallMs: config.get(options.heldCallMs),
      maxWaiting: MAX_WAITING_CALLS,
    },
  };
}

/** What operations are judged by: goes into the log, so that it is the same on every replica. */
export function limitsFrom(config: Config): Limits {
  return {
    permissionsEnabled: config.get(options.permissionsEnabled),
    maxComponentLengthBytes: config.get(options.maximumComponentBytes),
    maxDirectoryItems: config.get(options.maximumDirectoryItems),
    minBlockSizeBytes: config.get(options.minimumBlockBytes),
    maxBlocksPerFile: config.get(options.maximumBlocksPerFile),
    minReplication: config.get(options.replicationMinimum),
    maxReplication: config.get(options.replicationMaximum),
    accessTimePrecisionMs: config.get(options.accessTimePrecisionMs),
  };
}

export function blockManagerConfig(config: Config): BlockManagerConfig {
  return {
    ...DEFAULT_BLOCK_MANAGER_CONFIG,
    heartbeatIntervalMs: config.get(options.heartbeatIntervalMs),
    heartbeatRecheckMs: config.get(options.heartbeatRecheckMs),
    staleIntervalMs: config.get(options.staleDatanodeMs),
    avoidStaleForRead: config.get(options.avoidStaleForRead),
    avoidStaleForWrite: config.get(options.avoidStaleForWrite),
    staleRatioForWrite: config.get(options.staleRatioForWrite),
    minReplication: config.get(options.replicationMinimum),
    maxReplicationStreams: config.get(options.replicationStreams),
    replicationStreamsHardLimit: config.get(options.replicationStreamsHardLimit),
    replicationWorkMultiplier: config.get(options.replicationWorkMultiplier),
    redundancyIntervalMs: config.get(options.redundancyIntervalMs),
    pendingTimeoutMs: config.get(options.pendingReconstructionTimeoutMs),
    decommissionIntervalMs: config.get(options.decommissionIntervalMs),
    maintenanceMinReplication: config.get(options.maintenanceReplicationMinimum),
    defaultReplication: config.get(options.replication),
    invalidateLimit: config.get(options.invalidateLimit),
    maxReportLeases: config.get(options.fullReportLeases),
    reportLeaseMs: config.get(options.fullReportLeaseMs),
    considerLoadFactor: config.get(options.considerLoad) ? config.get(options.considerLoadFactor) : 0,
    preferLocalNode: config.get(options.preferLocalNode),
    safeModeThreshold: config.get(options.safemodeThreshold),
    safeModeMinReplication: config.get(options.safemodeReplicationMinimum) ?? config.get(options.replicationMinimum),
    safeModeMinDatanodes: config.get(options.safemodeMinimumDatanodes),
    safeModeExtensionMs: config.get(options.safemodeExtensionMs),
  };
}
