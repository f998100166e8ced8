import { isFailure } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';
import type { CreateCommand } from '../../generated/command.js';
import { checkSafeMode, type OpContext, type Refusal } from '../context.js';
import { type FileStatus, statusOf } from '../file-status.js';
import { type Directory, InodeFlag, InodeKind } from '../inode.js';
import {
  invalidPath,
  isExactReserved,
  isReserved,
  isReservedInodes,
  isReservedRaw,
  isReservedText,
  isValidName,
  splitPath,
} from '../path.js';
import { Access, checkAccess, checkAncestor } from '../permissions.js';
import { PathUse, type ResolvedPath, resolvePath } from '../resolve.js';
import { LAZY_PERSIST_POLICY, storagePolicyOf } from '../storage-policy.js';
import { checkNotOpen } from './lease-conflict.js';
import { checkNewEntries, checkParentDirectory, makeAncestors, ownersOf } from './making.js';
import { checkQuota } from './quota.js';
import { removeInode } from './removal.js';

/** CreateFlagProto. */
export const CreateFlag = {
  CREATE: 1,
  OVERWRITE: 2,
  APPEND: 4,
  LAZY_PERSIST: 16,
  NEW_BLOCK: 32,
  SHOULD_REPLICATE: 128,
} as const;

/** Makes an empty file that its client writes (FSNamesystem.startFile, FSDirWriteFileOp.startFile). */
export function create(context: OpContext, command: CreateCommand): FileStatus | Refusal {
  const { view } = context;
  const path = resolvePath(view.tree, context.caller, command.path, PathUse.CREATE);
  const refusal = checkName(command.path, path) ?? checkSafeMode(context, 'Cannot create file', command.path);
  if (refusal !== undefined) return refusal;
  if (isFailure(path)) return path;
  const denied =
    checkTarget(context, command, path) ??
    checkBlockSize(context, command.blockSizeBytes) ??
    checkReplication(context, command.path, command.replication) ??
    checkOverwrite(context, command, path) ??
    checkRoom(context, path);
  if (denied !== undefined) return denied;

  if (path.last !== undefined) removeInode(view, path.last);
  const ancestor = path.dirs.at(-1) as Directory;
  const parent = makeAncestors(context, path, ancestor.mode);
  const { owner, group } = ownersOf(context, parent);
  const { replication, blockSizeBytes } = command;
  const file = view.makeFile(parent, path.name, command.mode & 0o1777, owner, group, replication, blockSizeBytes);
  file.flags |= InodeFlag.UNDER_CONSTRUCTION;
  file.storagePolicy = policyAtCreation(command, parent);
  view.save(file);
  view.putOpenFile(file.id, {
    holder: command.clientName,
    clientMachine: context.clientMachine,
    expected: [],
    recoveryStamp: 0,
    truncateBytes: -1,
  });
  return statusOf(file, view.tree.names, '');
}

/** Only LAZY_PERSIST is copied from the directory; all others are looked up there (setNewINodeStoragePolicy). */
function policyAtCreation(command: CreateCommand, parent: Directory): number {
  if ((command.flags & CreateFlag.LAZY_PERSIST) !== 0) return LAZY_PERSIST_POLICY;
  const asked = command.storagePolicy ?? 0;
  if (asked !== 0) return asked;
  return storagePolicyOf(parent) === LAZY_PERSIST_POLICY ? LAZY_PERSIST_POLICY : 0;
}

/** What was resolved for something new has a valid name. */
function checkName(path: string, resolved: ResolvedPath | Refusal): Refusal | undefined {
  if (!isFailure(resolved) || isValidName(path)) {
    if (!isReservedText(path)) return undefined;
    const components = splitPath(path);
    if (!isReserved(components)) return undefined;
    if (!isExactReserved(components) && (isReservedRaw(components) || isReservedInodes(components))) return undefined;
  }
  return invalidPath(path);
}

/** FSDirWriteFileOp.resolvePathForStartFile */
function checkTarget(context: OpContext, command: CreateCommand, path: ResolvedPath): Refusal | undefined {
  const { names } = context.view.tree;
  const denied = checkAncestor(names, context.caller, path, Access.WRITE);
  if (denied !== undefined) return denied;
  const { last } = path;
  if (last === undefined) {
    const missing = command.createParent ? undefined : checkParentDirectory(path);
    if (missing !== undefined) return missing;
    if ((command.flags & CreateFlag.CREATE) !== 0) return undefined;
    return failure('FileNotFoundException', `Can't overwrite non-existent ${command.path}`);
  }
  if (last.kind === InodeKind.DIRECTORY) {
    return failure('FileAlreadyExistsException', `${path.text} already exists as a directory`);
  }
  if (last.kind !== InodeKind.FILE) return failure('FileNotFoundException', `Path is not a file: ${command.path}`);
  if ((command.flags & CreateFlag.OVERWRITE) === 0) return undefined;
  return checkAccess(names, context.caller, path, Access.WRITE);
}

function checkBlockSize({ view }: OpContext, blockSize: number): Refusal | undefined {
  const least = view.limits.minBlockSizeBytes;
  if (blockSize >= least) return undefined;
  return failure(
    'IOException',
    `Specified block size ${blockSize} is less than configured minimum value ` +
      `dfs.namenode.fs-limits.min-block-size=${least}`,
  );
}

/** BlockManager.verifyReplication */
export function checkReplication(
  { view, clientMachine }: OpContext,
  path: string,
  replication: number,
  withClient = true,
): Refusal | undefined {
  const { minReplication, maxReplication } = view.limits;
  let why = '';
  if (replication > maxReplication) why = ` exceeds maximum of ${maxReplication}`;
  else if (replication < minReplication) why = ` is less than the required minimum of ${minReplication}`;
  else return undefined;
  const client = withClient ? `, clientName=${clientMachine}` : '';
  return failure('IOException', `Requested replication factor of ${replication}${why} for ${path}${client}`);
}

function checkOverwrite(context: OpContext, command: CreateCommand, path: ResolvedPath): Refusal | undefined {
  const { last } = path;
  if (last === undefined || (command.flags & CreateFlag.OVERWRITE) !== 0) return undefined;
  if (last.kind === InodeKind.FILE) {
    const { clientName, expiredHolder } = command;
    const open = checkNotOpen(context, 'CREATE_FILE', last, path.text, clientName, expiredHolder);
    if (open !== undefined) return open;
  }
  return failure('FileAlreadyExistsException', `${path.text} for client ${context.clientMachine} already exists`);
}

/** Names, entries and quota; a file that is replaced gives its own place. */
function checkRoom(context: OpContext, path: ResolvedPath): Refusal | undefined {
  if (path.last !== undefined) return undefined;
  const missing = path.depth - path.dirs.length + 1;
  return checkNewEntries(context, path) ?? checkQuota(path.dirs.at(-1) as Directory, missing, 0);
}
