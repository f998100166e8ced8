import { type Failure, isFailure } from '@rfs/base/failure';
import type { StoreReader } from '@rfs/base/store';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import { type Inode, InodeKind, NO_QUOTA } from '../inode.js';
import { Access, type Caller } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import { SubtreeAccessScan } from '../subtree.js';
import type { Tree } from '../tree.js';

/** Java's Long.MAX_VALUE as numbers have it: what the root's namespace quota is until another is set. */
const ROOT_QUOTA = 2 ** 63;

/** Sums over a tree, its top included (ContentSummaryProto). */
export interface ContentSummary {
  readonly lengthBytes: number;
  readonly fileCount: number;
  readonly directoryCount: number;
  readonly spaceBytes: number;
  /** NO_QUOTA when there is none. */
  readonly namespaceQuota: number;
  readonly spaceQuota: number;
}

/**
 * The sums of what is at a path. They stand in every directory, but a caller who is no superuser must be allowed to
 * read every directory below: then the answer is a scan to step through, whose end says whether to give the summary.
 * `missing` is what the refusal calls a path with nothing at it.
 */
export function getContentSummary(
  tree: Tree,
  store: StoreReader,
  caller: Caller,
  path: string,
  missing: 'File' | 'File/Directory' = 'File',
): ContentSummary | { readonly summary: ContentSummary; readonly scan: SubtreeAccessScan } | Failure<ExceptionCode> {
  const resolved = resolvePath(tree, caller, path, PathUse.USE_LINK);
  if (isFailure(resolved)) return resolved;
  const inode = resolved.last;
  if (inode === undefined) return failure('FileNotFoundException', `${missing} does not exist: ${resolved.text}`);
  const summary = summaryOf(inode);
  if (caller.superuser || inode.kind !== InodeKind.DIRECTORY) return summary;
  const scan = new SubtreeAccessScan(tree, store, caller, inode, resolved.text, Access.READ_EXECUTE, false);
  return { summary, scan };
}

function summaryOf(inode: Inode): ContentSummary {
  switch (inode.kind) {
    case InodeKind.DIRECTORY:
      return {
        lengthBytes: inode.lengthBytes,
        fileCount: inode.fileCount,
        directoryCount: inode.directoryCount + 1,
        spaceBytes: inode.spaceBytes,
        namespaceQuota: inode.parent === null && inode.namespaceQuota === NO_QUOTA ? ROOT_QUOTA : inode.namespaceQuota,
        spaceQuota: inode.spaceQuota,
      };
    case InodeKind.FILE:
      return {
        lengthBytes: inode.lengthBytes,
        fileCount: 1,
        directoryCount: 0,
        spaceBytes: inode.reservedBytes * inode.replication,
        namespaceQuota: NO_QUOTA,
        spaceQuota: NO_QUOTA,
      };
    case InodeKind.SYMLINK:
      return {
        lengthBytes: 0,
        fileCount: 0,
        directoryCount: 0,
        spaceBytes: 0,
        namespaceQuota: NO_QUOTA,
        spaceQuota: NO_QUOTA,
      };
  }
}
