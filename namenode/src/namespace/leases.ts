import { ByteReader } from '@rfs/base/bytes';
import type { InodeId } from '@rfs/base/ids';
import type { StoreReader } from '@rfs/base/store';
import { idInKey, Table } from './keys.js';
import { decodeOpenFile } from './records.js';
import { TableWalk } from './table-walk.js';

const NO_FILES: ReadonlySet<InodeId> = new Set();

/**
 * Who has which files open: the rows of open files, in memory. When a lease was renewed is not here: only the leader
 * knows, and a new one counts every lease as just renewed (LeaseManager.renewAllLeases).
 */
export class Leases {
  private holders = new Map<string, Set<InodeId>>();
  private files = new Map<InodeId, string>();
  private readonly walk = new TableWalk(Table.OPEN_FILES);
  private readonly reader = new ByteReader(new Uint8Array(0));

  get fileCount(): number {
    return this.files.size;
  }

  get holderCount(): number {
    return this.holders.size;
  }

  holderOf(inode: InodeId): string | undefined {
    return this.files.get(inode);
  }

  filesOf(holder: string): ReadonlySet<InodeId> {
    return this.holders.get(holder) ?? NO_FILES;
  }

  allHolders(): Iterable<string> {
    return this.holders.keys();
  }

  set(inode: InodeId, holder: string): void {
    if (this.files.get(inode) === holder) return;
    this.remove(inode);
    this.files.set(inode, holder);
    const held = this.holders.get(holder);
    if (held === undefined) this.holders.set(holder, new Set([inode]));
    else held.add(inode);
  }

  remove(inode: InodeId): void {
    const holder = this.files.get(inode);
    if (holder === undefined) return;
    this.files.delete(inode);
    const held = this.holders.get(holder) as Set<InodeId>;
    held.delete(inode);
    if (held.size === 0) this.holders.delete(holder);
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
    const held = this.holders.get(holder);
    if (held === undefined) return `Holder ${holder} does not have any open files.`;
    return `[Lease.  Holder: ${holder}, pending creates: ${held.size}]`;
  }
}
