import { ByteReader } from '@rfs/base/bytes';
import { type Failure, isFailure } from '@rfs/base/failure';
import type { ExceptionCode } from '@rfs/protocol/exceptions';
import type { StorageRef } from '../events.js';
import { type File, InodeKind } from '../inode.js';
import type { Caller } from '../permissions.js';
import { type BlockRow, decodeBlock } from '../records.js';
import { resolveFile } from '../resolve.js';
import { storagePolicyOf } from '../storage-policy.js';
import type { Tree } from '../tree.js';
import { openFileRow } from './blocks.js';

/** What the leader looks at before it proposes a change of a file's blocks; applying judges it again. */
export interface FileForWriting {
  readonly id: number;
  readonly replication: number;
  readonly blockSizeBytes: number;
  readonly storagePolicy: number;
  /** Who writes the file; empty when nobody does. */
  readonly holder: string;
  /** The host that the file was opened from; empty when nobody writes it. */
  readonly clientMachine: string;
  readonly last: BlockRow | undefined;
  /** The block before the last one. */
  readonly before: BlockRow | undefined;
  /** Storages in the log for the last block while it is written. */
  readonly expected: readonly StorageRef[];
}

/**
 * The file at a path, or with an id when that is not 0. Undefined when there is no such file: the operation itself
 * then refuses, in its own words.
 */
export function getFileForWriting(
  tree: Tree,
  caller: Caller,
  path: string,
  fileId: number,
): FileForWriting | undefined | Failure<ExceptionCode> {
  const resolved = resolveFile(tree, caller, path, fileId);
  if (isFailure(resolved)) return resolved;
  const file = resolved.last;
  if (file?.kind !== InodeKind.FILE) return undefined;
  const open = file.underConstruction ? openFileRow(tree, file.id) : undefined;
  return {
    id: file.id,
    replication: file.replication,
    blockSizeBytes: file.blockSizeBytes,
    storagePolicy: storagePolicyOf(file),
    holder: open?.holder ?? '',
    clientMachine: open?.clientMachine ?? '',
    last: fromEnd(tree, file, 1),
    before: fromEnd(tree, file, 2),
    expected: (open?.expected ?? []).map((number) => tree.names.storage(number)),
  };
}

/** The block before the last one of such a file, and nothing else. */
export function getBlockBefore(tree: Tree, caller: Caller, path: string, fileId: number): BlockRow | undefined {
  const resolved = resolveFile(tree, caller, path, fileId);
  if (isFailure(resolved) || resolved.last?.kind !== InodeKind.FILE) return undefined;
  return fromEnd(tree, resolved.last, 2);
}

function fromEnd(tree: Tree, file: File, place: number): BlockRow | undefined {
  if (file.blockCount < place) return undefined;
  const row = tree.store.get(tree.keys.block(file.id, file.blockCount - place));
  return row === undefined ? undefined : decodeBlock(new ByteReader(row));
}
