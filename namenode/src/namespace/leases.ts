import { ByteReader } from '@rfs/base/bytes';
import type { InodeId } from '@rfs/base/ids';
import type { StoreReader } from '@rfs/base/store';
import { idInKey, Table } from './keys.js';
import { decodeOpenFile } from './records.js';
import { TableWalk } from './table-walk.js';

/** One of the files of a holder, which stand in the order in which they were opened. */
interface OpenFile {
  readonly inode: InodeId;
  readonly holder: Holder;
  before: OpenFile | null;
  after: OpenFile | null;
}

/** A client with open files: a list of them, as one is found by its inode and taken out of many. */
class Holder {
  readonly name: string;
  count = 0;
  private first: OpenFile | null = null;
  private last: OpenFile | null = null;

  constructor(name: string) {
    this.name = name;
  }

  add(inode: InodeId): OpenFile {
    const file: OpenFile = { inode, holder: this, before: this.last, after: null };
    if (this.last === null) this.first = file;
    else this.last.after = file;
    this.last = file;
    this.count++;
    return file;
  }

  remove({ before, after }: OpenFile): void {
    if (before === null) this.first = after;
    else before.after = after;
    if (after === null) this.last = before;
    else after.before = before;
    this.count--;
  }

  *files(): Generator<InodeId> {
    for (let at = this.first; at !== null; at = at.after) yield at.inode;
  }
}

/**
 * Who has which files open: the rows of open files, in memory. When a lease was renewed is not here: only the leader
 * knows, and a new one counts every lease as just renewed (LeaseManager.renewAllLeases).
 */
export class Leases {
  private holders = new Map<string, Holder>();
  private files = new Map<InodeId, OpenFile>();
  private readonly walk = new TableWalk(Table.OPEN_FILES);
  private readonly reader = new ByteReader(new Uint8Array(0));

  get fileCount(): number {
    return this.files.size;
  }

  get holderCount(): number {
    return this.holders.size;
  }

  holderOf(inode: InodeId): string | undefined {
    return this.files.get(inode)?.holder.name;
  }

  /** To be gone through before the next change. */
  filesOf(holder: string): Iterable<InodeId> {
    return this.holders.get(holder)?.files() ?? [];
  }

  allHolders(): Iterable<string> {
    return this.holders.keys();
  }

  set(inode: InodeId, name: string): void {
    const before = this.files.get(inode);
    if (before?.holder.name === name) return;
    if (before !== undefined) this.remove(inode);
    let holder = this.holders.get(name);
    if (holder === undefined) {
      holder = new Holder(name);
      this.holders.set(name, holder);
    }
    this.files.set(inode, holder.add(inode));
  }

  remove(inode: InodeId): void {
    const file = this.files.get(inode);
    if (file === undefined) return;
    const { holder } = file;
    this.files.delete(inode);
    holder.remove(file);
    if (holder.count === 0) this.holders.delete(holder.name);
  }

  /** Reads at most `rows` more of the rows in `store`; true when all are read. The store must not change in between. */
  loadSome(store: StoreReader, rows: number): boolean {
    return this.walk.step(store, rows, (key, value) => {
      this.reader.reset(value);
      this.set(idInKey(key) as InodeId, decodeOpenFile(this.reader).holder);
    });
  }

  /** Takes what `other` has, which is used up, in place of its own. */
  become(other: Leases): void {
    this.holders = other.holders;
    this.files = other.files;
  }

  /** How HDFS's messages speak of a holder (FSNamesystem.leaseExceptionString, Lease.toString). */
  describe(holder: string): string {
    const known = this.holders.get(holder);
    if (known === undefined) return `Holder ${holder} does not have any open files.`;
    return `[Lease.  Holder: ${holder}, pending creates: ${known.count}]`;
  }
}
