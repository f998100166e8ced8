import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { SetOwnerCommand, SetPermissionCommand, SetTimesCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import type { Inode } from '../inode.js';
import { invalidPath, isExactReserved, splitPath } from '../path.js';
import { Access, checkAccess, checkOwner } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';

/** Sets nine permission bits and the sticky bit (FSDirAttrOp.setPermission). */
export function setPermission(context: OpContext, command: SetPermissionCommand): true | Refusal {
  const inode = ownInode(context, command.path, `Cannot set permission for ${command.path}`);
  if (isFailure(inode)) return inode;
  const mode = command.mode & 0o1777;
  if (inode.mode === mode) return true;
  inode.mode = mode;
  context.view.save(inode);
  return true;
}

/** Sets owner, group or both; only a superuser gives things away (FSDirAttrOp.setOwner). */
export function setOwner(context: OpContext, command: SetOwnerCommand): true | Refusal {
  const { view, caller } = context;
  const inode = ownInode(context, command.path, `Cannot set owner for ${command.path}`);
  if (isFailure(inode)) return inode;
  const { owner, group } = command;
  if (!caller.superuser) {
    if (owner !== undefined && owner !== caller.user) {
      return failure(
        'AccessControlException',
        `User ${caller.user} is not a super user (non-super user cannot change owner).`,
      );
    }
    if (group !== undefined && !caller.groups.includes(group)) {
      return failure('AccessControlException', `User ${caller.user} does not belong to ${group}`);
    }
  }
  if (owner !== undefined) inode.owner = view.intern(owner);
  if (group !== undefined) inode.group = view.intern(group);
  view.save(inode);
  return true;
}

/** Sets the times that are given (FSDirAttrOp.setTimes). */
export function setTimes(context: OpContext, command: SetTimesCommand): true | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, 'Cannot set times ', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE);
  if (isFailure(path)) return path;
  const denied = checkAccess(view.tree.names, caller, path, Access.WRITE);
  if (denied !== undefined) return denied;
  const { last } = path;
  if (last === undefined) return failure('FileNotFoundException', `File/Directory ${path.text} does not exist.`);
  if (command.modificationTimeMs !== undefined) last.mtimeMs = command.modificationTimeMs;
  if (command.accessTimeMs !== undefined) last.atimeMs = command.accessTimeMs;
  view.save(last);
  return true;
}

/** What is at the path, if it is the caller's. */
function ownInode(context: OpContext, text: string, what: string): Inode | Refusal {
  const { view, caller } = context;
  const refusal = checkSafeMode(context, what);
  if (refusal !== undefined) return refusal;
  if (isExactReserved(splitPath(text))) return invalidPath(text);
  const path = resolvePath(view.tree, caller, text, PathUse.USE);
  if (isFailure(path)) return path;
  return checkOwner(view.tree.names, caller, path) ?? (path.last as Inode);
}
