import type { Failure } from '@rfs/base/failure';
import { ROOT_INODE_ID } from '@rfs/base/ids';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import { pathOf } from './inode.js';
import type { Tree } from './tree.js';

/** HdfsConstants.MAX_PATH_LENGTH, in UTF-16 units as Java counts. */
const MAX_PATH_LENGTH = 8000;
/** HdfsConstants.MAX_PATH_DEPTH. */
const MAX_PATH_DEPTH = 1000;

const SLASH = 0x2f;
const DOT = 0x2e;
const RESERVED = '.reserved';
const INODES = '.inodes';
const RAW = 'raw';

/** A path that cannot be; the beginning of the text is Java's (InvalidPathException's constructor). */
export function invalidPath(what: string): Failure<'InvalidPathException'> {
  return failure('InvalidPathException', `Invalid path name ${what}`);
}

/** What a new path may look like: absolute, no "." or "..", no ":" and no empty component (DFSUtilClient.isValidName). */
export function isValidName(path: string): boolean {
  if (!path.startsWith('/')) return false;
  if (path.indexOf(':') < 0 && path.indexOf('/.') < 0 && path.indexOf('//') < 0) return true;
  const components = path.split('/');
  for (let i = 0; i < components.length; i++) {
    const component = components[i] as string;
    if (component === '.' || component.includes(':')) return false;
    if (component === '..') {
      if (components.length > 4 && components[1] === RESERVED && components[2] === INODES) continue;
      return false;
    }
    if (component === '' && i !== 0 && i !== components.length - 1) return false;
  }
  return true;
}

/** Whether a name may stand in a new path: the same rule for one of its components, which has no slash. */
export function isValidComponent(name: string): boolean {
  return name !== '.' && name !== '..' && !name.includes(':');
}

/** Refuses at the door what is too long or too deep (NameNodeRpcServer.checkPathLength). */
export function checkPathLength(path: string, what: string): Failure<ExceptionCode> | undefined {
  // PERF: a path with fewer characters than it may have levels is not searched for slashes.
  if (path.length <= MAX_PATH_DEPTH) return undefined;
  if (path.length <= MAX_PATH_LENGTH && depthOf(path) <= MAX_PATH_DEPTH) return undefined;
  return failure(
    'IOException',
    `${what}: Pathname too long.  Limit ${MAX_PATH_LENGTH} characters, ${MAX_PATH_DEPTH} levels.`,
  );
}

/** Names of a path's components from the root down; the root has none. */
export function splitPath(path: string): string[] {
  const components: string[] = [];
  let start = 1;
  for (let at = path.indexOf('/', 1); at >= 0; at = path.indexOf('/', start)) {
    if (at > start) components.push(path.substring(start, at));
    start = at + 1;
  }
  if (start < path.length) components.push(path.substring(start));
  return components;
}

export function joinPath(components: readonly string[], count = components.length): string {
  if (count <= 0) return '/';
  let path = '';
  for (let i = 0; i < count; i++) path += `/${components[i]}`;
  return path;
}

/** False for a path that cannot lead to `/.reserved`, without taking it apart. */
export function isReservedText(path: string): boolean {
  let first = 0;
  while (path.charCodeAt(first) === SLASH) first++;
  return path.charCodeAt(first) === DOT;
}

/** True for the path `/.reserved` itself. */
export function isExactReserved(components: readonly string[]): boolean {
  return components.length === 1 && components[0] === RESERVED;
}

export function isReserved(components: readonly string[]): boolean {
  return components[0] === RESERVED;
}

export function isReservedInodes(components: readonly string[]): boolean {
  return components[0] === RESERVED && components[1] === INODES;
}

export function isReservedRaw(components: readonly string[]): boolean {
  return components[0] === RESERVED && components[1] === RAW;
}

/**
 * The components that a path means: `/.reserved/.inodes/<id>/...` becomes the inode's own path with the rest behind
 * it, `/.reserved/raw/...` loses its prefix (FSDirectory.resolveComponents).
 */
function resolveComponents(tree: Tree, components: string[]): string[] | Failure<ExceptionCode> {
  if (components.length < 2 || components[0] !== RESERVED) return components;
  if (components[1] === INODES) {
    if (components.length > 2) return resolveInode(tree, components);
    return components;
  }
  if (components[1] === RAW) {
    if (components.length === 3 && components[2] === RESERVED) return components;
    return components.slice(2);
  }
  return components;
}

function resolveInode(tree: Tree, components: string[]): string[] | Failure<ExceptionCode> {
  const text = components[2] as string;
  if (!/^[+-]?\d{1,19}$/.test(text)) {
    return failure('FileNotFoundException', `Invalid inode path: ${joinPath(components)}`);
  }
  const id = Number(text);
  if (id === ROOT_INODE_ID && components.length === 3) return [];
  const inode = tree.byId(id);
  if (inode === undefined) {
    return failure('FileNotFoundException', `File for given inode path does not exist: ${joinPath(components)}`);
  }
  // One ".." is understood, for NFS look-ups.
  if (components[3] === '..') return inode.parent === null ? [] : splitPath(pathOf(inode.parent));
  return [...splitPath(pathOf(inode)), ...components.slice(3)];
}

function depthOf(path: string): number {
  let depth = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth++;
  return depth;
}

/** Parses a client's path: its components, or the refusal of a path that is not absolute. */
export function parsePath(tree: Tree, path: string): string[] | Failure<ExceptionCode> {
  if (!path.startsWith('/')) {
    return invalidPath(`Absolute path required, but got '${path}'`);
  }
  return resolveComponents(tree, splitPath(path));
}
