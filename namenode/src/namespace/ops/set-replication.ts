import { isFailure } from '@rfs/base/failure';
import type { SetReplicationCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { InodeKind } from '../inode.js';
import { Access, checkAccess } from '../permissions.js';
import type { BlockRow } from '../records.js';
import { PathUse, resolvePath } from '../resolve.js';
import { checkReplication } from './create.js';
import { checkQuota } from './quota.js';

/** How many replicas a file's blocks are to have; false when it is no file (FSDirAttrOp.setReplication). */
export function setReplication(context: OpContext, command: SetReplicationCommand): boolean | Refusal {
  const { view, caller } = context;
  const { replication } = command;
  const refusal =
    checkSafeMode(context, 'Cannot set replication for ', command.path) ??
    checkReplication(context, command.path, replication, false);
  if (refusal !== undefined) return refusal;
  const path = resolvePath(view.tree, caller, command.path, PathUse.USE);
  if (isFailure(path)) return path;
  const denied = checkAccess(view.tree.names, caller, path, Access.WRITE);
  if (denied !== undefined) return denied;
  const file = path.last;
  if (file?.kind !== InodeKind.FILE) return false;
  if (file.replication === replication) return true;
  const full = checkQuota(file.parent, 0, file.reservedBytes * (replication - file.replication));
  if (full !== undefined) return full;

  const before = file.reservedBytes * file.replication;
  file.replication = replication;
  view.saveFileSums(file, file.lengthBytes, before);
  for (let index = 0; index < file.blockCount; index++) {
    view.events.replicationChanged((view.block(file.id, index) as BlockRow).id, replication);
  }
  return true;
}
