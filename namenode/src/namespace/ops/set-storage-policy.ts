import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { SetStoragePolicyCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { InodeKind } from '../inode.js';
import { Access, checkAccess } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import { LAZY_PERSIST_POLICY } from '../storage-policy.js';

/** Says on which types of storage blocks below the path are to be (FSDirAttrOp.unprotectedSetStoragePolicy). */
export function setStoragePolicy(context: OpContext, command: SetStoragePolicyCommand): true | Refusal {
  const { view, caller } = context;
  const verb = command.policyId === 0 ? 'unset' : 'set';
  const refusal = checkSafeMode(context, `Cannot ${verb} storage policy for ${command.path}`);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE);
  if (isFailure(path)) return path;
  const denied = checkAccess(view.tree.names, caller, path, Access.WRITE);
  if (denied !== undefined) return denied;
  const inode = path.last;
  if (inode === undefined) return failure('FileNotFoundException', `File/Directory does not exist: ${path.text}`);
  if (inode.kind === InodeKind.SYMLINK) {
    return failure('FileNotFoundException', `${path.text} is not a file or directory`);
  }
  if (inode.kind === InodeKind.FILE) {
    const fixed = checkFilePolicy(inode.storagePolicy, command.policyId);
    if (fixed !== undefined) return fixed;
  }
  inode.storagePolicy = command.policyId;
  view.save(inode);
  return true;
}

/** LAZY_PERSIST neither comes to a file nor leaves it after its creation. */
function checkFilePolicy(before: number, after: number): Refusal | undefined {
  if (after === LAZY_PERSIST_POLICY) {
    return failure(
      'HadoopIllegalArgumentException',
      'Policy BlockStoragePolicy{LAZY_PERSIST:15, storageTypes=[RAM_DISK, DISK], creationFallbacks=[DISK], ' +
        'replicationFallbacks=[DISK]} cannot be set after file creation.',
    );
  }
  if (before === LAZY_PERSIST_POLICY) {
    const text = 'Existing policy LAZY_PERSIST cannot be changed after file creation.';
    return failure('HadoopIllegalArgumentException', text);
  }
  return undefined;
}
