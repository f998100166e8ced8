import { isFailure } from '@rfs/base/failure';
import type { AbandonBlockCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { resolveFile } from '../resolve.js';
import { blockFromEnd, FileEdit } from './file-edit.js';
import { checkLease, openRow } from './lease.js';

/** Removes the last block when it is the one the client gives up; anything else is no error (FSDirWriteFileOp). */
export function abandonBlock(context: OpContext, command: AbandonBlockCommand): true | Refusal {
  const { view } = context;
  const refusal = checkSafeMode(context, `Cannot abandon block blk_${command.block.blockId} for file ${command.path}`);
  if (refusal !== undefined) return refusal;
  const path = resolveFile(view.tree, context.caller, command.path, command.fileId);
  if (isFailure(path)) return path;
  const file = checkLease(context, path, command.clientName, command.fileId);
  if (isFailure(file)) return file;
  const last = blockFromEnd(view, file, 1);
  if (last === undefined || last.id !== command.block.blockId) return true;

  const edit = new FileEdit(view, file);
  edit.removeLast(last);
  edit.finish();
  view.putOpenFile(file.id, { ...openRow(view, file), expected: [], recoveryStamp: 0 });
  return true;
}
