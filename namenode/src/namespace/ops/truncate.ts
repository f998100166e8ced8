import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { TruncateCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type File, InodeFlag, InodeKind } from '../inode.js';
import { Access, checkAccess } from '../permissions.js';
import { type BlockRow, BlockState } from '../records.js';
import { PathUse, resolvePath } from '../resolve.js';
import { blockFromEnd, FileEdit, sameBlock } from './file-edit.js';
import { checkNotOpen, openingText } from './lease-conflict.js';
import { checkQuota } from './quota.js';

/**
 * Cuts a file. True when the cut falls between blocks and all is done; false when the last block has to be cut on the
 * datanodes first, and while that goes on to the same length (FSDirTruncateOp.truncate).
 */
export function truncate(context: OpContext, command: TruncateCommand): boolean | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, 'Cannot truncate for ', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE);
  if (isFailure(path)) return path;
  const denied = checkAccess(view.tree.names, caller, path, Access.WRITE);
  if (denied !== undefined) return denied;
  const file = path.last;
  if (file === undefined) return failure('FileNotFoundException', `File does not exist: ${path.text}`);
  if (file.kind !== InodeKind.FILE) return failure('FileNotFoundException', `Path is not a file: ${path.text}`);
  const going = alreadyCutting(context, command, file, path.text);
  if (going !== undefined) return going;
  const { clientName, expiredHolder, newLengthBytes } = command;
  const open = checkNotOpen(context, 'TRUNCATE_FILE', file, path.text, clientName, expiredHolder);
  if (open !== undefined) return open;
  if (file.lengthBytes === newLengthBytes) return true;
  if (file.lengthBytes < newLengthBytes) {
    return failure(
      'HadoopIllegalArgumentException',
      `Cannot truncate to a larger file size. Current size: ${file.lengthBytes}, truncate size: ${newLengthBytes}.`,
    );
  }
  const cut = whereToCut(context, file, newLengthBytes);
  if (cut.keepBytes > 0) {
    const unfit = checkCutBlock(context, command, file, cut.block as BlockRow, path.text);
    if (unfit !== undefined) return unfit;
  }

  const edit = new FileEdit(view, file);
  const kept = cut.index + (cut.keepBytes > 0 ? 1 : 0);
  while (file.blockCount > kept) edit.removeLast(blockFromEnd(view, file, 1) as BlockRow);
  file.mtimeMs = view.state.timeMs;
  if (cut.keepBytes > 0) startCut(context, command, file, edit, cut.block as BlockRow, cut.keepBytes);
  edit.finish();
  return cut.keepBytes === 0;
}

/** The answer when the file is being cut right now. */
function alreadyCutting(
  context: OpContext,
  command: TruncateCommand,
  file: File,
  path: string,
): false | Refusal | undefined {
  const { view } = context;
  if (!file.underConstruction) return undefined;
  const last = blockFromEnd(view, file, 1);
  const open = view.openFile(file.id);
  if (last?.state !== BlockState.UNDER_RECOVERY || open === undefined || open.truncateBytes < 0) return undefined;
  if (command.newLengthBytes === file.lengthBytes - last.lengthBytes + open.truncateBytes) return false;
  const machine = context.clientMachine;
  return failure(
    'AlreadyBeingCreatedException',
    openingText('TRUNCATE_FILE', path, command.clientName, machine, `${path} is being truncated.`),
  );
}

/** The block that the new end lies in: its place, and how much of it stays (0: it goes as a whole). */
function whereToCut(
  { view }: OpContext,
  file: File,
  newLength: number,
): { index: number; keepBytes: number; block: BlockRow | undefined } {
  let end = file.lengthBytes;
  for (let index = file.blockCount - 1; index >= 0; index--) {
    const block = view.block(file.id, index) as BlockRow;
    const start = end - block.lengthBytes;
    if (newLength === end) return { index: index + 1, keepBytes: 0, block: undefined };
    if (newLength > start) return { index, keepBytes: newLength - start, block };
    end = start;
  }
  return { index: 0, keepBytes: 0, block: undefined };
}

function checkCutBlock(
  { view }: OpContext,
  command: TruncateCommand,
  file: File,
  block: BlockRow,
  path: string,
): Refusal | undefined {
  if (!sameBlock(command.block, block)) {
    return failure('RetriableException', `truncate: ${path} has changed since it was looked at`);
  }
  let freed = 0;
  for (let index = file.blockCount - 1; index >= 0; index--) {
    const row = view.block(file.id, index) as BlockRow;
    if (row.id === block.id) break;
    freed += row.lengthBytes;
  }
  return checkQuota(file.parent, 0, (file.blockSizeBytes - block.lengthBytes - freed) * file.replication);
}

function startCut(
  { view, clientMachine }: OpContext,
  command: TruncateCommand,
  file: File,
  edit: FileEdit,
  block: BlockRow,
  keepBytes: number,
): void {
  const recoveryStamp = view.newStamp();
  edit.replace(file.blockCount - 1, block, { ...block, state: BlockState.UNDER_RECOVERY });
  file.flags |= InodeFlag.UNDER_CONSTRUCTION;
  view.putOpenFile(file.id, {
    holder: command.clientName,
    clientMachine,
    expected: view.internStorages(command.storages),
    recoveryStamp,
    truncateBytes: keepBytes,
  });
  const { id, stamp, lengthBytes } = block;
  view.events.blockRecoveryStarted(id, stamp, lengthBytes, recoveryStamp, keepBytes, command.storages);
}
