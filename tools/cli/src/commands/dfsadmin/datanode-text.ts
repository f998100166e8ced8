import {
  DatanodeInfoProto_AdminState as AdminState,
  type DatanodeInfoProto,
  StorageTypeProto,
} from '@rfs/protocol/messages';
import { binaryPrefix, javaDate } from '../../text/index.js';

const DEFAULT_RACK = '/default-rack';

const STATUS: Readonly<Record<AdminState, string>> = {
  [AdminState.NORMAL]: 'Normal',
  [AdminState.DECOMMISSION_INPROGRESS]: 'Decommission in progress',
  [AdminState.DECOMMISSIONED]: 'Decommissioned',
  [AdminState.ENTERING_MAINTENANCE]: 'Entering maintenance',
  [AdminState.IN_MAINTENANCE]: 'In maintenance',
};

/** One datanode, line for line as HDFS reports it (`DatanodeInfo.getDatanodeReport`); `lookedUp` is the name of its address. */
export function datanodeText(info: DatanodeInfoProto, lookedUp: string): string {
  const { id, location = '', upgradeDomain, adminState = AdminState.NORMAL } = info;
  const { capacity = 0, dfsUsed = 0, remaining = 0, cacheCapacity = 0, cacheUsed = 0 } = info;
  const nonDfsUsed = info.nonDfsUsed ?? Math.max(0, capacity - dfsUsed - remaining);
  const cacheRemaining = cacheCapacity - cacheUsed;
  const lines = [
    `Name: ${id.ipAddr}:${id.xferPort} (${lookedUp})`,
    `Hostname: ${id.hostName}`,
    ...(location === DEFAULT_RACK ? [] : [`Rack: ${location}`]),
    ...(upgradeDomain === undefined ? [] : [`Upgrade domain: ${upgradeDomain}`]),
    `Decommission Status : ${STATUS[adminState]}`,
    `Configured Capacity: ${bytes(capacity)}`,
    `DFS Used: ${bytes(dfsUsed)}`,
    `Non DFS Used: ${bytes(nonDfsUsed)}`,
    `DFS Remaining: ${bytes(remaining)}`,
    `DFS Used%: ${usedPercent(dfsUsed, capacity)}`,
    `DFS Remaining%: ${remainingPercent(remaining, capacity)}`,
    `Configured Cache Capacity: ${bytes(cacheCapacity)}`,
    `Cache Used: ${bytes(cacheUsed)}`,
    `Cache Remaining: ${bytes(cacheRemaining)}`,
    `Cache Used%: ${usedPercent(cacheUsed, cacheCapacity)}`,
    `Cache Remaining%: ${remainingPercent(cacheRemaining, cacheCapacity)}`,
    `Xceivers: ${info.xceiverCount ?? 0}`,
    `Last contact: ${javaDate(info.lastUpdate ?? 0)}`,
    `Last Block Report: ${(info.lastBlockReportTime ?? 0) === 0 ? 'Never' : javaDate(info.lastBlockReportTime ?? 0)}`,
    `Num of Blocks: ${info.numBlocks ?? 0}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A number of bytes in digits and for people. */
export function bytes(count: number): string {
  return `${count} (${binaryPrefix(count, 'B', 2)})`;
}

/** What HDFS calls a kind of storage. */
export function storageTypeName(type: StorageTypeProto): string {
  return Object.entries(StorageTypeProto).find(([, value]) => value === type)?.[0] ?? String(type);
}

/** Nothing of nothing is 100 % used (`DFSUtilClient.getPercentUsed`). */
function usedPercent(used: number, capacity: number): string {
  return percent(capacity <= 0 ? 100 : (used * 100) / capacity);
}

function remainingPercent(remaining: number, capacity: number): string {
  return percent(capacity <= 0 ? 0 : (remaining * 100) / capacity);
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}
