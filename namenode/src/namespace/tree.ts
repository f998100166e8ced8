import { ByteReader } from '@rfs/base/bytes';
import { ROOT_INODE_ID } from '@rfs/base/ids';
import type { StoreReader } from '@rfs/base/store';
import { FreshNames } from './fresh-names.js';
import { type Directory, type Inode, InodeKind } from './inode.js';
import { Keys, Table } from './keys.js';
import type { Names } from './names.js';
import { decodeInode } from './records.js';
import { Trails } from './trails.js';

export interface TreeOptions {
  /** How many directories stay in memory. */
  readonly maxDirectories: number;
}

/**
 * The tree of inodes: rows of a store, with the directories that were used lately in memory as a tree of nodes, so
 * that a path costs one store read at most beyond known directories. The live tree's nodes are changed by operations
 * while a batch is applied; a tree over a snapshot has nodes of its own.
 */
export class Tree {
  readonly names: Names;
  readonly keys = new Keys();
  readonly trails = new Trails();
  readonly fresh = new FreshNames();
  /** Where rows are read: the store, or the open transaction while a batch is applied. */
  store: StoreReader;
  private readonly reader = new ByteReader(new Uint8Array(0));
  private readonly directories = new Map<number, Directory>();
  /** The same, in a circle that `hand` goes round when the cache has to shrink. */
  private readonly circle: (Directory | undefined)[] = [];
  private readonly freePlaces: number[] = [];
  private hand = 0;
  private readonly maxDirectories: number;
  private cachedRoot: Directory | undefined;

  constructor(store: StoreReader, names: Names, options: TreeOptions) {
    this.store = store;
    this.names = names;
    this.maxDirectories = options.maxDirectories;
  }

  /** How many directories are in memory. */
  get cachedDirectories(): number {
    return this.directories.size;
  }

  /** The root, undefined before the filesystem was made. */
  root(): Directory | undefined {
    if (this.cachedRoot !== undefined) return this.cachedRoot;
    const value = this.store.get(this.keys.entry(0, ''));
    if (value === undefined) return undefined;
    this.reader.reset(value);
    const root = decodeInode(this.reader, null, '') as Directory;
    this.keep(root);
    return root;
  }

  /** The entry `name` of a directory that is not expected to have it. */
  newChild(parent: Directory, name: string): Inode | undefined {
    return this.fresh.isAbsent(parent, name) ? undefined : this.child(parent, name);
  }

  /** The entry `name` of a directory. */
  child(parent: Directory, name: string): Inode | undefined {
    // PERF: most directories have only files, whose names then need no hash.
    const cached = parent.children.size === 0 ? undefined : parent.children.get(name);
    if (cached !== undefined) {
      cached.recent = true;
      return cached;
    }
    const value = this.store.get(this.keys.entry(parent.id, name));
    return value === undefined ? undefined : this.decode(parent, name, value);
  }

  /** The inode of an entry's row; the one node in memory when it is a cached directory. */
  decode(parent: Directory, name: string, value: Uint8Array): Inode {
    this.reader.reset(value);
    const inode = decodeInode(this.reader, parent, name);
    if (inode.kind === InodeKind.DIRECTORY) this.keep(inode);
    return inode;
  }

  /** The same without keeping directories: for scans over more directories than should be in memory. */
  peek(parent: Directory, name: string, value: Uint8Array): Inode {
    const cached = parent.children.get(name);
    if (cached !== undefined) return cached;
    this.reader.reset(value);
    return decodeInode(this.reader, parent, name);
  }

  /** An entry of a directory that left the tree: its `parent` means nothing. */
  decodeDetached(name: string, value: Uint8Array): Inode {
    this.reader.reset(value);
    return decodeInode(this.reader, null, name);
  }

  /** An inode that is still reachable from the root; undefined for unknown ids and what was deleted. */
  byId(id: number): Inode | undefined {
    const cached = this.directories.get(id);
    if (cached !== undefined) {
      cached.recent = true;
      return cached;
    }
    if (id === ROOT_INODE_ID) return this.root();
    const place = this.placeOf(id);
    if (place === undefined) return undefined;
    const parent = this.byId(place.parent);
    if (parent === undefined || parent.kind !== InodeKind.DIRECTORY) return undefined;
    const inode = this.child(parent, place.name);
    return inode?.id === id ? inode : undefined;
  }

  /** Where the entry of an inode is or was; undefined for unknown ids. */
  placeOf(id: number): { parent: number; name: string } | undefined {
    if (id < 0 || !Number.isSafeInteger(id)) return undefined;
    const value = this.store.get(this.keys.ofInode(Table.INODES, id));
    if (value === undefined) return undefined;
    this.reader.reset(value);
    return { parent: this.reader.id64(), name: this.reader.utf8(value.length - 8) };
  }

  /** Puts a directory into the cache. */
  keep(directory: Directory): void {
    directory.place = this.freePlaces.pop() ?? this.circle.length;
    this.circle[directory.place] = directory;
    this.directories.set(directory.id, directory);
    if (directory.parent === null) this.cachedRoot = directory;
    else directory.parent.adopt(directory);
  }

  /** A cached directory leaves its parent: for another one, or for good. */
  disown(directory: Directory): void {
    directory.parent?.disown(directory);
    this.trails.clear();
  }

  /** Takes a directory and all that is cached below it out of the cache: it left the tree. */
  drop(directory: Directory): void {
    this.disown(directory);
    const waiting: Directory[] = [directory];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      this.forget(next);
      for (const child of next.children.values()) waiting.push(child);
    }
  }

  /** Forgets everything cached: the store was put back to an earlier state. */
  clear(): void {
    this.directories.clear();
    this.circle.length = 0;
    this.freePlaces.length = 0;
    this.trails.clear();
    this.fresh.clear();
    this.cachedRoot = undefined;
  }

  /**
   * Brings the cache back to its bound, leaves only; a directory that was used since the last pass gets a second
   * chance. Not while a batch is applied. Work is bounded by a few times what is too much.
   */
  trim(): void {
    let excess = this.directories.size - this.maxDirectories;
    if (excess <= 0) return;
    for (let looks = excess * 4 + 64; excess > 0 && looks > 0; looks--) {
      this.hand = this.hand + 1 < this.circle.length ? this.hand + 1 : 0;
      const directory = this.circle[this.hand];
      if (directory === undefined) continue;
      if (directory.parent === null || directory.recent || directory.children.size > 0 || directory.dirty) {
        directory.recent = false;
        continue;
      }
      this.forget(directory);
      this.disown(directory);
      excess--;
    }
  }

  private forget(directory: Directory): void {
    if (!this.directories.delete(directory.id)) return;
    this.circle[directory.place] = undefined;
    this.freePlaces.push(directory.place);
  }
}
