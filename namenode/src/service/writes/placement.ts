import type { Failure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import { AddBlockFlagProto as AddBlockFlag, type DatanodeInfoProto } from '@rfs/protocol/messages';
import { type Datanode, type PlacementRequest, type Storage, storagePolicyById } from '../../blocks/index.js';
import type { FileForWriting } from '../../namespace/index.js';
import type { ServiceParts } from '../handlers.js';
import { knownDatanodes } from './facts.js';

/** What a client asks for when it adds a block. */
export interface BlockWishes {
  readonly excludeNodes: readonly DatanodeInfoProto[];
  readonly favoredNodes: readonly string[];
  readonly flags: readonly number[];
}

/** Storages for a new block of the file, in pipeline order; refuses when there are too few (BlockManager.chooseTarget4NewBlock). */
export function chooseForNewBlock(
  parts: ServiceParts,
  path: string,
  file: FileForWriting,
  wishes: BlockWishes,
): Storage[] | Failure {
  const { blocks, clock } = parts;
  const excluded = knownDatanodes(blocks, wishes.excludeNodes);
  const request: PlacementRequest = {
    replicas: file.replication,
    writer: wishes.flags.includes(AddBlockFlag.IGNORE_CLIENT_LOCALITY)
      ? undefined
      : blocks.locate(file.clientMachine, file.clientMachine),
    chosen: [],
    excluded,
    favored: favoredDatanodes(parts, wishes.favoredNodes),
    blockSizeBytes: file.blockSizeBytes,
    policy: storagePolicyById(file.storagePolicy),
    newBlock: true,
    avoidLocalNode: wishes.flags.includes(AddBlockFlag.NO_LOCAL_WRITE),
    avoidLocalRack: false,
  };
  const targets = blocks.chooseTargets(request, clock.monotonicMs());
  const least = parts.machine.limits.minReplication;
  if (targets.length >= least) return targets;
  const live = blocks.datanodeReport('LIVE').length;
  const excludedText = excluded.length === 0 ? 'no' : String(excluded.length);
  return failure(
    'IOException',
    `File ${path} could only be written to ${targets.length} of the ${least} minReplication nodes. ` +
      `There are ${live} datanode(s) running and ${excludedText} node(s) are excluded in this operation.`,
  );
}

/** Storages for one pipeline that has lost datanodes: those it has, then the new ones (getAdditionalDatanode). */
export function chooseAdditional(
  parts: ServiceParts,
  file: FileForWriting | undefined,
  existing: readonly Storage[],
  excluded: readonly Datanode[],
  count: number,
): Storage[] {
  const { blocks, clock } = parts;
  const machine = file?.clientMachine ?? '';
  const added = blocks.chooseTargets(
    {
      replicas: count,
      writer: machine === '' ? undefined : blocks.locate(machine, machine),
      chosen: existing,
      excluded,
      favored: [],
      blockSizeBytes: file?.blockSizeBytes ?? parts.config.blockSizeBytes,
      policy: storagePolicyById(file?.storagePolicy ?? 0),
      newBlock: true,
      avoidLocalNode: false,
      avoidLocalRack: false,
    },
    clock.monotonicMs(),
  );
  return [...existing, ...added];
}

/** Favored nodes come as "host:port" of the data port. */
function favoredDatanodes(parts: ServiceParts, names: readonly string[]): Datanode[] {
  const wanted = new Set(names);
  if (wanted.size === 0) return [];
  return parts.blocks.datanodeReport('LIVE').filter(({ registration }) => {
    const { hostName, ipAddr, xferPort } = registration;
    return wanted.has(`${hostName}:${xferPort}`) || wanted.has(`${ipAddr}:${xferPort}`);
  });
}
