import type { BlockId } from '@rfs/base/ids';
import type { InspectedReplica } from '../../blocks/index.js';
import { pathOf } from '../../namespace/index.js';

import type { FsckOptions } from './options.js';
import type { FsckParts } from './parts.js';
import { countReplicas, type StaleRule } from './replicas.js';

/** What is known of one block by its name (NamenodeFsck.blockIdCK). */
export function blockText({ blocks, machine }: FsckParts, name: string, options: FsckOptions, rule: StaleRule): string {
  if (!name.includes('blk_')) return `Incorrect blockId format: ${name}\n`;
  const block = blocks.inspect(blockIdOf(name));
  const owner = block === undefined ? undefined : machine.tree.byId(block.owner);
  if (block === undefined || owner === undefined) return `\nBlock ${name} does not exist\n`;
  const numbers = countReplicas(block.replicas);
  const { maintenance } = options;
  const lines = [
    '',
    `Block Id: ${name}`,
    `Block belongs to: ${pathOf(owner)}`,
    `No. of Expected Replica: ${block.replication}`,
    `No. of live Replica: ${numbers.live}`,
    `No. of excess Replica: ${numbers.excess}`,
    `No. of stale Replica: ${numbers.stale}`,
    `No. of decommissioned Replica: ${numbers.decommissioned}`,
    `No. of decommissioning Replica: ${numbers.decommissioning}`,
    ...(maintenance ? [`No. of entering maintenance Replica: ${numbers.enteringMaintenance}`] : []),
    ...(maintenance ? [`No. of in maintenance Replica: ${numbers.inMaintenance}`] : []),
    `No. of corrupted Replica: ${numbers.corrupt}`,
    ...[...block.replicas].reverse().map((replica) => replicaLine(replica, maintenance, rule)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Block.getBlockId: also from the name of a meta file; 0 when it is none. */
function blockIdOf(name: string): BlockId {
  const digits = /^blk_(-?\d{1,15})(?:_\d+\.meta)?$/.exec(name)?.[1];
  return Number(digits ?? 0) as BlockId;
}

function replicaLine(replica: InspectedReplica, maintenance: boolean, rule: StaleRule): string {
  const { datanode } = replica.storage;
  const place = `${datanode.registration.hostName}${datanode.rack.path}`;
  return `Block replica on datanode/rack: ${place} is ${condition(replica, maintenance, rule)}`;
}

function condition(replica: InspectedReplica, maintenance: boolean, rule: StaleRule): string {
  const { datanode } = replica.storage;
  if (replica.corrupt) return `CORRUPT\t ReasonCode: ${replica.reason}`;
  if (datanode.adminState === 'DECOMMISSIONED') return 'DECOMMISSIONED';
  if (datanode.adminState === 'DECOMMISSION_INPROGRESS') return 'DECOMMISSIONING';
  if (maintenance && datanode.adminState === 'ENTERING_MAINTENANCE') return 'ENTERING MAINTENANCE';
  if (maintenance && datanode.adminState === 'IN_MAINTENANCE') return 'IN MAINTENANCE';
  if (datanode.isStale(rule.nowMs, rule.staleIntervalMs)) return 'STALE';
  return replica.excess ? 'EXCESS' : 'HEALTHY';
}
