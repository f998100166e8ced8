import { isFailure } from '@rfs/base/failure';
import type { LocatedBlockProto } from '@rfs/protocol/messages';
import { type AllocatedBlock, CommandKind, type StampedBlock } from '../../namespace/index.js';
import { locatedBlock } from '../convert/located-blocks.js';
import type { Handler, Handlers, ServiceParts } from '../handlers.js';
import { Outcome } from '../proposer.js';
import {
  blockRef,
  knownDatanodes,
  knownStorages,
  loggedBlock,
  loggedStorage,
  look,
  unfinished,
  unfinishedBefore,
} from './facts.js';
import { chooseAdditional, chooseForNewBlock } from './placement.js';

const NOTHING = {};
const nothing = (): typeof NOTHING => NOTHING;
const verdict = (result: boolean): { result: boolean } => ({ result });

/** What located blocks are written with. */
function writing(parts: ServiceParts) {
  return {
    poolId: parts.poolId(),
    clock: { wallMinusMonotonicMs: parts.clock.nowMs() - parts.clock.monotonicMs() },
  };
}

/** A block that the log placed, at those of its storages that are still registered. */
export function allocatedMessage(parts: ServiceParts, block: AllocatedBlock): LocatedBlockProto {
  return locatedBlock(writing(parts), block, block.offsetBytes, knownStorages(parts.blocks, block.storages));
}

const addBlock: Handler<'addBlock'> = (parts, request, context, caller, sink) => {
  const { src, clientName, previous } = request;
  const refusal = parts.checkStartup(() => `Cannot add block to ${src}`);
  if (refusal !== undefined) {
    sink.fail(refusal);
    return;
  }
  const fileId = request.fileId ?? 0;
  const waitFor = unfinishedBefore(parts, caller, src, fileId);
  const arrivedMs = parts.clock.monotonicMs();
  const place = (): void => {
    const file = look(parts, caller, src, fileId);
    const chosen = file === undefined ? [] : chooseForNewBlock(parts, src, file, request);
    // Who leads no longer has nobody to refuse: the log sends the call to the one who does.
    const refused = isFailure(chosen) && parts.proposer.leading ? chosen : undefined;
    if (refused !== undefined) {
      if (!parts.newcomers.comeAgain(arrivedMs, place)) sink.fail(refused);
      return;
    }
    const targets = isFailure(chosen) ? [] : chosen;
    const candidates = unfinished(file?.before);
    if (previous !== undefined) candidates.push(blockRef(previous));
    const command = {
      path: src,
      fileId,
      clientName,
      previous: previous === undefined ? undefined : loggedBlock(blockRef(previous)),
      targets: targets.map(loggedStorage),
      minimal: parts.waits.minimal(candidates).map(loggedBlock),
    };
    const respond = (block: AllocatedBlock) => ({ block: allocatedMessage(parts, block) });
    parts.proposer.propose(CommandKind.ADD_BLOCK, command, caller, context, false, new Outcome(sink, respond));
  };
  parts.waits.until(waitFor, place);
};

const complete: Handler<'complete'> = (parts, request, context, caller, sink) => {
  const { src, clientName, last } = request;
  const refusal = parts.checkStartup(() => `Cannot complete file ${src}`);
  if (refusal !== undefined) {
    sink.fail(refusal);
    return;
  }
  const fileId = request.fileId ?? 0;
  const candidates = unfinishedBefore(parts, caller, src, fileId);
  if (last !== undefined) candidates.push(blockRef(last));
  parts.waits.until(candidates, () => {
    const command = {
      path: src,
      fileId,
      clientName,
      last: last === undefined ? undefined : loggedBlock(blockRef(last)),
      minimal: parts.waits.minimal(candidates).map(loggedBlock),
    };
    parts.proposer.propose(CommandKind.COMPLETE, command, caller, context, false, new Outcome(sink, verdict));
  });
};

const abandonBlock: Handler<'abandonBlock'> = (parts, request, context, caller, sink) => {
  const { src, holder, b } = request;
  const command = { path: src, fileId: request.fileId ?? 0, clientName: holder, block: loggedBlock(blockRef(b)) };
  parts.proposer.propose(CommandKind.ABANDON_BLOCK, command, caller, context, false, new Outcome(sink, nothing));
};

const fsync: Handler<'fsync'> = (parts, request, context, caller, sink) => {
  const command = {
    path: request.src,
    fileId: request.fileId ?? 0,
    clientName: request.client,
    lastBlockLengthBytes: request.lastBlockLength ?? -1,
  };
  parts.proposer.propose(CommandKind.FSYNC, command, caller, context, false, new Outcome(sink, nothing));
};

const updateBlockForPipeline: Handler<'updateBlockForPipeline'> = (parts, request, context, caller, sink) => {
  const block = blockRef(request.block);
  const inodeId = parts.blocks.ownerOf(block.id) ?? 0;
  const command = { block: loggedBlock(block), inodeId, clientName: request.clientName };
  const respond = (stamped: StampedBlock) => ({ block: locatedBlock(writing(parts), stamped, -1, []) });
  const outcome = new Outcome(sink, respond);
  parts.proposer.propose(CommandKind.UPDATE_BLOCK_FOR_PIPELINE, command, caller, context, false, outcome);
};

const updatePipeline: Handler<'updatePipeline'> = (parts, request, context, caller, sink) => {
  const { clientName, newNodes, storageIDs } = request;
  const oldBlock = blockRef(request.oldBlock);
  const command = {
    clientName,
    oldBlock: loggedBlock(oldBlock),
    newBlock: loggedBlock(blockRef(request.newBlock)),
    inodeId: parts.blocks.ownerOf(oldBlock.id) ?? 0,
    storages: newNodes.map((node, i) => ({ datanodeUuid: node.datanodeUuid, storageId: storageIDs[i] ?? '' })),
  };
  parts.proposer.propose(CommandKind.UPDATE_PIPELINE, command, caller, context, true, new Outcome(sink, nothing));
};

const getAdditionalDatanode: Handler<'getAdditionalDatanode'> = (parts, request, _context, caller, sink) => {
  const refusal = parts.checkStartup(() => `Cannot add datanode; src=${request.src}`);
  if (refusal !== undefined) {
    sink.fail(refusal);
    return;
  }
  const { blocks } = parts;
  const existing = knownStorages(
    blocks,
    request.existings.map(({ id }, i) => ({
      datanodeUuid: id.datanodeUuid,
      storageId: request.existingStorageUuids[i] ?? '',
    })),
  );
  const file = look(parts, caller, request.src, request.fileId ?? 0);
  const excluded = knownDatanodes(blocks, request.excludes);
  const storages = chooseAdditional(parts, file, existing, excluded, request.numAdditionalNodes);
  sink.reply({ block: locatedBlock(writing(parts), blockRef(request.blk), -1, storages) });
};

const reportBadBlocks: Handler<'reportBadBlocks'> = (parts, request, { clientAddress }, _caller, sink) => {
  markBad(parts, request.blocks, `a reader at ${clientAddress}`);
  sink.reply(NOTHING);
};

/** Replicas whose bytes somebody found wrong; `by` says who, for operators. */
export function markBad(parts: ServiceParts, located: readonly LocatedBlockProto[], by: string): void {
  for (const { b, locs, storageIDs } of located) {
    const block = blockRef(b);
    for (const [i, { id }] of locs.entries()) {
      parts.blocks.reportBadBlock(block, id.datanodeUuid, storageIDs[i] ?? '', by);
    }
  }
  parts.wakeBlocks();
}

/** Calls about the blocks of a file that is being written. */
export const blockWrites: Handlers = {
  addBlock,
  complete,
  abandonBlock,
  fsync,
  updateBlockForPipeline,
  updatePipeline,
  getAdditionalDatanode,
  reportBadBlocks,
};
