import { isFailure } from '@rfs/base/failure';
import type { FsyncCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { resolveFile } from '../resolve.js';
import { blockFromEnd, FileEdit, isFinal } from './file-edit.js';
import { checkLease } from './lease.js';

/** Remembers how long the block being written is at least (FSNamesystem.fsync). */
export function fsync(context: OpContext, command: FsyncCommand): true | Refusal {
  const { view } = context;
  const refusal = checkSafeMode(context, 'Cannot fsync file ', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolveFile(view.tree, context.caller, command.path, command.fileId);
  if (isFailure(path)) return path;
  const file = checkLease(context, path, command.clientName, command.fileId);
  if (isFailure(file)) return file;
  const lengthBytes = command.lastBlockLengthBytes ?? -1;
  const last = blockFromEnd(view, file, 1);
  if (lengthBytes <= 0 || last === undefined || isFinal(last) || last.lengthBytes === lengthBytes) return true;

  const edit = new FileEdit(view, file);
  edit.replace(file.blockCount - 1, last, { ...last, lengthBytes });
  edit.finish();
  return true;
}
