import { type Failure, isFailure } from '@rfs/base/failure';
import { type Caller, Directory, type FileStatus, listEntries, openListing, type Tree } from '../../namespace/index.js';

/** Entries of a directory that are read at once. */
const PAGE_ENTRIES = 200;

/** A directory on the way from the top down to where the walk is. */
interface Level {
  readonly path: string;
  page: readonly FileStatus[];
  at: number;
  after: string;
  more: boolean;
}

/** Something found below the top. */
export interface WalkedEntry {
  readonly path: string;
  readonly status: FileStatus;
}

/**
 * A tree's entries, each directory before what is in it, read page by page, so that what changes meanwhile harms
 * nothing: what is gone is passed by.
 */
export class Walk {
  private readonly tree: Tree;
  private readonly caller: Caller;
  private readonly levels: Level[] = [];

  constructor(tree: Tree, caller: Caller) {
    this.tree = tree;
    this.caller = caller;
  }

  /** Goes into a directory: what is in it comes next. */
  enter(path: string): void {
    this.levels.push({ path, page: [], at: 0, after: '', more: true });
  }

  /** The next entry; undefined at the end; a refusal when the caller may not read a directory. */
  next(): WalkedEntry | undefined | Failure {
    for (let level = this.levels.at(-1); level !== undefined; level = this.levels.at(-1)) {
      const status = level.page[level.at++];
      if (status !== undefined) return { path: `${level.path === '/' ? '' : level.path}/${status.name}`, status };
      const refusal = level.more ? this.load(level) : undefined;
      if (refusal !== undefined) return refusal;
      if (level.at > level.page.length) this.levels.pop();
    }
    return undefined;
  }

  private load(level: Level): Failure | undefined {
    const found = openListing(this.tree, this.caller, level.path);
    if (isFailure(found)) return found;
    level.at = 0;
    level.page = [];
    level.more = false;
    if (!(found instanceof Directory)) return undefined;
    const { entries, remaining } = listEntries(this.tree, found, level.after, PAGE_ENTRIES);
    level.page = entries;
    level.after = entries.at(-1)?.name ?? '';
    level.more = remaining > 0;
    return undefined;
  }
}
