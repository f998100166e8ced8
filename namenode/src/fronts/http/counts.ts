import type { JmxObject } from '@rfs/base/jmx';
import type { DatanodeFacts } from './view.js';

/** Datanodes and volumes by condition, as several beans list them. */
export interface DatanodeCounts {
  readonly live: number;
  readonly dead: number;
  readonly inService: number;
  readonly decommissionedLive: number;
  readonly decommissionedDead: number;
  readonly decommissioning: number;
  readonly maintenanceLive: number;
  readonly maintenanceDead: number;
  readonly enteringMaintenance: number;
  readonly stale: number;
  readonly staleStorages: number;
  readonly failedVolumes: number;
}

export function countDatanodes(datanodes: readonly DatanodeFacts[]): DatanodeCounts {
  const live = datanodes.filter((node) => node.alive);
  const dead = datanodes.filter((node) => !node.alive);
  const among = (nodes: readonly DatanodeFacts[], state: DatanodeFacts['adminState']): number =>
    nodes.filter((node) => node.adminState === state).length;
  return {
    live: live.length,
    dead: dead.length,
    inService: among(live, 'NORMAL'),
    decommissionedLive: among(live, 'DECOMMISSIONED'),
    decommissionedDead: among(dead, 'DECOMMISSIONED'),
    decommissioning: among(live, 'DECOMMISSION_INPROGRESS'),
    maintenanceLive: among(live, 'IN_MAINTENANCE'),
    maintenanceDead: among(dead, 'IN_MAINTENANCE'),
    enteringMaintenance: among(live, 'ENTERING_MAINTENANCE'),
    stale: live.filter((node) => node.stale).length,
    staleStorages: live.reduce((sum, node) => sum + node.staleStorages, 0),
    failedVolumes: live.reduce((sum, node) => sum + node.failedVolumes, 0),
  };
}

/** @param staleName the attribute for stale datanodes, which two beans name differently */
export function datanodeCountAttributes(counts: DatanodeCounts, staleName: string): JmxObject {
  return {
    NumLiveDataNodes: counts.live,
    NumDeadDataNodes: counts.dead,
    NumDecomLiveDataNodes: counts.decommissionedLive,
    NumDecomDeadDataNodes: counts.decommissionedDead,
    NumInServiceLiveDataNodes: counts.inService,
    VolumeFailuresTotal: counts.failedVolumes,
    NumDecommissioningDataNodes: counts.decommissioning,
    [staleName]: counts.stale,
    NumStaleStorages: counts.staleStorages,
  };
}

export function maintenanceAttributes(counts: DatanodeCounts): JmxObject {
  return {
    NumInMaintenanceLiveDataNodes: counts.maintenanceLive,
    NumInMaintenanceDeadDataNodes: counts.maintenanceDead,
    NumEnteringMaintenanceDataNodes: counts.enteringMaintenance,
  };
}
