import { type Failure, isFailure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import { type Directory, type Inode, InodeKind, type Symlink } from './inode.js';
import { invalidPath, isReservedRaw, isValidName, joinPath, parsePath, splitPath } from './path.js';
import { type Caller, checkSuperuser, checkTraverse, unresolved } from './permissions.js';
import type { Tree } from './tree.js';

/** A path and the inodes along it, as far as they exist (INodesInPath). */
export class ResolvedPath {
  /** Names from the root down; none for the root. */
  readonly components: readonly string[];
  /** The existing directories among the ancestors, the root first; for the root itself none. */
  readonly dirs: readonly Directory[];
  readonly last: Inode | undefined;
  /** The ancestor that is not a directory, where the walk ended. */
  readonly obstacle: Exclude<Inode, Directory> | undefined;
  private joined: string | undefined;

  constructor(
    components: readonly string[],
    dirs: readonly Directory[],
    last: Inode | undefined,
    obstacle: Exclude<Inode, Directory> | undefined,
  ) {
    this.components = components;
    this.dirs = dirs;
    this.last = last;
    this.obstacle = obstacle;
  }

  get text(): string {
    this.joined ??= joinPath(this.components);
    return this.joined;
  }

  get parentText(): string {
    return joinPath(this.components, this.components.length - 1);
  }

  /** Name of the last component; empty for the root. */
  get name(): string {
    return this.components.at(-1) ?? '';
  }

  /** The directory that has or would have the last component as its entry. */
  get parent(): Directory | undefined {
    const depth = this.components.length;
    return depth > 0 && this.dirs.length === depth ? this.dirs[depth - 1] : undefined;
  }
}

/**
 * What the path is for (FSDirectory.DirOp): whether a link at its end is followed (refused with its target) and
 * whether something new is made, which needs a valid name and may say that a parent is no directory.
 */
export const PathUse = { USE: 0, USE_LINK: 1, CREATE: 2, CREATE_LINK: 3 } as const;
export type PathUse = (typeof PathUse)[keyof typeof PathUse];

/** Walks the components; no permissions are asked. */
function walk(tree: Tree, root: Directory, components: readonly string[]): ResolvedPath {
  const depth = components.length;
  if (depth === 0) return new ResolvedPath(components, [], root, undefined);
  const dirs: Directory[] = [root];
  let at = root;
  for (let i = 0; i < depth - 1; i++) {
    const next = tree.child(at, components[i] as string);
    if (next === undefined) return new ResolvedPath(components, dirs, undefined, undefined);
    if (next.kind !== InodeKind.DIRECTORY) return new ResolvedPath(components, dirs, undefined, next);
    dirs.push(next);
    at = next;
  }
  return new ResolvedPath(components, dirs, tree.child(at, components[depth - 1] as string), undefined);
}

/** Resolves a client's path and checks that the caller may walk it (FSDirectory.resolvePath). */
export function resolvePath(
  tree: Tree,
  caller: Caller,
  path: string,
  use: PathUse,
): ResolvedPath | Failure<ExceptionCode> {
  const creates = use >= PathUse.CREATE;
  if (creates && !isValidName(path)) return invalidPath(`Invalid file name: ${path}`);
  const components = parsePath(tree, path);
  if (isFailure(components)) return components;
  const root = tree.root();
  if (root === undefined) return notBootstrapped();
  const resolved = walk(tree, root, components);
  const refusal = checkTraverse(tree.names, caller, resolved);
  if (refusal !== undefined) {
    if (refusal.code !== 'ParentNotDirectoryException' || creates) return refusal;
    return failure('AccessControlException', refusal.message);
  }
  if ((use === PathUse.USE || use === PathUse.CREATE) && resolved.last?.kind === InodeKind.SYMLINK) {
    return unresolved(components, components.length, (resolved.last as Symlink).target);
  }
  const raw = use >= PathUse.CREATE && path.startsWith('/.reserved/raw') && isReservedRaw(splitPath(path));
  return (raw ? checkSuperuser(caller) : undefined) ?? resolved;
}

/** Resolves by inode id when the client gave one, which no permission is asked for (FSDirectory.resolvePath with fileId). */
export function resolveFile(
  tree: Tree,
  caller: Caller,
  path: string,
  fileId: number,
): ResolvedPath | Failure<ExceptionCode> {
  if (fileId === 0) return resolvePath(tree, caller, path, PathUse.USE);
  const inode = tree.byId(fileId);
  return inode === undefined ? new ResolvedPath(splitPath(path), [], undefined, undefined) : resolvedOf(inode);
}

/** The resolved path of an attached inode. */
function resolvedOf(inode: Inode): ResolvedPath {
  const components: string[] = [];
  const dirs: Directory[] = [];
  for (let at: Inode = inode; at.parent !== null; at = at.parent) {
    components.push(at.name);
    dirs.push(at.parent);
  }
  return new ResolvedPath(components.reverse(), dirs.reverse(), inode, undefined);
}

/** Nothing can be asked of a filesystem that the log has not made yet. */
export function notBootstrapped(): Failure<ExceptionCode> {
  return failure('RetriableException', 'the filesystem has not been bootstrapped');
}
