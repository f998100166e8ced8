import { isFailure } from '@rfs/base/failure';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import type { LoggedBlock, UpdateBlockForPipelineCommand, UpdatePipelineCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type File, InodeKind } from '../inode.js';
import { type BlockRow, BlockState, type OpenFileRow } from '../records.js';
import { blockFromEnd, FileEdit } from './file-edit.js';
import { blockText, clientBlockText } from './lease.js';

/** A block with the stamp that its pipeline is to be set up with. */
export interface StampedBlock {
  readonly id: BlockId;
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
}

/** Consumes a stamp for a pipeline that is to be set up again (FSNamesystem.bumpBlockGenerationStamp). */
export function updateBlockForPipeline(
  context: OpContext,
  command: UpdateBlockForPipelineCommand,
): StampedBlock | Refusal {
  const found = checkBlockBeingWritten(context, command.block, command.inodeId, command.clientName);
  if (isFailure(found)) return found;
  const { blockId, lengthBytes } = command.block;
  return { id: blockId as BlockId, stamp: context.view.newStamp(), lengthBytes: lengthBytes ?? 0 };
}

/** The pipeline runs again, under a new stamp and on these storages (FSNamesystem.updatePipelineInternal). */
export function updatePipeline(context: OpContext, command: UpdatePipelineCommand): true | Refusal {
  const { view } = context;
  const { oldBlock, newBlock } = command;
  const found = checkBlockBeingWritten(context, oldBlock, command.inodeId, command.clientName);
  if (isFailure(found)) return found;
  const { file, open, last } = found;
  const oldText = clientBlockText(context, oldBlock);
  const newText = clientBlockText(context, newBlock);
  if (newBlock.stamp <= last.stamp) {
    return failure(
      'IOException',
      `Update ${oldText} but the new block ${newText} does not have a larger generation stamp than the last block ` +
        blockText(last),
    );
  }
  const lengthBytes = newBlock.lengthBytes ?? 0;
  if (lengthBytes < last.lengthBytes) {
    return failure(
      'IOException',
      `Update ${oldText} (size=${oldBlock.lengthBytes ?? 0}) to a smaller size block ${newText} (size=${lengthBytes})`,
    );
  }

  const edit = new FileEdit(view, file);
  const stamp = newBlock.stamp as GenerationStamp;
  edit.replace(file.blockCount - 1, last, { ...last, stamp, lengthBytes });
  edit.finish();
  view.putOpenFile(file.id, { ...open, expected: view.internStorages(command.storages) });
  view.events.blockReopened(last.id, stamp, lengthBytes, command.storages);
  return true;
}

interface BlockBeingWritten {
  readonly file: File;
  readonly open: OpenFileRow;
  readonly last: BlockRow;
}

/** The block must be the one its file is being written with, by this client (FSNamesystem.checkUCBlock). */
function checkBlockBeingWritten(
  context: OpContext,
  block: LoggedBlock,
  inodeId: number,
  clientName: string,
): BlockBeingWritten | Refusal {
  const { view } = context;
  const text = clientBlockText(context, block);
  const refusal = checkSafeMode(context, 'Cannot get a new generation stamp and an access token for block ', text);
  if (refusal !== undefined) return refusal;
  const file = view.tree.byId(inodeId);
  if (file?.kind !== InodeKind.FILE) return failure('IOException', `${text} does not exist.`);
  const last = blockFromEnd(view, file, 1);
  if (last === undefined) return failure('IOException', `${text} does not exist.`);
  if (last.id !== block.blockId || last.state !== BlockState.UNDER_CONSTRUCTION) {
    const state = last.id === block.blockId ? STATE_NAMES[last.state] : 'COMPLETE';
    return failure('IOException', `Unexpected BlockUCState: ${text} is ${state} but not UNDER_CONSTRUCTION`);
  }
  const open = file.underConstruction ? view.openFile(file.id) : undefined;
  if (open === undefined) {
    return failure(
      'IOException',
      `The file ${blockText(last)} belonged to does not exist or it is not under construction.`,
    );
  }
  if (open.holder !== clientName) {
    return failure('LeaseExpiredException', `Lease mismatch: ${text} is accessed by a non lease holder ${clientName}`);
  }
  return { file, open, last };
}

const STATE_NAMES = ['UNDER_CONSTRUCTION', 'UNDER_RECOVERY', 'COMMITTED', 'COMPLETE'];
