import { javaFloat } from '@rfs/base/java-text';
import { compactJson, type JmxObject, type JmxValue } from '@rfs/base/jmx';
import type { AdminState } from '../../blocks/index.js';
import { percentUsed, standardDeviation } from './percents.js';
import type { DatanodeFacts } from './view.js';

/** How HDFS names the states to people (DatanodeInfo.AdminStates.toString). */
export const adminStateNames: Record<AdminState, string> = {
  NORMAL: 'In Service',
  DECOMMISSION_INPROGRESS: 'Decommission In Progress',
  DECOMMISSIONED: 'Decommissioned',
  ENTERING_MAINTENANCE: 'Entering Maintenance',
  IN_MAINTENANCE: 'In Maintenance',
};

/** The bean's LiveNodes. */
export function liveNodes(datanodes: readonly DatanodeFacts[]): string {
  return table(
    datanodes.filter((node) => node.alive),
    (node) => ({
      infoAddr: `${node.ipAddr}:${node.infoPort}`,
      infoSecureAddr: `${node.ipAddr}:${node.infoSecurePort}`,
      xferaddr: `${node.ipAddr}:${node.xferPort}`,
      location: node.rack,
      lastContact: Math.trunc(node.lastContactMs / 1000),
      usedSpace: node.usedBytes,
      adminState: adminStateNames[node.adminState],
      nonDfsUsedSpace: node.nonDfsUsedBytes,
      capacity: node.capacityBytes,
      numBlocks: node.blocks,
      version: node.softwareVersion,
      used: node.usedBytes,
      remaining: node.remainingBytes,
      blockScheduled: node.scheduledBlocks,
      blockPoolUsed: node.blockPoolUsedBytes,
      blockPoolUsedPercent: javaFloat(percentUsed(node.blockPoolUsedBytes, node.capacityBytes)),
      volfails: node.failedVolumes,
      lastBlockReport: Math.trunc(node.lastReportMs / 60_000),
      blockPoolUsedPercentStdDev: javaFloat(standardDeviation(node.storagePercents)),
    }),
  );
}

/** The bean's DeadNodes. */
export function deadNodes(datanodes: readonly DatanodeFacts[]): string {
  return table(
    datanodes.filter((node) => !node.alive),
    (node) => ({
      lastContact: Math.trunc(node.lastContactMs / 1000),
      decommissioned: node.adminState === 'DECOMMISSIONED',
      adminState: adminStateNames[node.adminState],
      xferaddr: `${node.ipAddr}:${node.xferPort}`,
      location: node.rack,
    }),
  );
}

/** The bean's DecomNodes: those that are being emptied, and how far they are. */
export function decommissioningNodes(datanodes: readonly DatanodeFacts[]): string {
  return table(
    datanodes.filter((node) => node.alive && node.adminState === 'DECOMMISSION_INPROGRESS'),
    (node) => ({
      xferaddr: `${node.ipAddr}:${node.xferPort}`,
      location: node.rack,
      underReplicatedBlocks: node.leaving?.blocks ?? 0,
      decommissionOnlyReplicas: node.leaving?.onlyHereBlocks ?? 0,
      underReplicateInOpenFiles: node.leaving?.openBlocks ?? 0,
      decommissionDuration: node.leaving?.forMs ?? 0,
    }),
  );
}

/** The bean's EnteringMaintenanceNodes: those on their way into maintenance, and how far they are. */
export function enteringMaintenanceNodes(datanodes: readonly DatanodeFacts[]): string {
  return table(
    datanodes.filter((node) => node.alive && node.adminState === 'ENTERING_MAINTENANCE'),
    (node) => ({
      xferaddr: `${node.ipAddr}:${node.xferPort}`,
      location: node.rack,
      underReplicatedBlocks: node.leaving?.blocks ?? 0,
      maintenanceOnlyReplicas: node.leaving?.onlyHereBlocks ?? 0,
      underReplicateInOpenFiles: node.leaving?.openBlocks ?? 0,
    }),
  );
}

/** The bean's NodeUsage: how full the live datanodes in service are. */
export function nodeUsage(datanodes: readonly DatanodeFacts[]): string {
  const usages = datanodes
    .filter((node) => node.alive && node.adminState === 'NORMAL')
    .map((node) => percentUsed(node.usedBytes, node.capacityBytes))
    .sort((a, b) => a - b);
  const percent = (value: number | undefined): string => `${(value ?? 0).toFixed(2)}%`;
  return compactJson({
    nodeUsage: {
      min: percent(usages[0]),
      median: percent(usages[Math.trunc(usages.length / 2)]),
      max: percent(usages.at(-1)),
      stdDev: percent(standardDeviation(usages)),
    },
  });
}

/** The bean's DistinctVersions: how many live datanodes run which version. */
export function distinctVersions(datanodes: readonly DatanodeFacts[]): JmxValue[] {
  const counts = new Map<string, number>();
  for (const { alive, softwareVersion } of datanodes) {
    if (alive) counts.set(softwareVersion, (counts.get(softwareVersion) ?? 0) + 1);
  }
  return [...counts].map(([key, value]) => ({ key, value }));
}

function table(datanodes: readonly DatanodeFacts[], row: (node: DatanodeFacts) => JmxObject): string {
  return compactJson(Object.fromEntries(datanodes.map((node) => [`${node.hostName}:${node.xferPort}`, row(node)])));
}
