import { type Failure, isFailure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import { type FileStatus, statusOf } from '../file-status.js';
import { type Inode, InodeKind } from '../inode.js';
import { isExactReserved, splitPath } from '../path.js';
import { Access, type Caller, checkAccess } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import type { Tree } from '../tree.js';

/** What stands for `/.reserved`, which is no inode (FSDirectory.DOT_RESERVED_STATUS). */
const RESERVED_STATUS: FileStatus = {
  kind: InodeKind.DIRECTORY,
  id: -1,
  name: '',
  lengthBytes: 0,
  mode: 0o1770,
  owner: '',
  group: '',
  mtimeMs: 0,
  atimeMs: 0,
  replication: 0,
  blockSizeBytes: 0,
  childCount: 0,
  storagePolicy: 0,
  flags: 0,
  target: '',
};

/**
 * What is at a path; undefined when there is nothing. A superuser is told "nothing" also below a file, as HDFS's
 * contract has it (FSDirStatAndListingOp.getFileInfo). With `resolveLink` a symbolic link is refused with its target.
 */
export function getFileInfo(
  tree: Tree,
  caller: Caller,
  path: string,
  resolveLink = true,
): FileStatus | undefined | Failure<ExceptionCode> {
  const resolved = resolvePath(tree, caller, path, resolveLink ? PathUse.USE : PathUse.USE_LINK);
  if (isFailure(resolved)) {
    return caller.superuser && resolved.code === 'AccessControlException' ? undefined : resolved;
  }
  if (resolved.last !== undefined) return statusOf(resolved.last, tree.names, '');
  return isExactReserved(splitPath(path)) ? RESERVED_STATUS : undefined;
}

/**
 * What is at a path, if the caller may read it; `missing` is what the refusal says when there is nothing (calls for
 * one attribute of an inode word it each in its own way).
 */
export function getReadable(tree: Tree, caller: Caller, path: string, missing: string): Inode | Failure<ExceptionCode> {
  const resolved = resolvePath(tree, caller, path, PathUse.USE);
  if (isFailure(resolved)) return resolved;
  const denied = checkAccess(tree.names, caller, resolved, Access.READ);
  return denied ?? resolved.last ?? failure('FileNotFoundException', missing);
}
