import type { Failure } from '@rfs/base/failure';
import type { StoreReader } from '@rfs/base/store';
import type { ExceptionCode } from '@rfs/protocol/exceptions';
import { type Directory, type Inode, InodeKind, STICKY_BIT } from './inode.js';
import { Keys, nameInKey, Table } from './keys.js';
import { type Access, type Caller, checkSticky, denied } from './permissions.js';
import type { Tree } from './tree.js';

/** A directory that a scan has still to look into, with its path. */
interface Waiting {
  readonly directory: Directory;
  readonly path: string;
}

/**
 * Asks for access to a directory and every directory below it (FSPermissionChecker.checkSubAccess), a bounded number
 * of entries at a time. With `ignoreEmpty` an empty directory is not asked, as for a delete; sticky directories ask for
 * the owner of each entry then.
 */
export class SubtreeAccessScan {
  private readonly tree: Tree;
  private readonly store: StoreReader;
  private readonly caller: Caller;
  private readonly access: Access;
  private readonly ignoreEmpty: boolean;
  private readonly waiting: Waiting[];
  private readonly keys = new Keys();
  private current: Waiting | undefined;
  private after: string | undefined;
  refusal: Failure<ExceptionCode> | undefined;

  /** `store` may be a snapshot of the tree's store, when the scan goes over several turns. */
  constructor(
    tree: Tree,
    store: StoreReader,
    caller: Caller,
    top: Directory,
    path: string,
    access: Access,
    ignoreEmpty: boolean,
  ) {
    this.tree = tree;
    this.store = store;
    this.caller = caller;
    this.access = access;
    this.ignoreEmpty = ignoreEmpty;
    this.waiting = caller.superuser ? [] : [{ directory: top, path: path === '/' ? '' : path }];
  }

  /** Looks at about `budget` entries; true when the scan is over and `refusal` stands. */
  step(budget: number): boolean {
    let left = budget;
    while (left > 0 && this.refusal === undefined) {
      if (this.current === undefined) {
        const next = this.waiting.pop();
        if (next === undefined) return true;
        left--;
        if (!this.enter(next)) continue;
      }
      left -= this.scanEntries(left);
    }
    return this.refusal !== undefined;
  }

  /** Asks for the directory itself; false when there is nothing to look into. */
  private enter(next: Waiting): boolean {
    const { directory } = next;
    const empty = directory.childCount === 0;
    if (empty && this.ignoreEmpty) return false;
    const { names } = this.tree;
    if (!this.caller.may(directory, this.access, names)) {
      this.refusal = denied(names, this.caller, directory, next.path || '/', this.access);
      return false;
    }
    if (empty) return false;
    this.current = next;
    this.after = undefined;
    return true;
  }

  private scanEntries(budget: number): number {
    const { directory, path } = this.current as Waiting;
    const sticky = this.ignoreEmpty && (directory.mode & STICKY_BIT) !== 0;
    let seen = 0;
    let stopped = false;
    this.store.range(
      startAfter(this.keys, directory.id, this.after),
      this.keys.to(Table.ENTRIES, directory.id),
      (key, value) => {
        if (seen >= budget) {
          stopped = true;
          return false;
        }
        seen++;
        const name = nameInKey(key);
        this.after = name;
        if (value[0] !== InodeKind.DIRECTORY && !sticky) return true;
        const child: Inode = this.tree.peek(directory, name, value);
        if (sticky) {
          this.refusal = checkSticky(this.tree.names, this.caller, directory, child, `${path}/${name}`);
          if (this.refusal !== undefined) return false;
        }
        if (child.kind === InodeKind.DIRECTORY) this.waiting.push({ directory: child, path: `${path}/${name}` });
        return true;
      },
    );
    if (!stopped) this.current = undefined;
    return Math.max(seen, 1);
  }
}

/** Start of a directory's entries behind the one named `after`; of all of them when there is none. */
export function startAfter(keys: Keys, directory: number, after: string | undefined): Uint8Array {
  if (after === undefined || after === '') return keys.from(Table.ENTRIES, directory);
  const key = keys.entry(directory, after);
  const next = Buffer.alloc(key.length + 1);
  next.set(key);
  return next;
}
