import { type Failure, isFailure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import { type Directory, type Inode, InodeKind } from './inode.js';
import { invalidPath, isReservedRaw, isValidComponent, isValidName, joinPath, parsePath, splitPath } from './path.js';
import { type Caller, checkSuperuser, checkTraverse, unresolved } from './permissions.js';
import type { Tree } from './tree.js';

/** A path and the inodes along it, as far as they exist (INodesInPath). */
export class ResolvedPath {
  /** The existing directories among the ancestors, the root first; for the root itself none. */
  readonly dirs: readonly Directory[];
  readonly last: Inode | undefined;
  /** The ancestor that is not a directory, where the walk ended. */
  readonly obstacle: Exclude<Inode, Directory> | undefined;
  /** How many components there are. */
  readonly depth: number;
  /** Name of the last component; empty for the root. */
  readonly name: string;
  /** PERF: a path that was found by its trail is not taken apart unless somebody asks. */
  private names: readonly string[] | undefined;
  private joined: string | undefined;

  private constructor(
    names: readonly string[] | undefined,
    joined: string | undefined,
    depth: number,
    name: string,
    dirs: readonly Directory[],
    last: Inode | undefined,
    obstacle: Exclude<Inode, Directory> | undefined,
  ) {
    this.names = names;
    this.joined = joined;
    this.depth = depth;
    this.name = name;
    this.dirs = dirs;
    this.last = last;
    this.obstacle = obstacle;
  }

  static of(
    components: readonly string[],
    dirs: readonly Directory[],
    last: Inode | undefined,
    obstacle?: Exclude<Inode, Directory>,
  ): ResolvedPath {
    const depth = components.length;
    return new ResolvedPath(components, undefined, depth, components[depth - 1] ?? '', dirs, last, obstacle);
  }

  /** An entry of the last of `dirs`, by its whole path. */
  static entry(text: string, name: string, dirs: readonly Directory[], last: Inode | undefined): ResolvedPath {
    return new ResolvedPath(undefined, text, dirs.length, name, dirs, last, undefined);
  }

  /** Names from the root down; none for the root. */
  get components(): readonly string[] {
    this.names ??= splitPath(this.joined as string);
    return this.names;
  }

  get text(): string {
    this.joined ??= joinPath(this.names as readonly string[]);
    return this.joined;
  }

  get parentText(): string {
    return joinPath(this.components, this.depth - 1);
  }

  /** The directory that has or would have the last component as its entry. */
  get parent(): Directory | undefined {
    return this.depth > 0 && this.dirs.length === this.depth ? this.dirs[this.depth - 1] : undefined;
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
  if (depth === 0) return ResolvedPath.of(components, [], root);
  const dirs: Directory[] = [root];
  let at = root;
  for (let i = 0; i < depth - 1; i++) {
    const next = tree.child(at, components[i] as string);
    if (next === undefined) return ResolvedPath.of(components, dirs, undefined);
    if (next.kind !== InodeKind.DIRECTORY) return ResolvedPath.of(components, dirs, undefined, next);
    dirs.push(next);
    at = next;
  }
  return ResolvedPath.of(components, dirs, tree.child(at, components[depth - 1] as string));
}

/** Resolves a client's path and checks that the caller may walk it (FSDirectory.resolvePath). */
export function resolvePath(
  tree: Tree,
  caller: Caller,
  path: string,
  use: PathUse,
): ResolvedPath | Failure<ExceptionCode> {
  const creates = use >= PathUse.CREATE;
  const resolved = alongTrail(tree, path, creates) ?? walkPath(tree, path, creates);
  if (isFailure(resolved)) return resolved;
  const refusal = checkTraverse(tree.names, caller, resolved);
  if (refusal !== undefined) {
    if (refusal.code !== 'ParentNotDirectoryException' || creates) return refusal;
    return failure('AccessControlException', refusal.message);
  }
  const { last } = resolved;
  if ((use === PathUse.USE || use === PathUse.CREATE) && last?.kind === InodeKind.SYMLINK) {
    return unresolved(resolved.components, resolved.depth, last.target);
  }
  const raw = creates && path.startsWith('/.reserved/raw') && isReservedRaw(splitPath(path));
  return (raw ? checkSuperuser(caller) : undefined) ?? resolved;
}

/** An entry of a directory that another path led to lately. */
function alongTrail(tree: Tree, path: string, creates: boolean): ResolvedPath | undefined {
  const end = lastSlash(path);
  if (end < 0 || end === path.length - 1) return undefined;
  const trail = tree.trails.find(path, end);
  if (trail === undefined || (creates && !trail.valid)) return undefined;
  const name = path.substring(end + 1);
  if (creates && !isValidComponent(name)) return undefined;
  const { dirs } = trail;
  const parent = dirs[dirs.length - 1] as Directory;
  parent.recent = true;
  return ResolvedPath.entry(path, name, dirs, creates ? tree.newChild(parent, name) : tree.child(parent, name));
}

/** PERF: where the last name is short, the engine's own search costs twice as much. */
function lastSlash(path: string): number {
  let at = path.length - 1;
  while (at >= 0 && path.charCodeAt(at) !== 0x2f) at--;
  return at;
}

function walkPath(tree: Tree, path: string, creates: boolean): ResolvedPath | Failure<ExceptionCode> {
  if (creates && !isValidName(path)) return invalidPath(`Invalid file name: ${path}`);
  const components = parsePath(tree, path);
  if (isFailure(components)) return components;
  const root = tree.root();
  if (root === undefined) return notBootstrapped();
  const resolved = walk(tree, root, components);
  const { dirs, depth } = resolved;
  if (dirs.length === depth && depth > 0 && resolved.text === path) {
    const folder = joinPath(components, depth - 1);
    tree.trails.keep({ path: depth === 1 ? '' : folder, dirs, valid: isValidName(folder) });
  }
  return resolved;
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
  return inode === undefined ? ResolvedPath.of(splitPath(path), [], undefined) : resolvedOf(inode);
}

/** The resolved path of an attached inode. */
function resolvedOf(inode: Inode): ResolvedPath {
  const components: string[] = [];
  const dirs: Directory[] = [];
  for (let at: Inode = inode; at.parent !== null; at = at.parent) {
    components.push(at.name);
    dirs.push(at.parent);
  }
  return ResolvedPath.of(components.reverse(), dirs.reverse(), inode);
}

/** Nothing can be asked of a filesystem that the log has not made yet. */
export function notBootstrapped(): Failure<ExceptionCode> {
  return failure('RetriableException', 'the filesystem has not been bootstrapped');
}
