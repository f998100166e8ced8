/** Every number the block manager obeys; names of the HDFS keys stand beside them. */
export interface BlockManagerConfig {
  /** dfs.heartbeat.interval */
  readonly heartbeatIntervalMs: number;
  /** dfs.namenode.heartbeat.recheck-interval */
  readonly heartbeatRecheckMs: number;
  /** dfs.namenode.stale.datanode.interval */
  readonly staleIntervalMs: number;
  /** dfs.namenode.avoid.read.stale.datanode */
  readonly avoidStaleForRead: boolean;
  /** dfs.namenode.avoid.write.stale.datanode */
  readonly avoidStaleForWrite: boolean;
  /** dfs.namenode.write.stale.datanode.ratio: with a larger share of stale datanodes they are not avoided. */
  readonly staleRatioForWrite: number;
  /** dfs.namenode.replication.min */
  readonly minReplication: number;
  /** dfs.namenode.safemode.replication.min: replicas with which a block is there, for the safe mode. */
  readonly safeModeMinReplication: number;
  /** dfs.namenode.replication.max-streams */
  readonly maxReplicationStreams: number;
  /** dfs.namenode.replication.max-streams-hard-limit */
  readonly replicationStreamsHardLimit: number;
  /** dfs.namenode.replication.work.multiplier.per.iteration */
  readonly replicationWorkMultiplier: number;
  /** dfs.namenode.redundancy.interval.seconds */
  readonly redundancyIntervalMs: number;
  /** dfs.namenode.reconstruction.pending.timeout-sec */
  readonly pendingTimeoutMs: number;
  /** dfs.namenode.decommission.interval: between passes that judge how far leaving datanodes are. */
  readonly decommissionIntervalMs: number;
  /** dfs.namenode.maintenance.replication.min: replicas of a block that serve while others are in maintenance. */
  readonly maintenanceMinReplication: number;
  /** dfs.replication: with so many replicas elsewhere a block holds no datanode back. */
  readonly defaultReplication: number;
  /** dfs.block.invalidate.limit: blocks in one invalidate command. */
  readonly invalidateLimit: number;
  /** dfs.namenode.max.full.block.report.leases */
  readonly maxReportLeases: number;
  /** dfs.namenode.full.block.report.lease.length.ms */
  readonly reportLeaseMs: number;
  /** dfs.namenode.redundancy.considerLoad and .factor; a factor of 0 ignores load. */
  readonly considerLoadFactor: number;
  /** dfs.namenode.block-placement-policy.default.prefer-local-node */
  readonly preferLocalNode: boolean;
  /** dfs.namenode.block-placement.min-blocks-for.write */
  readonly minBlocksForWrite: number;
  /** dfs.namenode.safemode.threshold-pct */
  readonly safeModeThreshold: number;
  /** dfs.namenode.safemode.min.datanodes */
  readonly safeModeMinDatanodes: number;
  /** dfs.namenode.safemode.extension */
  readonly safeModeExtensionMs: number;
  /** Reports about blocks that the log has not brought yet; above it they are dropped and the storage counts as stale. */
  readonly pendingMessageLimit: number;
}

/** HDFS's defaults (DFSConfigKeys of 3.4.1). */
export const DEFAULT_BLOCK_MANAGER_CONFIG: BlockManagerConfig = {
  heartbeatIntervalMs: 3000,
  heartbeatRecheckMs: 300_000,
  staleIntervalMs: 30_000,
  avoidStaleForRead: false,
  avoidStaleForWrite: false,
  staleRatioForWrite: 0.5,
  minReplication: 1,
  safeModeMinReplication: 1,
  maxReplicationStreams: 2,
  replicationStreamsHardLimit: 4,
  replicationWorkMultiplier: 2,
  redundancyIntervalMs: 3000,
  pendingTimeoutMs: 300_000,
  decommissionIntervalMs: 30_000,
  maintenanceMinReplication: 1,
  defaultReplication: 3,
  invalidateLimit: 1000,
  maxReportLeases: 6,
  reportLeaseMs: 300_000,
  considerLoadFactor: 2,
  preferLocalNode: true,
  minBlocksForWrite: 1,
  safeModeThreshold: 0.999,
  safeModeMinDatanodes: 0,
  safeModeExtensionMs: 0,
  pendingMessageLimit: 1_000_000,
};

/** A datanode silent for so long is dead (DatanodeManager.setHeartbeatInterval). */
export function heartbeatExpiryMs(config: BlockManagerConfig): number {
  return 2 * config.heartbeatRecheckMs + 10 * config.heartbeatIntervalMs;
}
