import { isFailure } from '@rfs/base/failure';
import type { RenameCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { InodeKind } from '../inode.js';
import { Access, checkAncestor, checkParentForRemoval } from '../permissions.js';
import { PathUse, ResolvedPath, resolvePath } from '../resolve.js';
import type { Tree } from '../tree.js';
import { checkDestination, checkRoomForMove } from './renaming.js';

/**
 * The old rename: into the destination when it is a directory, never over anything, and mostly false where the new one
 * says why (FSDirRenameOp.renameToInt without options).
 */
export function rename(context: OpContext, command: RenameCommand): boolean | Refusal {
  const { view, caller } = context;
  const { tree } = view;
  const refusal = checkSafeMode(context, 'Cannot rename ', command.source);
  if (refusal !== undefined) return refusal;
  const source = resolvePath(tree, caller, command.source, PathUse.USE_LINK);
  if (isFailure(source)) return source;
  const named = resolvePath(tree, caller, command.destination, PathUse.CREATE_LINK);
  if (isFailure(named)) return named;
  const destination = intoDirectory(tree, source, named);
  const denied =
    checkParentForRemoval(tree.names, caller, source) ?? checkAncestor(tree.names, caller, destination, Access.WRITE);
  if (denied !== undefined) return denied;

  const { last } = source;
  if (last === undefined || last.parent === null) return false;
  if (destination.name === source.name && destination.text === source.text) return true;
  const misplaced = checkDestination(source, destination);
  if (misplaced !== undefined) return misplaced.code === 'InvalidPathException' ? misplaced : false;
  const { parent } = destination;
  if (destination.last !== undefined || parent === undefined) return false;
  const full = checkRoomForMove(context, last, destination, parent);
  if (full !== undefined) return full;

  view.move(last, parent, destination.name);
  return true;
}

/** A destination that is a directory means the source's name in it. */
function intoDirectory(tree: Tree, source: ResolvedPath, destination: ResolvedPath): ResolvedPath {
  const { last } = destination;
  if (last?.kind !== InodeKind.DIRECTORY || source.depth === 0) return destination;
  const { name } = source;
  return ResolvedPath.of([...destination.components, name], [...destination.dirs, last], tree.child(last, name));
}
