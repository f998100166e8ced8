import { type Failure, isFailure } from '@rfs/base/failure';
import type { StoreReader } from '@rfs/base/store';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import { type File, InodeKind, pathOf } from '../inode.js';
import type { Leases } from '../leases.js';
import { needsScanBefore } from '../ops/subtree-check.js';
import { Access, type Caller, checkAccess, checkParentForRemoval } from '../permissions.js';
import { PathUse, resolvePath } from '../resolve.js';
import { SubtreeAccessScan } from '../subtree.js';
import type { Tree } from '../tree.js';
import { openFileRow } from './blocks.js';

type Refusal = Failure<ExceptionCode>;

/** True when nobody writes the file any more. */
export function isFileClosed(tree: Tree, caller: Caller, path: string): boolean | Refusal {
  const file = fileAt(tree, caller, path, PathUse.USE);
  return isFailure(file) ? file : !file.underConstruction;
}

export function getPreferredBlockSize(tree: Tree, caller: Caller, path: string): number | Refusal {
  const file = fileAt(tree, caller, path, PathUse.USE_LINK);
  return isFailure(file) ? file : file.blockSizeBytes;
}

/** Refuses when the caller may not access what is at the path (FSNamesystem.checkAccess). */
export function getAccess(tree: Tree, caller: Caller, path: string, access: Access): true | Refusal {
  const resolved = resolvePath(tree, caller, path, PathUse.USE);
  if (isFailure(resolved)) return resolved;
  if (resolved.last === undefined) return failure('FileNotFoundException', `Path not found: ${resolved.text}`);
  return checkAccess(tree.names, caller, resolved, access) ?? true;
}

/** Target of the symbolic link at the path. */
export function getLinkTarget(tree: Tree, caller: Caller, path: string): string | Refusal {
  const resolved = resolvePath(tree, caller, path, PathUse.USE_LINK);
  if (isFailure(resolved)) return resolved;
  if (resolved.last === undefined) return failure('FileNotFoundException', `File does not exist: ${path}`);
  if (resolved.last.kind !== InodeKind.SYMLINK) return failure('IOException', `Path ${path} is not a symbolic link`);
  return resolved.last.target;
}

/** A file that somebody has open. */
export interface OpenFile {
  readonly id: number;
  readonly path: string;
  readonly holder: string;
  readonly clientMachine: string;
}

/** The file at a path if somebody has it open: what the leader looks at before it proposes an opening. */
export function getOpenFile(tree: Tree, caller: Caller, path: string): OpenFile | undefined | Refusal {
  const resolved = resolvePath(tree, caller, path, PathUse.USE);
  if (isFailure(resolved)) return resolved;
  return resolved.last === undefined ? undefined : openFile(tree, resolved.last.id);
}

/** The open file with that id; undefined when it is closed or gone. */
function openFile(tree: Tree, id: number): OpenFile | undefined {
  const row = openFileRow(tree, id);
  if (row === undefined) return undefined;
  const inode = tree.byId(id);
  if (inode === undefined) return undefined;
  return { id, path: pathOf(inode), holder: row.holder, clientMachine: row.clientMachine };
}

/** All files that somebody has open and that are still there. */
export function listOpenFiles(tree: Tree, leases: Leases): OpenFile[] {
  const files: OpenFile[] = [];
  for (const holder of leases.allHolders()) {
    for (const id of leases.filesOf(holder)) {
      const file = openFile(tree, id);
      if (file !== undefined) files.push(file);
    }
  }
  return files;
}

/**
 * The scan that a removal of what is at the path needs before it is proposed; undefined when applying will look
 * itself. The refusals of the path are left to applying.
 */
export function scanBeforeRemoval(
  tree: Tree,
  store: StoreReader,
  caller: Caller,
  path: string,
): SubtreeAccessScan | undefined {
  const resolved = resolvePath(tree, caller, path, PathUse.USE_LINK);
  if (isFailure(resolved) || resolved.last?.kind !== InodeKind.DIRECTORY) return undefined;
  if (!needsScanBefore(resolved.last, caller.superuser)) return undefined;
  if (checkParentForRemoval(tree.names, caller, resolved) !== undefined) return undefined;
  return new SubtreeAccessScan(tree, store, caller, resolved.last, resolved.text, Access.ALL, true);
}

function fileAt(tree: Tree, caller: Caller, path: string, use: PathUse): File | Refusal {
  const resolved = resolvePath(tree, caller, path, use);
  if (isFailure(resolved)) return resolved;
  if (resolved.last === undefined) return failure('FileNotFoundException', `File does not exist: ${path}`);
  if (resolved.last.kind !== InodeKind.FILE) return failure('FileNotFoundException', `Path is not a file: ${path}`);
  return resolved.last;
}
