import { failure } from '@rfs/protocol/exceptions';
import type { OpContext, Refusal } from '../context.js';
import { type Directory, type Inode, InodeKind } from '../inode.js';
import { Access } from '../permissions.js';
import { SubtreeAccessScan } from '../subtree.js';

/**
 * Trees with more entries than this are not asked while a command is applied: the leader scans them in slices before
 * it proposes the command, and says so in it.
 */
const SUBTREE_CHECK_ENTRIES = 4096;

/** True when a removal of `inode` needs the leader's scan first. */
export function needsScanBefore(inode: Inode, superuser: boolean): boolean {
  return !superuser && inode.kind === InodeKind.DIRECTORY && entriesOf(inode) > SUBTREE_CHECK_ENTRIES;
}

/** All access to everything that a removal removes (FSDirDeleteOp.delete: subAccess ALL, empty directories free). */
export function checkSubtreeRemoval(
  { view, caller }: OpContext,
  inode: Inode | undefined,
  path: string,
  scanned: boolean,
): Refusal | undefined {
  if (inode === undefined || inode.kind !== InodeKind.DIRECTORY || caller.superuser) return undefined;
  if (entriesOf(inode) > SUBTREE_CHECK_ENTRIES) {
    if (scanned) return undefined;
    return failure('RetriableException', `the access to everything below ${path} has to be checked first`);
  }
  view.settle();
  const scan = new SubtreeAccessScan(view.tree, view.writer, caller, inode, path, Access.ALL, true);
  scan.step(Number.POSITIVE_INFINITY);
  return scan.refusal;
}

function entriesOf(directory: Directory): number {
  return directory.fileCount + directory.directoryCount;
}
