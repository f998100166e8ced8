import { type Failure, isFailure } from '@rfs/base/failure';
import type { ExceptionCode } from '@rfs/protocol/exceptions';
import { type FileStatus, statusOf } from '../file-status.js';
import type { Caller } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import type { Tree } from '../tree.js';

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
  return resolved.last === undefined ? undefined : statusOf(resolved.last, tree.names, '');
}
