import type { BlockContext } from './context.js';
import type { DatanodeManager } from './datanodes/datanode-manager.js';
import type { Audit } from './redundancy/audit.js';
import { Level } from './redundancy/low-redundancy.js';
import { BlockState, type ClusterStats } from './types.js';

/** Sums over the live datanodes, sizes over those in service, and the redundancy counters. */
export function clusterStats(
  context: BlockContext,
  datanodes: DatanodeManager,
  audit: Audit,
  queuedMessages: number,
  nowMs: number,
): ClusterStats {
  let capacityBytes = 0;
  let usedBytes = 0;
  let remainingBytes = 0;
  let blockPoolUsedBytes = 0;
  let nonDfsUsedBytes = 0;
  let xceiverCount = 0;
  let deadDatanodes = 0;
  let pendingDeletionBlocks = 0;
  for (const datanode of datanodes.all()) {
    if (!datanode.alive) {
      deadDatanodes++;
      continue;
    }
    xceiverCount += datanode.xceiverCount;
    pendingDeletionBlocks += datanode.invalidates.size;
    // Space that is about to go, or that nobody may write to, is none (DatanodeStats.add).
    if (datanode.adminState !== 'NORMAL') continue;
    capacityBytes += datanode.capacityBytes;
    usedBytes += datanode.usedBytes;
    remainingBytes += datanode.remainingBytes;
    blockPoolUsedBytes += datanode.blockPoolUsedBytes;
    nonDfsUsedBytes += datanode.nonDfsUsedBytes;
  }
  const { low } = context;
  return {
    capacityBytes,
    usedBytes,
    remainingBytes,
    blockPoolUsedBytes,
    nonDfsUsedBytes,
    xceiverCount,
    liveDatanodes: datanodes.liveCount,
    deadDatanodes,
    staleDatanodes: datanodes.staleCount(nowMs),
    blocks: context.map.size,
    completeBlocks: context.map.count(BlockState.COMPLETE),
    safeBlocks: audit.safeBlocks,
    lowRedundancyBlocks: low.lowCount,
    corruptReplicaBlocks: audit.corruptReplicaBlocks,
    missingBlocks: low.missingCount,
    missingBlocksReplicationOne: low.counts[Level.MISSING_REPLICATION_ONE] as number,
    highestPriorityLowRedundancyBlocks: low.counts[Level.HIGHEST] as number,
    pendingReconstructionBlocks: context.pending.size,
    pendingDeletionBlocks,
    postponedBlocks: audit.postponed.size,
    excessReplicas: context.replicas.excessCount,
    queuedMessages,
    disputedBlocks: context.digests.disputedCount,
  };
}
