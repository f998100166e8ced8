import { isFailure } from '@rfs/base/failure';
import type { BlockRef } from '../../blocks/index.js';
import { type AppendedFile, CommandKind, getFileBlocks, NOBODY, type PlacedBlock } from '../../namespace/index.js';
import { statusMessage } from '../convert/statuses.js';
import type { Handler, Handlers, ServiceParts } from '../handlers.js';
import { Outcome } from '../proposer.js';
import { allocatedMessage } from './blocks.js';
import { loggedBlock, loggedStorage, look } from './facts.js';

/** Storages known to hold the block, as the log keeps them. */
function holders(parts: ServiceParts, block: BlockRef | undefined) {
  if (block === undefined) return [];
  return (parts.blocks.locations(block.id, undefined)?.storages ?? []).map(loggedStorage);
}

const append: Handler<'append'> = (parts, request, context, caller, sink) => {
  const { src, clientName } = request;
  const refusal = parts.checkStartup(() => `Cannot append to file${src}`);
  if (refusal !== undefined) {
    sink.fail(refusal);
    return;
  }
  parts.leases.renew(clientName, parts.clock.monotonicMs());
  const file = look(parts, caller, src, 0);
  const last = file?.last;
  const propose = (): void => {
    const command = {
      path: src,
      clientName,
      flags: request.flag ?? 0,
      expiredHolder: parts.openFiles.expiredHolder(src, caller),
      storages: holders(parts, last),
      lastBlock: last && loggedBlock(last),
      sufficientlyReplicated: last !== undefined && isSufficient(parts, last),
    };
    const respond = (appended: AppendedFile) => ({
      block: appended.lastBlock && allocatedMessage(parts, appended.lastBlock),
      stat: statusMessage(appended.status),
    });
    parts.proposer.propose(CommandKind.APPEND, command, caller, context, true, new Outcome(sink, respond));
  };
  if (file === undefined || last === undefined) propose();
  else parts.waits.untilReplicas(last, Math.min(file.replication, parts.blocks.datanodes.liveCount), propose);
};

/** BlockManager.isSufficientlyReplicated: the minimum, or as many as there are datanodes. */
function isSufficient(parts: ServiceParts, block: BlockRef): boolean {
  const { datanodes } = parts.blocks;
  return parts.blocks.liveReplicas(block.id) >= Math.min(parts.machine.limits.minReplication, datanodes.liveCount);
}

const truncate: Handler<'truncate'> = (parts, request, context, caller, sink) => {
  const { src, newLength, clientName } = request;
  const refusal = parts.checkStartup(() => `Cannot truncate for ${src}`);
  if (refusal !== undefined) {
    sink.fail(refusal);
    return;
  }
  const cut = blockAt(parts, src, newLength);
  const command = {
    path: src,
    newLengthBytes: newLength,
    clientName,
    expiredHolder: parts.openFiles.expiredHolder(src, caller),
    storages: holders(parts, cut),
    block: cut && loggedBlock(cut),
  };
  const respond = (result: boolean) => ({ result });
  parts.leases.renew(clientName, parts.clock.monotonicMs());
  parts.proposer.propose(CommandKind.TRUNCATE, command, caller, context, false, new Outcome(sink, respond));
};

/** The block that the byte before `length` lies in; applying asks the caller's permissions. */
function blockAt(parts: ServiceParts, path: string, length: number): PlacedBlock | undefined {
  if (length <= 0) return undefined;
  const found = getFileBlocks(parts.machine.tree, NOBODY, path, length - 1, 1);
  return isFailure(found) ? undefined : found.blocks[0];
}

const recoverLease: Handler<'recoverLease'> = (parts, request, context, caller, sink) => {
  const { src, clientName } = request;
  const refusal = parts.checkStartup(() => `Cannot recover the lease of ${src}`);
  if (refusal !== undefined) {
    sink.fail(refusal);
    return;
  }
  const file = look(parts, caller, src, 0);
  const command = { ...parts.openFiles.releaseFacts(file), path: src, newHolder: clientName };
  const respond = (result: boolean) => ({ result });
  parts.proposer.propose(CommandKind.RELEASE_LEASE, command, caller, context, false, new Outcome(sink, respond));
};

/** Calls that open a closed file again, or close one whose writer is gone. */
export const reopening: Handlers = { append, truncate, recoverLease };
