import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { ReleaseLeaseCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type File, InodeKind, pathOf } from '../inode.js';
import { Access, checkAccess } from '../permissions.js';
import { type BlockRow, BlockState, type OpenFileRow } from '../records.js';
import { PathUse, resolvePath } from '../resolve.js';
import { blockFromEnd, FileEdit, isMinimal } from './file-edit.js';

/**
 * Closes a file whose writer is gone, or starts the recovery of its last block; true when it is closed. By path for
 * recoverLease, by inode when a limit has expired (FSNamesystem.internalReleaseLease). What the last block is expected
 * on stands in the log, so "nobody has it" after a failover never throws away what was synced.
 */
export function releaseLease(context: OpContext, command: ReleaseLeaseCommand): boolean | Refusal {
  const { view } = context;
  const found = findFile(context, command);
  if (found === true || isFailure(found)) return found;
  const { file, open } = found;
  if (command.holder !== undefined && command.holder !== open.holder) return false;
  const last = blockFromEnd(view, file, 1);
  const before = blockFromEnd(view, file, 2);
  const beforeReady =
    before === undefined || before.state === BlockState.COMPLETE || isMinimal(command.minimal, before);
  const lastReady =
    last === undefined ||
    last.state === BlockState.COMPLETE ||
    (last.state === BlockState.COMMITTED && isMinimal(command.minimal, last));
  if (last?.state === BlockState.COMMITTED && !beforeReady) {
    return failure(
      'AlreadyBeingCreatedException',
      `DIR* NameSystem.internalReleaseLease: Failed to release lease for file ${pathOf(file)}. ` +
        'Committed blocks are waiting to be minimally replicated.',
    );
  }

  const edit = new FileEdit(view, file);
  if (before?.state === BlockState.COMMITTED && beforeReady) {
    edit.commit(file.blockCount - 2, before, before.lengthBytes, true);
  }
  let closed = lastReady && beforeReady;
  if (closed) {
    if (last?.state === BlockState.COMMITTED) edit.commit(file.blockCount - 1, last, last.lengthBytes, true);
    edit.close();
  } else if (last !== undefined) closed = recover(context, command, file, open, edit, last);
  edit.finish();
  return closed;
}

/** Starts the recovery of the last block; a block that nobody ever got goes, and the file is closed: then true. */
function recover(
  { view }: OpContext,
  command: ReleaseLeaseCommand,
  file: File,
  open: OpenFileRow,
  edit: FileEdit,
  last: BlockRow,
): boolean {
  const expected = open.expected.length > 0 ? open.expected : view.internStorages(command.reported);
  if (expected.length === 0 && last.lengthBytes === 0) {
    edit.removeLast(last);
    edit.close();
    return true;
  }
  const holder = command.newHolder ?? open.holder;
  if (command.startRecovery === false) {
    if (holder !== open.holder) view.putOpenFile(file.id, { ...open, holder });
    return false;
  }
  const recoveryStamp = view.newStamp();
  edit.replace(file.blockCount - 1, last, { ...last, state: BlockState.UNDER_RECOVERY });
  view.putOpenFile(file.id, { ...open, holder, expected, recoveryStamp });
  const { id, stamp, lengthBytes } = last;
  const storages = view.storages(expected);
  view.events.blockRecoveryStarted(id, stamp, lengthBytes, recoveryStamp, open.truncateBytes, storages);
  return false;
}

/** The open file that is meant; true when there is nothing to release. */
function findFile(
  context: OpContext,
  command: ReleaseLeaseCommand,
): { readonly file: File; readonly open: OpenFileRow } | true | Refusal {
  const { view, caller } = context;
  if (command.path === undefined) {
    const refusal = checkSafeMode(context, `Cannot release the lease of inode ${command.inodeId}`);
    if (refusal !== undefined) return refusal;
    const inode = view.tree.byId(command.inodeId ?? 0);
    if (inode?.kind !== InodeKind.FILE || !inode.underConstruction) return true;
    const open = view.openFile(inode.id);
    return open === undefined ? true : { file: inode, open };
  }
  const refusal = checkSafeMode(context, 'Cannot recover the lease of ', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE);
  if (isFailure(path)) return path;
  const { last } = path;
  if (last === undefined) return failure('FileNotFoundException', `File does not exist: ${path.text}`);
  if (last.kind !== InodeKind.FILE) return failure('FileNotFoundException', `Path is not a file: ${path.text}`);
  const open = last.underConstruction ? view.openFile(last.id) : undefined;
  if (open === undefined) return true;
  return checkAccess(view.tree.names, caller, path, Access.WRITE) ?? { file: last, open };
}
