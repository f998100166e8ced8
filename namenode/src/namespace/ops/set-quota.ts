import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { SetQuotaCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { InodeKind } from '../inode.js';
import { checkSuperuser } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';

/**
 * Limits the inodes or the bytes (times replicas) of a tree; one that is below what is used already forbids growth
 * (FSDirAttrOp.unprotectedSetQuota).
 */
export function setQuota(context: OpContext, command: SetQuotaCommand): true | Refusal {
  const { view, caller } = context;
  const refusal = checkSuperuser(caller) ?? checkSafeMode(context, 'Cannot set quota on ', command.path);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE);
  if (isFailure(path)) return path;
  const directory = path.last;
  if (directory === undefined) return failure('FileNotFoundException', `Directory does not exist: ${path.text}`);
  if (directory.kind !== InodeKind.DIRECTORY) {
    return failure('PathIsNotDirectoryException', `\`${path.text}': Is not a directory`);
  }
  const { namespaceQuota, spaceQuotaBytes } = command;
  if (namespaceQuota !== undefined) directory.namespaceQuota = namespaceQuota;
  if (spaceQuotaBytes !== undefined) directory.spaceQuota = spaceQuotaBytes;
  view.save(directory);
  return true;
}
