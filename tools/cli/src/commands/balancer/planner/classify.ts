import type { DatanodeStorageReportProto, StorageReportProto } from '@rfs/protocol/messages';
import { StorageTypeProto } from '@rfs/protocol/messages';
import { type Classes, type Node, StorageGroup } from './model.js';

/** What counts as full (BalancingPolicy): a datanode's disks as they are, or the block pool's part of them. */
export type Policy = 'datanode' | 'blockpool';

export interface ClassifyOptions {
  readonly policy: Policy;
  /** Percent around the average that are balanced enough. */
  readonly threshold: number;
  /** Whether a datanode may give blocks away. */
  readonly isSource: (node: Node) => boolean;
  /** Storages with less room do not count as having any. */
  readonly blockBytes: number;
  /** What a group gives or takes in one iteration at most. */
  readonly maxMovedBytes: number;
}

/** StorageType.getMovableTypes: memory is emptied by itself, and what is provided is elsewhere. */
const MOVABLE: readonly StorageTypeProto[] = [
  StorageTypeProto.DISK,
  StorageTypeProto.SSD,
  StorageTypeProto.ARCHIVE,
  StorageTypeProto.NVDIMM,
];

interface Space {
  readonly capacityBytes: number;
  readonly usedBytes: number;
}

/** Where the cluster stands, and how many bytes it is away from being balanced (Balancer.init). */
export function classify(
  reports: readonly { readonly node: Node; readonly report: DatanodeStorageReportProto }[],
  options: ClassifyOptions,
): Classes & { readonly bytesLeft: number } {
  const over: StorageGroup[] = [];
  const above: StorageGroup[] = [];
  const below: StorageGroup[] = [];
  const under: StorageGroup[] = [];
  let overBytes = 0;
  let underBytes = 0;
  for (const type of MOVABLE) {
    const average = percentOf(sum(reports.flatMap(({ report }) => spaces(report, type, options.policy)))) ?? 0;
    for (const { node, report } of reports) {
      const utilization = percentOf(sum(spaces(report, type, options.policy)));
      if (utilization === undefined) continue;
      if (utilization >= average && !options.isSource(node)) continue;
      const storages = storagesOf(report, type);
      const difference = utilization - average;
      const capacityBytes = storages.reduce((all, { capacity = 0 }) => all + capacity, 0);
      const group = new StorageGroup(node, type, utilization, limit(storages, capacityBytes, difference, options));
      const beyond = Math.abs(difference) - options.threshold;
      const beyondBytes = beyond > 0 ? bytesOf(beyond, capacityBytes) : 0;
      if (difference > 0) {
        overBytes += beyondBytes;
        (beyond > 0 ? over : above).push(group);
      } else {
        underBytes += beyondBytes;
        (beyond > 0 ? under : below).push(group);
      }
    }
  }
  return { over, above, below, under, bytesLeft: Math.max(overBytes, underBytes) };
}

/** Balancer.computeMaxSize2Move: up to the average, no more than there is room for. */
function limit(
  storages: readonly StorageReportProto[],
  capacityBytes: number,
  difference: number,
  { blockBytes, maxMovedBytes }: ClassifyOptions,
): number {
  const wanted = Math.min(maxMovedBytes, bytesOf(Math.abs(difference), capacityBytes));
  if (difference >= 0) return wanted;
  const room = storages.reduce((all, { remaining = 0 }) => all + (remaining >= blockBytes ? remaining : 0), 0);
  return Math.min(wanted, room);
}

function storagesOf({ storageReports }: DatanodeStorageReportProto, type: StorageTypeProto): StorageReportProto[] {
  return storageReports.filter(({ storage }) => (storage?.storageType ?? StorageTypeProto.DISK) === type);
}

function spaces(report: DatanodeStorageReportProto, type: StorageTypeProto, policy: Policy): Space[] {
  return storagesOf(report, type).map(({ capacity = 0, remaining = 0, blockPoolUsed = 0 }) =>
    policy === 'datanode'
      ? { capacityBytes: capacity, usedBytes: capacity - remaining }
      : { capacityBytes: remaining + blockPoolUsed, usedBytes: blockPoolUsed },
  );
}

function sum(all: readonly Space[]): Space {
  let capacityBytes = 0;
  let usedBytes = 0;
  for (const space of all) {
    capacityBytes += space.capacityBytes;
    usedBytes += space.usedBytes;
  }
  return { capacityBytes, usedBytes };
}

/** Undefined where there is no such storage. */
function percentOf({ capacityBytes, usedBytes }: Space): number | undefined {
  return capacityBytes === 0 ? undefined : (usedBytes * 100) / capacityBytes;
}

function bytesOf(percent: number, capacityBytes: number): number {
  return Math.trunc((percent * capacityBytes) / 100);
}
