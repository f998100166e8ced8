import { assert } from '@rfs/base/assert';
import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { StoreWriter } from '@rfs/base/store';
import type { EventLog } from './event-log.js';
import type { StorageRef } from './events.js';
import { Directory, File, type Inode, InodeKind } from './inode.js';
import { MetaRow, Table } from './keys.js';
import type { Leases } from './leases.js';
import type { Limits } from './limits.js';
import {
  type BlockRow,
  decodeBlock,
  decodeOpenFile,
  encodeBlock,
  encodeInode,
  encodeOpenFile,
  encodePlace,
  encodeState,
  type IdentityRow,
  type OpenFileRow,
  type StateRow,
} from './records.js';
import type { Tree } from './tree.js';

/**
 * The namespace as operations change it while a batch is applied. Rows that one batch touches once go to the open
 * transaction at once; directories (counters and times of every ancestor) and the state's numbers change in memory
 * and are written once, at the batch's end. An operation asks everything before it changes anything: whatever refuses
 * has left no trace. Changing methods may therefore assert but never refuse.
 */
export class BatchView {
  readonly tree: Tree;
  readonly state: StateRow;
  readonly leases: Leases;
  readonly events: EventLog;
  limits: Limits;
  identity: IdentityRow | undefined;
  /** How many changes were made since the view was made: tests compare it around a refusal. */
  changes = 0;
  private readonly dirty: Directory[] = [];
  private readonly row = new ByteWriter(1024);
  private readonly reader = new ByteReader(new Uint8Array(0));
  private transaction: StoreWriter | null = null;

  constructor(
    tree: Tree,
    state: StateRow,
    leases: Leases,
    events: EventLog,
    limits: Limits,
    identity: IdentityRow | undefined,
  ) {
    this.tree = tree;
    this.state = state;
    this.leases = leases;
    this.events = events;
    this.limits = limits;
    this.identity = identity;
  }

  begin(transaction: StoreWriter): void {
    this.transaction = transaction;
    this.tree.store = transaction;
  }

  /** Writes the directories that waited in memory, for an operation that scans rows. */
  settle(): void {
    const { changes } = this;
    for (const directory of this.dirty) {
      if (!directory.dirty) continue;
      directory.dirty = false;
      this.putInode(directory);
    }
    this.dirty.length = 0;
    this.changes = changes;
  }

  /** Writes what waited in memory. */
  finish(): void {
    const writer = this.writer;
    this.settle();
    this.row.reset();
    encodeState(this.row, this.state);
    writer.put(this.tree.keys.meta(MetaRow.STATE), this.row.written());
    this.transaction = null;
  }

  get writer(): StoreWriter {
    assert(this.transaction !== null, 'a change outside a batch');
    return this.transaction;
  }

  // Directories and entries

  /** Marks a directory that an operation is changing. */
  touch(directory: Directory): void {
    this.changes++;
    if (directory.dirty) return;
    directory.dirty = true;
    this.dirty.push(directory);
  }

  makeRoot(root: Directory): void {
    this.tree.keep(root);
    this.touch(root);
  }

  /** The directory comes into memory when somebody looks at it: many are made and not looked at for long. */
  makeDirectory(parent: Directory, name: string, mode: number, owner: number, group: number): Directory {
    const id = ++this.state.lastInodeId as InodeId;
    const made = new Directory(id, parent, name, mode, owner, group, this.state.timeMs);
    this.putInode(made);
    this.putPlace(id, parent, name);
    this.entryAdded(parent, name);
    this.addSums(parent, 0, 1, 0, 0);
    return made;
  }

  makeFile(
    parent: Directory,
    name: string,
    mode: number,
    owner: number,
    group: number,
    replication: number,
    blockSizeBytes: number,
  ): File {
    const id = ++this.state.lastInodeId as InodeId;
    const now = this.state.timeMs;
    const file = new File(id, parent, name, mode, owner, group, now, now, replication, blockSizeBytes);
    this.putPlace(id, parent, name);
    this.entryAdded(parent, name);
    this.addSums(parent, 1, 0, 0, 0);
    return file;
  }

  /** Writes a changed file or link; marks a changed directory for the batch's end. */
  save(inode: Inode): void {
    if (inode.kind === InodeKind.DIRECTORY) this.touch(inode);
    else this.putInode(inode);
  }

  /** Moves an inode to another entry, sums included. */
  move(inode: Inode, parent: Directory, name: string): void {
    this.unlink(inode);
    inode.parent = parent;
    inode.name = name;
    this.putPlace(inode.id, parent, name);
    this.entryAdded(parent, name);
    this.addTotals(inode, 1);
    if (inode.kind === InodeKind.DIRECTORY) {
      parent.adopt(inode);
      this.touch(inode);
    } else this.putInode(inode);
  }

  /** Takes the inode's entry and its sums out of its parent; the inode's other rows stay. */
  unlink(inode: Inode): void {
    const parent = inode.parent;
    assert(parent !== null, 'the root has no entry to take away');
    this.changes++;
    this.addTotals(inode, -1);
    this.writer.delete(this.tree.keys.entry(parent.id, inode.name));
    parent.childCount--;
    parent.page = null;
    parent.mtimeMs = this.state.timeMs;
    this.touch(parent);
    if (inode.kind === InodeKind.DIRECTORY) {
      inode.dirty = false;
      this.tree.disown(inode);
    }
  }

  /**
   * Leaves a directory with all below it to the purge: unlinked, remembered as detached, out of memory. What of it
   * waited to be written is written now, because a purge may follow in the same batch.
   */
  detach(directory: Directory): void {
    this.unlink(directory);
    const waiting: Directory[] = [...directory.children.values()];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const child of next.children.values()) waiting.push(child);
      if (!next.dirty) continue;
      next.dirty = false;
      this.putInode(next);
    }
    this.tree.drop(directory);
    this.putDetached(directory.id, directory.kind);
  }

  putDetached(id: InodeId, kind: number): void {
    this.changes++;
    this.state.detachedCount++;
    this.writer.put(this.tree.keys.ofInode(Table.DETACHED, id), Uint8Array.of(kind));
  }

  deleteDetached(id: number): void {
    this.changes++;
    this.state.detachedCount--;
    this.writer.delete(this.tree.keys.ofInode(Table.DETACHED, id));
  }

  /** Forgets where the inode was: its id means nothing from now on. */
  forget(id: number): void {
    this.changes++;
    this.writer.delete(this.tree.keys.ofInode(Table.INODES, id));
  }

  /** Adds to the sums of `from` and everything above it. */
  addSums(from: Directory, files: number, directories: number, lengthBytes: number, spaceBytes: number): void {
    for (let at: Directory | null = from; at !== null; at = at.parent) {
      at.fileCount += files;
      at.directoryCount += directories;
      at.lengthBytes += lengthBytes;
      at.spaceBytes += spaceBytes;
      this.touch(at);
    }
  }

  /** Saves a file whose length, reservation or replication changed from the given ones, with the sums above it. */
  saveFileSums(file: File, lengthBefore: number, spaceBefore: number): void {
    const length = file.lengthBytes - lengthBefore;
    const space = file.reservedBytes * file.replication - spaceBefore;
    if (length !== 0 || space !== 0) this.addSums(file.parent, 0, 0, length, space);
    this.putInode(file);
  }

  // Blocks

  block(inode: number, index: number): BlockRow | undefined {
    const value = this.tree.store.get(this.tree.keys.block(inode, index));
    if (value === undefined) return undefined;
    this.reader.reset(value);
    return decodeBlock(this.reader);
  }

  putBlock(inode: number, index: number, block: BlockRow): void {
    this.changes++;
    this.row.reset();
    encodeBlock(this.row, block);
    this.writer.put(this.tree.keys.block(inode, index), this.row.written());
  }

  deleteBlock(inode: number, index: number): void {
    this.changes++;
    this.writer.delete(this.tree.keys.block(inode, index));
  }

  /** Id and stamp of a block that no file has had. */
  newBlock(): BlockRow {
    this.changes++;
    const state = this.state;
    state.blockCount++;
    return {
      id: ++state.lastBlockId as BlockId,
      stamp: ++state.lastStamp as GenerationStamp,
      lengthBytes: 0,
      state: 0,
    };
  }

  newStamp(): GenerationStamp {
    this.changes++;
    return ++this.state.lastStamp as GenerationStamp;
  }

  // Open files

  openFile(inode: number): OpenFileRow | undefined {
    const value = this.tree.store.get(this.tree.keys.ofInode(Table.OPEN_FILES, inode));
    if (value === undefined) return undefined;
    this.reader.reset(value);
    return decodeOpenFile(this.reader);
  }

  putOpenFile(inode: InodeId, open: OpenFileRow): void {
    this.changes++;
    this.row.reset();
    encodeOpenFile(this.row, open);
    this.writer.put(this.tree.keys.ofInode(Table.OPEN_FILES, inode), this.row.written());
    this.leases.set(inode, open.holder);
  }

  deleteOpenFile(inode: InodeId): void {
    this.changes++;
    this.writer.delete(this.tree.keys.ofInode(Table.OPEN_FILES, inode));
    this.leases.remove(inode);
  }

  // Names

  intern(name: string): number {
    return this.tree.names.intern(name, this.writer, this.tree.keys);
  }

  internStorages(refs: readonly StorageRef[]): number[] {
    return refs.map((ref) => this.tree.names.internStorage(ref, this.writer, this.tree.keys));
  }

  storages(numbers: readonly number[]): StorageRef[] {
    return numbers.map((number) => this.tree.names.storage(number));
  }

  private entryAdded(parent: Directory, name: string): void {
    this.tree.fresh.add(parent, name);
    parent.childCount++;
    parent.mtimeMs = this.state.timeMs;
    this.touch(parent);
  }

  /** Adds (+1) or takes (-1) an inode and all below it to or from the sums of the directories above it. */
  private addTotals(inode: Inode, sign: 1 | -1): void {
    const parent = inode.parent as Directory;
    if (inode.kind === InodeKind.DIRECTORY) {
      const { fileCount, directoryCount, lengthBytes, spaceBytes } = inode;
      this.addSums(parent, sign * fileCount, sign * (directoryCount + 1), sign * lengthBytes, sign * spaceBytes);
    } else if (inode.kind === InodeKind.FILE) {
      this.addSums(parent, sign, 0, sign * inode.lengthBytes, sign * inode.reservedBytes * inode.replication);
    } else this.addSums(parent, sign, 0, 0, 0);
  }

  private putPlace(id: InodeId, parent: Directory, name: string): void {
    this.changes++;
    this.row.reset();
    encodePlace(this.row, parent.id, name);
    this.writer.put(this.tree.keys.ofInode(Table.INODES, id), this.row.written());
  }

  private putInode(inode: Inode): void {
    this.changes++;
    this.row.reset();
    encodeInode(this.row, inode);
    if (inode.parent !== null) inode.parent.page = null;
    this.writer.put(this.tree.keys.entry(inode.parent === null ? 0 : inode.parent.id, inode.name), this.row.written());
  }
}
