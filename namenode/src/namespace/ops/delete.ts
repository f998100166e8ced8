import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { DeleteCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { InodeKind } from '../inode.js';
import { invalidPath, isExactReserved, isReservedText, splitPath } from '../path.js';
import { checkParentForRemoval } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import { removeInode } from './removal.js';
import { checkSubtreeRemoval } from './subtree-check.js';

/** Removes a file or a tree; false when there is nothing, or it is the root (FSDirDeleteOp.delete). */
export function remove(context: OpContext, command: DeleteCommand): boolean | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, 'Cannot delete ', command.path);
  if (refusal !== undefined) return refusal;
  if (isReservedText(command.path) && isExactReserved(splitPath(command.path))) return invalidPath(command.path);
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE_LINK);
  if (isFailure(path)) return path;
  const { last } = path;
  const denied =
    checkParentForRemoval(view.tree.names, caller, path) ??
    checkSubtreeRemoval(context, last, path.text, command.subtreeChecked === true);
  if (denied !== undefined) return denied;
  if (last?.kind === InodeKind.DIRECTORY && last.childCount > 0 && !command.recursive) {
    return failure('PathIsNotEmptyDirectoryException', `\`${path.text} is non empty': Directory is not empty`);
  }
  if (last === undefined || path.depth === 0) return false;

  removeInode(view, last);
  return true;
}
