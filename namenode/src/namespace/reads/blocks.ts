import { assert } from '@rfs/base/assert';
import { ByteReader } from '@rfs/base/bytes';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { InodeId } from '@rfs/base/ids';
import type { StoreReader } from '@rfs/base/store';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import type { StorageRef } from '../events.js';
import { type FileStatus, statusOf } from '../file-status.js';
import { type File, InodeKind } from '../inode.js';
import { HARD_NAME_BYTES, idInKey, Table } from '../keys.js';
import { Access, type Caller, checkAccess } from '../permissions.js';
import {
  type BlockRow,
  BlockState,
  decodeBlock,
  decodeOpenFile,
  decodeReplication,
  type OpenFileRow,
} from '../records.js';
import { PathUse, resolvePath } from '../resolve.js';
import type { Tree } from '../tree.js';

const NO_BYTES = new Uint8Array(0);
/** PERF: up to here single look-ups (about 1 µs each) cost less than opening a range (about 5 µs). */
const FEW_BLOCKS = 4;
/** PERF: so many rows are read on for each block rather than looked up. */
const FAR_FACTOR = 4;
const ID_BYTES = 8;

/** A block of a file with its place in it. */
export interface PlacedBlock extends BlockRow {
  readonly offsetBytes: number;
  readonly index: number;
}

/** The blocks of a byte range of a file, without locations. */
export interface FileBlocks {
  readonly file: FileStatus;
  /** Length without the last block while that is not complete (computeFileSizeNotIncludingLastUcBlock). */
  readonly fileLengthBytes: number;
  readonly underConstruction: boolean;
  readonly blocks: PlacedBlock[];
  /** The last block of the file, whatever the range; undefined for an empty file. */
  readonly last: PlacedBlock | undefined;
  /** Storages that the last block is expected on while it is written. */
  readonly expected: readonly StorageRef[];
}

/** The blocks that hold bytes of [offset, offset + length) of the file at a path, for a reader (getBlockLocations). */
export function getFileBlocks(
  tree: Tree,
  caller: Caller,
  path: string,
  offsetBytes: number,
  lengthBytes: number,
): FileBlocks | Failure<ExceptionCode> {
  const resolved = resolvePath(tree, caller, path, PathUse.USE);
  if (isFailure(resolved)) return resolved;
  const file = resolved.last;
  if (file === undefined) return failure('FileNotFoundException', `File does not exist: ${resolved.text}`);
  if (file.kind !== InodeKind.FILE) return failure('FileNotFoundException', `Path is not a file: ${resolved.text}`);
  const denied = checkAccess(tree.names, caller, resolved, Access.READ);
  return denied ?? blocksOfFile(tree, file, offsetBytes, lengthBytes);
}

/** The same for a file that was listed just now; undefined when it is gone. */
export function getBlocksOfInode(tree: Tree, id: number): FileBlocks | undefined {
  const file = tree.byId(id);
  return file?.kind === InodeKind.FILE ? blocksOfFile(tree, file, 0, Number.MAX_SAFE_INTEGER) : undefined;
}

function blocksOfFile(tree: Tree, file: File, offsetBytes: number, lengthBytes: number): FileBlocks {
  // A range of no bytes still shows the block it lies in (BlockManager.createLocatedBlockList).
  const end = offsetBytes + Math.max(lengthBytes, 1);
  const blocks: PlacedBlock[] = [];
  let last: PlacedBlock | undefined;
  let offset = 0;
  const reader = new ByteReader(NO_BYTES);
  const take = (row: Uint8Array): void => {
    reader.reset(row);
    const { id, stamp, lengthBytes: length, state } = decodeBlock(reader);
    last = { id, stamp, lengthBytes: length, state, offsetBytes: offset, index: (last?.index ?? -1) + 1 };
    if (offset < end && offset + length > offsetBytes) blocks.push(last);
    offset += length;
  };
  const { keys, store } = tree;
  if (file.blockCount <= FEW_BLOCKS) {
    for (let index = 0; index < file.blockCount; index++) {
      const row = store.get(keys.block(file.id, index));
      assert(row !== undefined, `no block ${index} of inode ${file.id}`);
      take(row);
    }
  } else {
    store.range(keys.from(Table.BLOCKS, file.id), keys.to(Table.BLOCKS, file.id), (_key, row) => {
      take(row);
      return true;
    });
  }
  const open = file.underConstruction;
  const unfinished = open && last !== undefined && last.state !== BlockState.COMPLETE;
  return {
    file: statusOf(file, tree.names, ''),
    fileLengthBytes: unfinished ? offset - (last as PlacedBlock).lengthBytes : offset,
    underConstruction: open,
    blocks,
    last,
    expected: unfinished ? expectedOf(tree, file.id) : [],
  };
}

/** The row of an open file. */
export function openFileRow(tree: Tree, id: number): OpenFileRow | undefined {
  const value = tree.store.get(tree.keys.ofInode(Table.OPEN_FILES, id));
  return value === undefined ? undefined : decodeOpenFile(new ByteReader(value));
}

function expectedOf(tree: Tree, id: number): StorageRef[] {
  return (openFileRow(tree, id)?.expected ?? []).map((number) => tree.names.storage(number));
}

/** One block on its way into the block map. */
export interface MappedBlock extends BlockRow {
  readonly inode: InodeId;
  readonly replication: number;
  /** Storages in the log, for a block that is not complete; null for the others. */
  readonly expected: readonly StorageRef[] | null;
}

/** A block's row, with the row that says where its file's entry is, if that was come across. */
interface ScannedRow {
  readonly inode: InodeId;
  readonly block: BlockRow;
  place: Uint8Array | undefined;
}

/**
 * All blocks of all files in order of inode and place, a bounded number at a time: what the block map is rebuilt from
 * at start. `store` is a snapshot when commands are applied in between.
 */
export class BlockScan {
  private readonly tree: Tree;
  private readonly store: StoreReader;
  private readonly reader = new ByteReader(new Uint8Array(0));
  private from: Uint8Array = Uint8Array.of(Table.BLOCKS);
  private readonly to: Uint8Array = Uint8Array.of(Table.BLOCKS + 1);
  private readonly entryKey = Buffer.alloc(1 + ID_BYTES + HARD_NAME_BYTES * 3);
  private inode = -1;
  private replication = 0;
  private parent = -1;
  private parentInTree = false;

  constructor(tree: Tree, store: StoreReader) {
    this.tree = tree;
    this.store = store;
    this.entryKey[0] = Table.ENTRIES;
  }

  /** Gives up to `limit` blocks to `take`; false when there are no more. Blocks of deleted files are left out. */
  step(limit: number, take: (block: MappedBlock) => void): boolean {
    const rows: ScannedRow[] = [];
    let full = false;
    this.store.range(this.from, this.to, (key, value) => {
      if (rows.length >= limit) {
        this.from = Buffer.from(key);
        full = true;
        return false;
      }
      this.reader.reset(value);
      rows.push({ inode: idInKey(key) as InodeId, block: decodeBlock(this.reader), place: undefined });
      return true;
    });
    this.findPlaces(rows);
    // Between two slices the folder may have left the tree, and the file another number of replicas.
    this.parent = -1;
    this.inode = -1;
    for (const { inode, block, place } of rows) {
      if (inode !== this.inode) {
        this.inode = inode;
        this.replication = this.replicationAt(inode, place);
      }
      if (this.replication === 0) continue;
      const expected = block.state === BlockState.COMPLETE ? null : expectedOf(this.tree, inode);
      const { id, stamp, lengthBytes, state } = block;
      take({ id, stamp, lengthBytes, state, inode, replication: this.replication, expected });
    }
    return full;
  }

  /**
   * Finds the rows' places in the INODES table, which has the same order: reading on is much cheaper than one look-up
   * for each file. What is too far away is left out.
   */
  private findPlaces(rows: readonly ScannedRow[]): void {
    const first = rows[0]?.inode;
    const last = rows.at(-1)?.inode;
    if (first === undefined || last === undefined || first === last) return;
    const { keys } = this.tree;
    let at = 0;
    let left = rows.length * FAR_FACTOR;
    this.store.range(keys.from(Table.INODES, first), keys.to(Table.INODES, last), (key, value) => {
      const inode = idInKey(key);
      while ((rows[at]?.inode ?? Number.POSITIVE_INFINITY) < inode) at++;
      const row = rows[at];
      if (row?.inode === inode) row.place = Buffer.from(value);
      return --left > 0;
    });
  }

  /** 0 for a file that is not in the tree any more. */
  private replicationAt(inode: InodeId, known: Uint8Array | undefined): number {
    const place = known ?? this.store.get(this.tree.keys.ofInode(Table.INODES, inode));
    if (place === undefined) return 0;
    // A place is the key of the entry but for the table's byte.
    this.entryKey.set(place, 1);
    const parent = idInKey(this.entryKey);
    if (parent !== this.parent) {
      this.parent = parent;
      this.parentInTree = this.tree.byId(parent)?.kind === InodeKind.DIRECTORY;
    }
    if (!this.parentInTree) return 0;
    const entry = this.store.get(this.entryKey.subarray(0, 1 + place.length));
    if (entry === undefined) return 0;
    this.reader.reset(entry);
    return decodeReplication(this.reader, inode);
  }
}
