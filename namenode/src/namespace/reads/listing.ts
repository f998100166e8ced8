import { type Failure, isFailure } from '@rfs/base/failure';
import type { ExceptionCode } from '@rfs/protocol/exceptions';
import { type FileStatus, statusOf } from '../file-status.js';
import { Directory, InodeKind } from '../inode.js';
import { nameInKey, Table } from '../keys.js';
import { Access, type Caller, checkAccess } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import { startAfter } from '../subtree.js';
import type { Tree } from '../tree.js';

/** dfs.ls.limit */
const LISTING_LIMIT = 1000;

/** One page of a directory (DirectoryListing). */
export interface Listing {
  readonly entries: FileStatus[];
  /**
   * How many entries come after these: exact on the first page; on a later one 1 stands for "more", because counting
   * them would cost reading them, and clients only ask whether it is above 0.
   */
  readonly remaining: number;
}

/**
 * The directory that is to be listed, once the caller may; a file's own status, which is all its listing has; undefined
 * when there is nothing at the path (FSDirStatAndListingOp.getListingInt).
 */
export function openListing(
  tree: Tree,
  caller: Caller,
  path: string,
): Directory | FileStatus | undefined | Failure<ExceptionCode> {
  const resolved = resolvePath(tree, caller, path, PathUse.USE);
  if (isFailure(resolved)) return resolved;
  const found = resolved.last;
  if (found === undefined) return undefined;
  if (found.kind !== InodeKind.DIRECTORY) return statusOf(found, tree.names, '');
  return checkAccess(tree.names, caller, resolved, Access.READ_EXECUTE) ?? found;
}

/**
 * A page of a directory's entries behind the name `after`, in byte order of the names. `blockBudget`, for callers that
 * add locations, ends the page when its files have that many replicas in all.
 */
export function listEntries(
  tree: Tree,
  directory: Directory,
  after: string,
  limit = LISTING_LIMIT,
  blockBudget = Number.POSITIVE_INFINITY,
): Listing {
  const entries: FileStatus[] = [];
  let budget = blockBudget;
  let more = false;
  tree.store.range(
    startAfter(tree.keys, directory.id, after),
    tree.keys.to(Table.ENTRIES, directory.id),
    (key, value) => {
      if (entries.length >= limit || budget <= 0) {
        more = true;
        return false;
      }
      const name = nameInKey(key);
      const inode = tree.peek(directory, name, value);
      if (inode.kind === InodeKind.FILE) budget -= inode.blockCount * inode.replication;
      entries.push(statusOf(inode, tree.names, name));
      return true;
    },
  );
  if (!more) return { entries, remaining: 0 };
  return { entries, remaining: after === '' ? directory.childCount - entries.length : 1 };
}

/** Both in one: a page of what is at the path; a file lists itself. */
export function getListing(
  tree: Tree,
  caller: Caller,
  path: string,
  after: string,
  limit = LISTING_LIMIT,
): Listing | undefined | Failure<ExceptionCode> {
  const found = openListing(tree, caller, path);
  if (found === undefined || isFailure(found)) return found;
  return found instanceof Directory ? listEntries(tree, found, after, limit) : { entries: [found], remaining: 0 };
}
