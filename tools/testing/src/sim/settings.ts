import { type BlockManagerConfig, DEFAULT_BLOCK_MANAGER_CONFIG } from '@rfs/namenode/blocks';
import type { ServiceConfig } from '@rfs/namenode/service';

/** A datanode's. */
export const HEARTBEAT_MS = 1500;

/** Small, so that segments change and are cut all the time. */
export const LIMITS = {
  segmentBytes: 8 << 10,
  writeBytes: 4 << 10,
  retainedBytes: 8 << 10,
  retainedMs: 20_000,
  fullRetryMs: 500,
};

/**
 * A few entries in one append, so that catching up takes many messages; and a few hundred in memory, so that the rest
 * is read from the journal.
 */
export const LINKS = { tickMs: 100, electionTicks: 10, appendBytes: 300, cacheBytes: 64 << 10 };

/** What calls are answered from: short times, so that leases run out and are recovered. */
export const SERVICE: ServiceConfig = {
  blockSizeBytes: 1 << 20,
  bytesPerChecksum: 512,
  checksumType: 'CRC32C',
  writePacketBytes: 65_536,
  replication: 3,
  fileBufferBytes: 4096,
  trashIntervalMinutes: 0,
  listingLimit: 100,
  batchedListingLimit: 10,
  corruptFilesLimit: 10,
  leases: { softMs: 8000, hardMs: 25_000 },
  leaseRecheckMs: 2000,
  completeWaitMs: 300,
  purgeEntries: 4,
  routing: { observerWaitMs: 100, heldCallMs: 5000, maxWaiting: 1000 },
};

/** Datanodes are soon taken for dead, and orders that nothing came of are soon given again. */
export const BLOCKS: BlockManagerConfig = {
  ...DEFAULT_BLOCK_MANAGER_CONFIG,
  heartbeatIntervalMs: HEARTBEAT_MS,
  heartbeatRecheckMs: 1000,
  staleIntervalMs: 5000,
  redundancyIntervalMs: 1000,
  decommissionIntervalMs: 2000,
  pendingTimeoutMs: 8000,
  maxReportLeases: 2,
  reportLeaseMs: 5000,
  considerLoadFactor: 0,
};
