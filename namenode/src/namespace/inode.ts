import type { InodeId } from '@rfs/base/ids';

/** HdfsFileStatusProto.FileType, also the first byte of an inode's row. */
export const InodeKind = { DIRECTORY: 1, FILE: 2, SYMLINK: 3 } as const;

/** Bits of an inode's `flags`, as stored. */
export const InodeFlag = {
  /** A file that somebody writes or wrote until he vanished: it has a row of open files. */
  UNDER_CONSTRUCTION: 1,
  /** There are rows of extended attributes for the inode. */
  HAS_XATTRS: 2,
  /** There is an access control list for the inode. */
  HAS_ACL: 4,
} as const;

/** The sticky bit of a mode: entries are removed by their owners only. */
export const STICKY_BIT = 0o1000;
/** A quota that is not set. */
export const NO_QUOTA = -1;
/** Children of directories without any child directory in the cache; never written. */
const NO_CHILDREN: ReadonlyMap<string, Directory> = new Map();

/**
 * A directory, as a node of the cache: the one object for its id while it is cached. Operations change it directly
 * and the batch's end writes it; an evicted one is read again from its row.
 */
export class Directory {
  readonly kind = InodeKind.DIRECTORY;
  readonly id: InodeId;
  /** null for the root. */
  parent: Directory | null;
  name: string;
  flags: number;
  mode: number;
  owner: number;
  group: number;
  mtimeMs: number;
  atimeMs: number;
  childCount = 0;
  /** Sums over everything below, this directory not counted. */
  fileCount = 0;
  directoryCount = 0;
  lengthBytes = 0;
  /** Bytes times replicas; a block that is not complete counts as a whole preferred block (INodeFile). */
  spaceBytes = 0;
  namespaceQuota = NO_QUOTA;
  spaceQuota = NO_QUOTA;
  storagePolicy = 0;
  /** The cached children that are directories. */
  children: ReadonlyMap<string, Directory> = NO_CHILDREN;
  /** What a reader made of the first page of entries and wants to find again; dropped when any entry changes. */
  page: object | null = null;
  /** Where it stands in the cache. */
  place = 0;
  /** Since when all its entries are known; see FreshNames. */
  freshIn = 0;
  /** Changed in the batch that is being applied. */
  dirty = false;
  /** Looked at again since it came into the cache, or since the cache last passed by. */
  recent = false;

  constructor(
    id: InodeId,
    parent: Directory | null,
    name: string,
    mode: number,
    owner: number,
    group: number,
    mtimeMs: number,
  ) {
    this.id = id;
    this.parent = parent;
    this.name = name;
    this.flags = 0;
    this.mode = mode;
    this.owner = owner;
    this.group = group;
    this.mtimeMs = mtimeMs;
    this.atimeMs = 0;
  }

  adopt(child: Directory): void {
    let children = this.children as Map<string, Directory>;
    if (children === NO_CHILDREN) {
      children = new Map();
      this.children = children;
    }
    children.set(child.name, child);
  }

  disown(child: Directory): void {
    if (this.children.get(child.name) !== child) return;
    const children = this.children as Map<string, Directory>;
    children.delete(child.name);
    if (children.size === 0) this.children = NO_CHILDREN;
  }
}

/** A file, decoded from its row; changes are written back by the operation that made them. */
export class File {
  readonly kind = InodeKind.FILE;
  readonly id: InodeId;
  parent: Directory;
  name: string;
  flags: number;
  mode: number;
  owner: number;
  group: number;
  mtimeMs: number;
  atimeMs: number;
  replication: number;
  blockSizeBytes: number;
  blockCount = 0;
  /** Sum of the blocks' stored lengths. */
  lengthBytes = 0;
  /** The same, but a block that is not complete counts as a whole preferred block: times replication it is the space. */
  reservedBytes = 0;
  storagePolicy = 0;

  constructor(
    id: InodeId,
    parent: Directory,
    name: string,
    mode: number,
    owner: number,
    group: number,
    mtimeMs: number,
    atimeMs: number,
    replication: number,
    blockSizeBytes: number,
  ) {
    this.id = id;
    this.parent = parent;
    this.name = name;
    this.flags = 0;
    this.mode = mode;
    this.owner = owner;
    this.group = group;
    this.mtimeMs = mtimeMs;
    this.atimeMs = atimeMs;
    this.replication = replication;
    this.blockSizeBytes = blockSizeBytes;
  }

  get underConstruction(): boolean {
    return (this.flags & InodeFlag.UNDER_CONSTRUCTION) !== 0;
  }
}

/** A symbolic link. None is created yet; the row has its place in the format. */
export class Symlink {
  readonly kind = InodeKind.SYMLINK;
  readonly id: InodeId;
  parent: Directory;
  name: string;
  flags = 0;
  mode: number;
  owner: number;
  group: number;
  mtimeMs: number;
  atimeMs: number;
  target: string;

  constructor(
    id: InodeId,
    parent: Directory,
    name: string,
    mode: number,
    owner: number,
    group: number,
    mtimeMs: number,
    atimeMs: number,
    target: string,
  ) {
    this.id = id;
    this.parent = parent;
    this.name = name;
    this.mode = mode;
    this.owner = owner;
    this.group = group;
    this.mtimeMs = mtimeMs;
    this.atimeMs = atimeMs;
    this.target = target;
  }
}

export type Inode = Directory | File | Symlink;

/** The absolute path of an attached inode. */
export function pathOf(inode: Inode): string {
  let path = '';
  for (let at: Inode | null = inode; at !== null && at.parent !== null; at = at.parent) path = `/${at.name}${path}`;
  return path === '' ? '/' : path;
}
