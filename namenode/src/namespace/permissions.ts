import type { Failure } from '@rfs/base/failure';
import { type ExceptionCode, failure } from '@rfs/protocol/exceptions';
import { type Inode, InodeKind, STICKY_BIT } from './inode.js';
import type { Names } from './names.js';
import { joinPath } from './path.js';
import type { ResolvedPath } from './resolve.js';

/** FsAction: bits of access, as in a mode. */
export const Access = { NONE: 0, EXECUTE: 1, WRITE: 2, WRITE_EXECUTE: 3, READ: 4, READ_EXECUTE: 5, ALL: 7 } as const;
export type Access = (typeof Access)[keyof typeof Access];

const ACCESS_NAMES = ['NONE', 'EXECUTE', 'WRITE', 'WRITE_EXECUTE', 'READ', 'READ_EXECUTE', 'READ_WRITE', 'ALL'];
const SYMBOLS = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'];

/** On whose behalf something is asked; the leader (or the serving replica, for reads) decides who is superuser. */
export class Caller {
  readonly user: string;
  readonly groups: readonly string[];
  readonly superuser: boolean;
  private userNumber = -1;
  private groupNumbers: number[] = [];
  private namesSeen = -1;

  constructor(user: string, groups: readonly string[], superuser: boolean) {
    this.user = user;
    this.groups = groups;
    this.superuser = superuser;
  }

  /** Looks the names up again when there are new ones. */
  private bind(names: Names): void {
    if (this.namesSeen === names.count) return;
    this.namesSeen = names.count;
    this.userNumber = names.find(this.user);
    this.groupNumbers = [];
    for (const group of this.groups) {
      const number = names.find(group);
      if (number >= 0) this.groupNumbers.push(number);
    }
  }

  owns(inode: Inode, names: Names): boolean {
    this.bind(names);
    return inode.owner === this.userNumber;
  }

  /** FSPermissionChecker.hasPermission: the first class that fits decides alone. */
  may(inode: Inode, access: Access, names: Names): boolean {
    this.bind(names);
    const { mode } = inode;
    let bits = mode;
    if (inode.owner === this.userNumber) bits = mode >> 6;
    else if (this.groupNumbers.includes(inode.group)) bits = mode >> 3;
    return (bits & access) === access;
  }
}

/** Who asks nothing: what the filesystem does itself. */
export const NOBODY = new Caller('', [], true);

type Refusal = Failure<ExceptionCode> | undefined;

/** FSPermissionChecker.checkSuperuserPrivilege */
export function checkSuperuser(caller: Caller): Refusal {
  if (caller.superuser) return undefined;
  return failure('AccessControlException', `Access denied for user ${caller.user}. Superuser privilege is required`);
}

/** Every ancestor must be a directory that the caller may pass through (FSPermissionChecker.checkTraverse). */
export function checkTraverse(names: Names, caller: Caller, path: ResolvedPath): Refusal {
  if (!caller.superuser) {
    const { dirs } = path;
    for (let i = 0; i < dirs.length; i++) {
      const directory = dirs[i] as Inode;
      if (!caller.may(directory, Access.EXECUTE, names)) {
        return denied(names, caller, directory, joinPath(path.components, i), Access.EXECUTE);
      }
    }
  }
  const { obstacle } = path;
  if (obstacle === undefined) return undefined;
  const at = path.dirs.length;
  if (obstacle.kind === InodeKind.SYMLINK) {
    return unresolved(path.components, at, obstacle.target);
  }
  return failure('ParentNotDirectoryException', `${joinPath(path.components, at)} (is not a directory)`);
}

/** The path leads over the symbolic link at component `at - 1`; the client goes on from its target. */
export function unresolved(components: readonly string[], at: number, target: string): Failure<ExceptionCode> {
  const remainder = joinPath(components.slice(at));
  const start = target.startsWith('/') ? target : `${joinPath(components, at - 1)}/${target}`;
  return failure('UnresolvedPathException', at === components.length ? start : start + remainder);
}

/** Access to the last component, if it is there. */
export function checkAccess(names: Names, caller: Caller, path: ResolvedPath, access: Access): Refusal {
  const { last } = path;
  if (caller.superuser || last === undefined || caller.may(last, access, names)) return undefined;
  return denied(names, caller, last, path.text, access);
}

/** Access to the nearest ancestor that exists. */
export function checkAncestor(names: Names, caller: Caller, path: ResolvedPath, access: Access): Refusal {
  if (caller.superuser || path.depth === 0) return undefined;
  const ancestor = path.obstacle ?? (path.dirs.at(-1) as Inode);
  if (caller.may(ancestor, access, names)) return undefined;
  const depth = path.obstacle === undefined ? path.dirs.length - 1 : path.dirs.length;
  return denied(names, caller, ancestor, joinPath(path.components, depth), access);
}

/** Write access to the parent for removing the last component, sticky bit included. */
export function checkParentForRemoval(names: Names, caller: Caller, path: ResolvedPath): Refusal {
  if (caller.superuser || path.depth === 0) return undefined;
  const parent = path.parent;
  if (parent === undefined) return undefined;
  const { last } = path;
  if (last !== undefined) {
    const sticky = checkSticky(names, caller, parent, last, path.text);
    if (sticky !== undefined) return sticky;
  }
  if (caller.may(parent, Access.WRITE, names)) return undefined;
  return denied(names, caller, parent, path.parentText, Access.WRITE);
}

/** In a sticky directory only its owner and the entry's owner may remove the entry. */
export function checkSticky(names: Names, caller: Caller, parent: Inode, entry: Inode, entryPath: string): Refusal {
  if ((parent.mode & STICKY_BIT) === 0 || caller.owns(parent, names) || caller.owns(entry, names)) return undefined;
  const parentPath = entryPath.slice(0, entryPath.lastIndexOf('/')) || '/';
  return failure(
    'AccessControlException',
    `Permission denied by sticky bit: user=${caller.user}, path="${entryPath}":${attributes(names, entry)}, ` +
      `parent="${parentPath}":${attributes(names, parent)}`,
  );
}

/** The last component must be there and belong to the caller (FSDirectory.checkOwner). */
export function checkOwner(names: Names, caller: Caller, path: ResolvedPath): Refusal {
  const { last } = path;
  if (last === undefined) {
    return failure('FileNotFoundException', `Directory/File does not exist ${path.text}`);
  }
  if (caller.superuser || caller.owns(last, names)) return undefined;
  return failure(
    'AccessControlException',
    `Permission denied. user=${caller.user} is not the owner of inode=${path.text}`,
  );
}

/** FSPermissionChecker.toAccessControlString. */
export function denied(
  names: Names,
  caller: Caller,
  inode: Inode,
  path: string,
  access: Access,
): Failure<ExceptionCode> {
  return failure(
    'AccessControlException',
    `Permission denied: user=${caller.user}, access=${ACCESS_NAMES[access]}, inode="${path}":${attributes(names, inode)}`,
  );
}

/** "owner:group:drwxr-xr-x" */
function attributes(names: Names, inode: Inode): string {
  const kind = inode.kind === InodeKind.DIRECTORY ? 'd' : '-';
  return `${names.text(inode.owner)}:${names.text(inode.group)}:${kind}${modeText(inode.mode)}`;
}

/** FsPermission.toString: nine letters, the last one t or T in a sticky directory. */
export function modeText(mode: number): string {
  const text = `${SYMBOLS[(mode >> 6) & 7]}${SYMBOLS[(mode >> 3) & 7]}${SYMBOLS[mode & 7]}`;
  if ((mode & STICKY_BIT) === 0) return text;
  return text.slice(0, 8) + ((mode & 1) !== 0 ? 't' : 'T');
}
