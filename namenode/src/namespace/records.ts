import { assert } from '@rfs/base/assert';
import type { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { Directory, File, type Inode, InodeKind, Symlink } from './inode.js';

/** Version of everything below and of the keys: a store of another version is refused at opening. */
export const FORMAT_VERSION = 1;

/** Where a block of a file stands (HdfsServerConstants.BlockUCState), as stored. */
export const BlockState = { UNDER_CONSTRUCTION: 0, UNDER_RECOVERY: 1, COMMITTED: 2, COMPLETE: 3 } as const;
export type BlockState = (typeof BlockState)[keyof typeof BlockState];

/** One block of a file. */
export interface BlockRow {
  id: BlockId;
  stamp: GenerationStamp;
  lengthBytes: number;
  state: BlockState;
}

/** What is known of a file that is being written. */
export interface OpenFileRow {
  holder: string;
  clientMachine: string;
  /** Numbers of the storages (see Names) that the last block is expected on. */
  expected: number[];
  /** Stamp of the running recovery of the last block; 0: none. */
  recoveryStamp: number;
  /** Length that the running recovery cuts the last block to; -1: no truncate. */
  truncateBytes: number;
}

/** The state's numbers: everything that is one per filesystem and changes often. */
export interface StateRow {
  appliedIndex: number;
  appliedTerm: number;
  /** Highest time of any command. */
  timeMs: number;
  lastInodeId: number;
  lastBlockId: number;
  lastStamp: number;
  /** Safe mode by command. */
  safeMode: boolean;
  blockCount: number;
  /** Rows of the DETACHED table. */
  detachedCount: number;
}

export interface IdentityRow {
  readonly clusterId: string;
  readonly namespaceId: number;
  readonly blockPoolId: string;
  readonly creationTimeMs: number;
}

export function encodeInode(writer: ByteWriter, inode: Inode): void {
  writer.uint8(inode.kind);
  writer.uint8(inode.flags);
  writer.uint16(inode.mode);
  writer.varint64(inode.id);
  writer.varint32(inode.owner);
  writer.varint32(inode.group);
  writer.varint64(inode.mtimeMs);
  writer.varint64(inode.atimeMs);
  switch (inode.kind) {
    case InodeKind.DIRECTORY:
      writer.uint8(inode.storagePolicy);
      writer.varint32(inode.childCount);
      writer.varint64(inode.fileCount);
      writer.varint64(inode.directoryCount);
      writer.varint64(inode.lengthBytes);
      writer.varint64(inode.spaceBytes);
      writer.varint64(inode.namespaceQuota + 1);
      writer.varint64(inode.spaceQuota + 1);
      return;
    case InodeKind.FILE:
      writer.uint8(inode.storagePolicy);
      writer.varint32(inode.replication);
      writer.varint64(inode.blockSizeBytes);
      writer.varint32(inode.blockCount);
      writer.varint64(inode.lengthBytes);
      writer.varint64(inode.reservedBytes);
      return;
    case InodeKind.SYMLINK:
      writer.utf8(inode.target);
  }
}

/** Decodes the row of the entry `name` of `parent` (null: the root's own row). */
export function decodeInode(reader: ByteReader, parent: Directory | null, name: string): Inode {
  const kind = reader.uint8();
  const flags = reader.uint8();
  const mode = reader.uint16();
  const id = reader.varint64() as InodeId;
  const owner = reader.varint32();
  const group = reader.varint32();
  const mtimeMs = reader.varint64();
  const atimeMs = reader.varint64();
  if (kind === InodeKind.FILE) {
    const storagePolicy = reader.uint8();
    const replication = reader.varint32();
    const blockSize = reader.varint64();
    const file = new File(id, parent as Directory, name, mode, owner, group, mtimeMs, atimeMs, replication, blockSize);
    file.flags = flags;
    file.storagePolicy = storagePolicy;
    file.blockCount = reader.varint32();
    file.lengthBytes = reader.varint64();
    file.reservedBytes = reader.varint64();
    return file;
  }
  if (kind === InodeKind.DIRECTORY) {
    const directory = new Directory(id, parent, name, mode, owner, group, mtimeMs);
    directory.flags = flags;
    directory.atimeMs = atimeMs;
    directory.storagePolicy = reader.uint8();
    directory.childCount = reader.varint32();
    directory.fileCount = reader.varint64();
    directory.directoryCount = reader.varint64();
    directory.lengthBytes = reader.varint64();
    directory.spaceBytes = reader.varint64();
    directory.namespaceQuota = reader.varint64() - 1;
    directory.spaceQuota = reader.varint64() - 1;
    return directory;
  }
  assert(kind === InodeKind.SYMLINK, `an inode of kind ${kind}`);
  const target = reader.utf8(reader.remaining);
  const link = new Symlink(id, parent as Directory, name, mode, owner, group, mtimeMs, atimeMs, target);
  link.flags = flags;
  return link;
}

/** How many replicas the blocks of an inode have; 0 for what is no file, or another inode than that. */
export function decodeReplication(reader: ByteReader, wanted: InodeId): number {
  const kind = reader.uint8();
  reader.skip(3);
  if (kind !== InodeKind.FILE || reader.varint64() !== wanted) return 0;
  reader.varint32();
  reader.varint32();
  reader.varint64();
  reader.varint64();
  reader.skip(1);
  return reader.varint32();
}

/** Row of the INODES table: where the inode's entry is. */
export function encodePlace(writer: ByteWriter, parent: number, name: string): void {
  writer.id64(parent);
  writer.utf8(name);
}

export function encodeBlock(writer: ByteWriter, block: BlockRow): void {
  writer.id64(block.id);
  writer.varint64(block.stamp);
  writer.varint64(block.lengthBytes);
  writer.uint8(block.state);
}

export function decodeBlock(reader: ByteReader): BlockRow {
  return {
    id: reader.id64() as BlockId,
    stamp: reader.varint64() as GenerationStamp,
    lengthBytes: reader.varint64(),
    state: reader.uint8() as BlockState,
  };
}

export function encodeOpenFile(writer: ByteWriter, open: OpenFileRow): void {
  writer.string(open.holder);
  writer.string(open.clientMachine);
  writer.varint32(open.expected.length);
  for (const storage of open.expected) writer.varint32(storage);
  writer.varint64(open.recoveryStamp);
  writer.varint64(open.truncateBytes + 1);
}

export function decodeOpenFile(reader: ByteReader): OpenFileRow {
  const holder = reader.utf8(reader.varint32());
  const clientMachine = reader.utf8(reader.varint32());
  const expected: number[] = [];
  for (let count = reader.varint32(); count > 0; count--) expected.push(reader.varint32());
  return { holder, clientMachine, expected, recoveryStamp: reader.varint64(), truncateBytes: reader.varint64() - 1 };
}

export function encodeState(writer: ByteWriter, state: StateRow): void {
  writer.uint16(FORMAT_VERSION);
  writer.int64(state.appliedIndex);
  writer.int64(state.appliedTerm);
  writer.int64(state.timeMs);
  writer.int64(state.lastInodeId);
  writer.id64(state.lastBlockId);
  writer.int64(state.lastStamp);
  writer.uint8(state.safeMode ? 1 : 0);
  writer.int64(state.blockCount);
  writer.int64(state.detachedCount);
}

export function decodeState(reader: ByteReader): StateRow {
  const version = reader.uint16();
  assert(version === FORMAT_VERSION, `the store has format ${version}, this program reads ${FORMAT_VERSION}`);
  return {
    appliedIndex: reader.int64(),
    appliedTerm: reader.int64(),
    timeMs: reader.int64(),
    lastInodeId: reader.int64(),
    lastBlockId: reader.id64(),
    lastStamp: reader.int64(),
    safeMode: reader.uint8() !== 0,
    blockCount: reader.int64(),
    detachedCount: reader.int64(),
  };
}

export function encodeIdentity(writer: ByteWriter, identity: IdentityRow): void {
  writer.string(identity.clusterId);
  writer.uint32(identity.namespaceId);
  writer.string(identity.blockPoolId);
  writer.int64(identity.creationTimeMs);
}

export function decodeIdentity(reader: ByteReader): IdentityRow {
  return {
    clusterId: reader.utf8(reader.varint32()),
    namespaceId: reader.uint32(),
    blockPoolId: reader.utf8(reader.varint32()),
    creationTimeMs: reader.int64(),
  };
}
