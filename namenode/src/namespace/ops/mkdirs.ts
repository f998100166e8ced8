import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { MkdirsCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type Directory, InodeKind } from '../inode.js';
import { Access, checkAncestor } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import { checkNewEntries, checkParentDirectory, makeAncestors, ownersOf } from './making.js';
import { checkQuota } from './quota.js';

/** Makes a directory and what is missing above it; true also when it was there (FSDirMkdirOp.mkdirs). */
export function mkdirs(context: OpContext, command: MkdirsCommand): true | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, 'Cannot create directory ', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.CREATE);
  if (isFailure(path)) return path;
  if (path.last !== undefined) {
    if (path.last.kind === InodeKind.DIRECTORY) return true;
    return failure('FileAlreadyExistsException', `Path is not a directory: ${command.path}`);
  }
  const denied =
    checkAncestor(view.tree.names, caller, path, Access.WRITE) ??
    (command.createParent === false ? checkParentDirectory(path) : undefined) ??
    checkNewEntries(context, path) ??
    checkQuota(path.dirs.at(-1) as Directory, path.depth - path.dirs.length + 1, 0);
  if (denied !== undefined) return denied;

  const parent = makeAncestors(context, path, command.mode);
  const { owner, group } = ownersOf(context, parent);
  view.makeDirectory(parent, path.name, command.mode & 0o1777, owner, group);
  return true;
}
