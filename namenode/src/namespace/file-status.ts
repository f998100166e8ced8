import { type Inode, InodeKind } from './inode.js';
import type { Names } from './names.js';
import { storagePolicyOf } from './storage-policy.js';

/** What a client learns of an inode (HdfsFileStatus without locations). */
export interface FileStatus {
  readonly kind: 1 | 2 | 3;
  readonly id: number;
  /** Name in its directory for listings; empty for the path that was asked for. */
  readonly name: string;
  readonly lengthBytes: number;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly mtimeMs: number;
  readonly atimeMs: number;
  readonly replication: number;
  readonly blockSizeBytes: number;
  readonly childCount: number;
  /** Id of the policy in force, from above when it has none of its own; 0 when nobody set one. */
  readonly storagePolicy: number;
  /** InodeFlag bits. */
  readonly flags: number;
  /** Target of a symbolic link, else empty. */
  readonly target: string;
}

export function statusOf(inode: Inode, names: Names, name: string): FileStatus {
  const file = inode.kind === InodeKind.FILE;
  const directory = inode.kind === InodeKind.DIRECTORY;
  return {
    kind: inode.kind,
    id: inode.id,
    name,
    lengthBytes: file ? inode.lengthBytes : 0,
    mode: inode.mode,
    owner: names.text(inode.owner),
    group: names.text(inode.group),
    mtimeMs: inode.mtimeMs,
    atimeMs: inode.atimeMs,
    replication: file ? inode.replication : 0,
    blockSizeBytes: file ? inode.blockSizeBytes : 0,
    childCount: directory ? inode.childCount : 0,
    storagePolicy: storagePolicyOf(inode),
    flags: inode.flags,
    target: inode.kind === InodeKind.SYMLINK ? inode.target : '',
  };
}
