import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { Rename2Command } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type Directory, type Inode, InodeKind } from '../inode.js';
import { Access, checkAncestor, checkParentForRemoval } from '../permissions.js';
import { PathUse, type ResolvedPath, resolvePath } from '../resolve.js';
import { removeInode } from './removal.js';
import { checkDestination, checkRoomForMove } from './renaming.js';
import { checkSubtreeRemoval } from './subtree-check.js';

/** The rename with POSIX meaning: to exactly the destination, over it when asked (FSDirRenameOp.unprotectedRenameTo). */
export function rename2(context: OpContext, command: Rename2Command): true | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, 'Cannot rename ', command.source);
  if (refusal !== undefined) return refusal;
  const source = resolvePath(view.tree, caller, command.source, PathUse.USE_LINK);
  if (isFailure(source)) return source;
  const destination = resolvePath(view.tree, caller, command.destination, PathUse.CREATE_LINK);
  if (isFailure(destination)) return destination;
  const trash = command.toTrash === true;
  const denied =
    checkParentForRemoval(view.tree.names, caller, source) ??
    (trash ? checkSubtreeRemoval(context, source.last, source.text, command.subtreeChecked === true) : undefined) ??
    checkAncestor(view.tree.names, caller, destination, Access.WRITE) ??
    checkSource(source) ??
    checkPair(source, destination, command.overwrite === true) ??
    checkParentForRename(destination);
  if (denied !== undefined) return denied;
  const moved = source.last as Inode;
  const parent = destination.parent as Directory;
  const full = checkRoomForMove(context, moved, destination, parent);
  if (full !== undefined) return full;

  if (destination.last !== undefined) removeInode(view, destination.last);
  view.move(moved, parent, destination.name);
  return true;
}

function checkSource(source: ResolvedPath): Refusal | undefined {
  if (source.last === undefined) {
    return failure('FileNotFoundException', `rename source ${source.text} is not found.`);
  }
  if (source.depth === 0) return failure('IOException', 'rename source cannot be the root');
  return undefined;
}

function checkPair(source: ResolvedPath, destination: ResolvedPath, overwrite: boolean): Refusal | undefined {
  if (destination.text === source.text) {
    return failure(
      'FileAlreadyExistsException',
      `The source ${source.text} and destination ${destination.text} are the same`,
    );
  }
  const misplaced = checkDestination(source, destination);
  if (misplaced !== undefined) return misplaced;
  if (destination.depth === 0) return failure('IOException', 'rename destination cannot be the root');
  const { last } = destination;
  if (last === undefined) return undefined;
  const directory = last.kind === InodeKind.DIRECTORY;
  if (directory !== (source.last?.kind === InodeKind.DIRECTORY)) {
    return failure('IOException', `Source ${source.text} and destination ${destination.text} must both be directories`);
  }
  if (!overwrite) {
    return failure('FileAlreadyExistsException', `rename destination ${destination.text} already exists`);
  }
  if (directory && last.childCount > 0) {
    return failure('IOException', `rename destination directory is not empty: ${destination.text}`);
  }
  return undefined;
}

/** The directory that a rename moves into must be there. */
function checkParentForRename(destination: ResolvedPath): Refusal | undefined {
  if (destination.parent !== undefined) return undefined;
  return failure('FileNotFoundException', `rename destination parent ${destination.text} not found.`);
}
