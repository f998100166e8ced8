import { javaFloat } from '@rfs/base/java-text';
import { type Bean, compactJson, type JmxObject, parseName } from '@rfs/base/jmx';
import { countDatanodes, datanodeCountAttributes, maintenanceAttributes } from './counts.js';
import {
  deadNodes,
  decommissioningNodes,
  distinctVersions,
  enteringMaintenanceNodes,
  liveNodes,
  nodeUsage,
} from './datanode-tables.js';
import { percentRemaining, percentUsed } from './percents.js';
import type { DatanodeFacts, NamenodeSnapshot } from './view.js';

const FS_NAMESYSTEM = 'org.apache.hadoop.hdfs.server.namenode.FSNamesystem';
const GIB = 1024 ** 3;

/**
 * The namenode's beans, with the names, types and order of Apache 3.4.1's attributes. What rfs has no notion of
 * (checkpoints, edit log streams, the JVM) is left out; what HDFS has and rfs has none of (snapshots, encryption zones,
 * striped files) is counted as none.
 */
export const namenodeBeans: readonly Bean<NamenodeSnapshot>[] = [
  bean('NameNodeStatus', 'org.apache.hadoop.hdfs.server.namenode.NameNode', nameNodeStatus),
  bean('NameNodeInfo', FS_NAMESYSTEM, nameNodeInfo),
  bean('FSNamesystem', 'FSNamesystem', fsNamesystem),
  bean('FSNamesystemState', FS_NAMESYSTEM, fsNamesystemState),
];

function bean(
  name: string,
  modelerType: string,
  attributes: Bean<NamenodeSnapshot>['attributes'],
): Bean<NamenodeSnapshot> {
  const text = `Hadoop:service=NameNode,name=${name}`;
  return { text, name: parseName(text), modelerType, attributes };
}

function nameNodeStatus(from: NamenodeSnapshot): JmxObject {
  return {
    State: from.role,
    NNRole: 'NameNode',
    HostAndPort: from.hostAndPort,
    SecurityEnabled: false,
    LastHATransitionTime: from.lastTransitionMs,
    BytesWithFutureGenerationStamps: 0,
    SlowPeersReport: null,
    SlowDisksReport: null,
  };
}

function nameNodeInfo(from: NamenodeSnapshot): JmxObject {
  const { stats, datanodes } = from;
  const versions = distinctVersions(datanodes);
  const sum = (of: (node: DatanodeFacts) => number): number =>
    datanodes.reduce((total, node) => (node.alive ? total + of(node) : total), 0);
  return {
    Version: `${from.version}, rfs`,
    BlockPoolId: from.filesystem?.blockPoolId ?? '',
    ClusterId: from.filesystem?.clusterId ?? '',
    UpgradeFinalized: true,
    HighestPriorityLowRedundancyReplicatedBlocks: stats.highestPriorityLowRedundancyBlocks,
    HighestPriorityLowRedundancyECBlocks: 0,
    Used: stats.usedBytes,
    Free: stats.remainingBytes,
    Total: stats.capacityBytes,
    ProvidedCapacity: 0,
    Safemode: from.safeMode === undefined ? '' : `Safe mode is ON. ${from.safeMode}`,
    NonDfsUsedSpace: stats.nonDfsUsedBytes,
    PercentUsed: javaFloat(percentUsed(stats.usedBytes, stats.capacityBytes)),
    BlockPoolUsedSpace: stats.blockPoolUsedBytes,
    PercentBlockPoolUsed: javaFloat(percentUsed(stats.blockPoolUsedBytes, stats.capacityBytes)),
    PercentRemaining: javaFloat(percentRemaining(stats.remainingBytes, stats.capacityBytes)),
    CacheCapacity: sum((node) => node.cacheCapacityBytes),
    CacheUsed: sum((node) => node.cacheUsedBytes),
    TotalBlocks: stats.blocks,
    NumberOfMissingBlocks: stats.missingBlocks,
    NumberOfMissingBlocksWithReplicationFactorOne: stats.missingBlocksReplicationOne,
    LiveNodes: liveNodes(datanodes),
    DeadNodes: deadNodes(datanodes),
    DecomNodes: decommissioningNodes(datanodes),
    EnteringMaintenanceNodes: enteringMaintenanceNodes(datanodes),
    NameDirStatuses: compactJson({ active: { [from.nameDir]: 'IMAGE_AND_EDITS' }, failed: {} }),
    NodeUsage: nodeUsage(datanodes),
    NNStartedTimeInMillis: from.startedMs,
    NumberOfSnapshottableDirs: 0,
    DistinctVersionCount: versions.length,
    DistinctVersions: versions,
    SoftwareVersion: from.version,
    RollingUpgradeStatus: null,
  };
}

function fsNamesystem(from: NamenodeSnapshot): JmxObject {
  const { stats } = from;
  const counts = countDatanodes(from.datanodes);
  const wholeGib = (bytes: number) => javaFloat(Math.round(bytes / GIB));
  return {
    'tag.Context': 'dfs',
    'tag.HAState': from.role,
    'tag.Hostname': from.hostName,
    MissingBlocks: stats.missingBlocks,
    MissingReplOneBlocks: stats.missingBlocksReplicationOne,
    LastWrittenTransactionId: from.appliedIndex,
    CapacityTotal: stats.capacityBytes,
    CapacityTotalGB: wholeGib(stats.capacityBytes),
    CapacityUsed: stats.usedBytes,
    CapacityUsedGB: wholeGib(stats.usedBytes),
    CapacityRemaining: stats.remainingBytes,
    ProvidedCapacityTotal: 0,
    CapacityRemainingGB: wholeGib(stats.remainingBytes),
    CapacityUsedNonDFS: stats.nonDfsUsedBytes,
    TotalLoad: stats.xceiverCount,
    SnapshottableDirectories: 0,
    Snapshots: 0,
    NumEncryptionZones: 0,
    CurrentTokensCount: 0,
    PendingSPSPaths: 0,
    BlocksTotal: stats.blocks,
    NumFilesUnderConstruction: from.openFiles,
    NumActiveClients: from.writers,
    FilesTotal: from.inodes,
    PendingReplicationBlocks: stats.pendingReconstructionBlocks,
    PendingReconstructionBlocks: stats.pendingReconstructionBlocks,
    UnderReplicatedBlocks: stats.lowRedundancyBlocks,
    LowRedundancyBlocks: stats.lowRedundancyBlocks,
    CorruptBlocks: stats.corruptReplicaBlocks,
    PendingDeletionBlocks: stats.pendingDeletionBlocks,
    LowRedundancyReplicatedBlocks: stats.lowRedundancyBlocks,
    CorruptReplicatedBlocks: stats.corruptReplicaBlocks,
    MissingReplicatedBlocks: stats.missingBlocks,
    MissingReplicationOneBlocks: stats.missingBlocksReplicationOne,
    HighestPriorityLowRedundancyReplicatedBlocks: stats.highestPriorityLowRedundancyBlocks,
    HighestPriorityLowRedundancyECBlocks: 0,
    BytesInFutureReplicatedBlocks: 0,
    PendingDeletionReplicatedBlocks: stats.pendingDeletionBlocks,
    TotalReplicatedBlocks: stats.blocks,
    LowRedundancyECBlockGroups: 0,
    CorruptECBlockGroups: 0,
    MissingECBlockGroups: 0,
    BytesInFutureECBlockGroups: 0,
    PendingDeletionECBlocks: 0,
    TotalECBlockGroups: 0,
    ExcessBlocks: stats.excessReplicas,
    PostponedMisreplicatedBlocks: stats.postponedBlocks,
    PendingDataNodeMessageCount: stats.queuedMessages,
    ...datanodeCountAttributes(counts, 'StaleDataNodes'),
    ...maintenanceAttributes(counts),
  };
}

function fsNamesystemState(from: NamenodeSnapshot): JmxObject {
  const { stats } = from;
  const counts = countDatanodes(from.datanodes);
  return {
    CapacityTotal: stats.capacityBytes,
    CapacityUsed: stats.usedBytes,
    CapacityRemaining: stats.remainingBytes,
    ProvidedCapacityTotal: 0,
    TotalLoad: stats.xceiverCount,
    SnapshotStats: compactJson({ SnapshottableDirectories: 0, Snapshots: 0 }),
    NumEncryptionZones: 0,
    CurrentTokensCount: 0,
    PendingSPSPaths: 0,
    FsLockQueueLength: 0,
    BlocksTotal: stats.blocks,
    MaxObjects: from.maxObjects,
    FilesTotal: from.inodes,
    PendingReplicationBlocks: stats.pendingReconstructionBlocks,
    PendingReconstructionBlocks: stats.pendingReconstructionBlocks,
    UnderReplicatedBlocks: stats.lowRedundancyBlocks,
    LowRedundancyBlocks: stats.lowRedundancyBlocks,
    PendingDeletionBlocks: stats.pendingDeletionBlocks,
    BlockDeletionStartTime: from.startedMs,
    FSState: from.safeMode === undefined ? 'Operational' : 'safeMode',
    ...datanodeCountAttributes(counts, 'NumStaleDataNodes'),
    ...maintenanceAttributes(counts),
  };
}
