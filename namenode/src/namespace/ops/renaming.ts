import { failure } from '@rfs/protocol/exceptions';
import type { OpContext, Refusal } from '../context.js';
import { type Directory, type Inode, InodeKind } from '../inode.js';
import { invalidPath, isExactReserved } from '../path.js';
import type { ResolvedPath } from '../resolve.js';
import { checkDirectoryItems, checkName } from './making.js';
import { checkQuota } from './quota.js';

/** What may never be the destination of `source` (FSDirRenameOp.validateDestination). */
export function checkDestination(source: ResolvedPath, destination: ResolvedPath): Refusal | undefined {
  const { last } = source;
  if (last?.kind === InodeKind.SYMLINK && last.target === destination.text) {
    return failure(
      'FileAlreadyExistsException',
      `Cannot rename symlink ${source.text} to its target ${destination.text}`,
    );
  }
  const deeper = destination.depth > source.depth;
  if (deeper && destination.text.startsWith(`${source.text}/`)) {
    return failure(
      'IOException',
      `Rename destination ${destination.text} is a directory or file under source ${source.text}`,
    );
  }
  if (isReservedPath(source) || isReservedPath(destination)) {
    return invalidPath('Cannot rename to or from /.reserved');
  }
  return undefined;
}

function isReservedPath(path: ResolvedPath): boolean {
  return path.depth === 1 && isExactReserved(path.components);
}

/** Limits and quota of the directory that gets the entry (verifyFsLimitsForRename, verifyQuotaForRename). */
export function checkRoomForMove(
  { view }: OpContext,
  source: Inode,
  destination: ResolvedPath,
  parent: Directory,
): Refusal | undefined {
  const { limits } = view;
  const depth = destination.depth - 1;
  const refusal =
    checkName(destination.name, limits.maxComponentLengthBytes, destination, depth) ??
    (source.parent === parent ? undefined : checkDirectoryItems(parent, limits.maxDirectoryItems, destination, depth));
  if (refusal !== undefined) return refusal;
  const replaced = destination.last;
  const inodes = inodesOf(source) - (replaced === undefined ? 0 : inodesOf(replaced));
  const space = spaceOf(source) - (replaced === undefined ? 0 : spaceOf(replaced));
  return checkQuota(parent, inodes, space, commonAncestor(source.parent as Directory, parent));
}

function inodesOf(inode: Inode): number {
  return inode.kind === InodeKind.DIRECTORY ? inode.fileCount + inode.directoryCount + 1 : 1;
}

function spaceOf(inode: Inode): number {
  if (inode.kind === InodeKind.DIRECTORY) return inode.spaceBytes;
  return inode.kind === InodeKind.FILE ? inode.reservedBytes * inode.replication : 0;
}

function commonAncestor(a: Directory, b: Directory): Directory {
  let left = a;
  let right = b;
  for (let ahead = depthOf(a) - depthOf(b); ahead > 0; ahead--) left = left.parent as Directory;
  for (let ahead = depthOf(b) - depthOf(a); ahead > 0; ahead--) right = right.parent as Directory;
  while (left !== right) {
    left = left.parent as Directory;
    right = right.parent as Directory;
  }
  return left;
}

function depthOf(directory: Directory): number {
  let depth = 0;
  for (let at = directory.parent; at !== null; at = at.parent) depth++;
  return depth;
}
