import { binaryPrefix, javaDate } from '@rfs/base/java-text';
import { type Datanode, DEFAULT_RACK } from '../../blocks/index.js';

const STATES = {
  NORMAL: 'IN',
  DECOMMISSION_INPROGRESS: 'DP',
  DECOMMISSIONED: 'DD',
  ENTERING_MAINTENANCE: 'EM',
  IN_MAINTENANCE: 'IM',
} as const;

/** One datanode on one line (DatanodeDescriptor.dumpDatanode). */
export function datanodeLine(datanode: Datanode, wallMinusMonotonicMs: number): string {
  const { registration, rack, capacityBytes, usedBytes, remainingBytes, cacheCapacityBytes, cacheUsedBytes } = datanode;
  const words = [
    `${registration.ipAddr}:${registration.xferPort}`,
    ...(rack.path === DEFAULT_RACK ? [] : [rack.path]),
    STATES[datanode.adminState],
    size(capacityBytes),
    size(usedBytes),
    usedPercent(usedBytes, capacityBytes),
    size(remainingBytes),
    size(cacheCapacityBytes),
    size(cacheUsedBytes),
    usedPercent(cacheUsedBytes, cacheCapacityBytes),
    size(cacheCapacityBytes - cacheUsedBytes),
    javaDate(datanode.lastUpdateMs + wallMinusMonotonicMs),
  ];
  const waits = [
    ...counted(datanode.transfers.length, 'replicated'),
    ...counted(datanode.invalidates.size, 'invalidated'),
    ...counted(datanode.recoveries.length, 'recovered'),
  ];
  return words.join(' ') + waits.join('');
}

function size(bytes: number): string {
  return `${bytes}(${binaryPrefix(bytes, 'B', 2)})`;
}

/** Nothing of nothing is 100 % used (DFSUtilClient.getPercentUsed). */
function usedPercent(used: number, capacity: number): string {
  return `${(capacity <= 0 ? 100 : (used * 100) / capacity).toFixed(2)}%`;
}

function counted(count: number, what: string): string[] {
  return count > 0 ? [` ${count} blocks to be ${what};`] : [];
}
