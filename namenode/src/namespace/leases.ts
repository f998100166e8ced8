import { ByteReader } from '@rfs/base/bytes';
import { IdMap } from '@rfs/base/collections';
import type { InodeId } from '@rfs/base/ids';
import type { StoreReader } from '@rfs/base/store';
import { idInKey, Table } from './keys.js';
import { decodeOpenFile } from './records.js';
import { TableWalk } from './table-walk.js';

const NONE = -1;

/** A client with open files: a list of their places, in the order in which they were opened. */
class Holder {
  readonly name: string;
  count = 0;
  first = NONE;
  last = NONE;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Who has which files open: the rows of open files, in memory. When a lease was renewed is not here: only the leader
 * knows, and a new one counts every lease as just renewed (LeaseManager.renewAllLeases).
 */
export class Leases {
  private holders = new Map<string, Holder>();
  /** Where each open file stands in the arrays below: as objects, a garbage collector would go through all of them. */
  private places = new IdMap();
  private inodes: InodeId[] = [];
  private holderAt: (Holder | null)[] = [];
  /** The holder's files before and after each; free places stand in a list too. */
  private before: number[] = [];
  private after: number[] = [];
  private free = NONE;
  private readonly walk = new TableWalk(Table.OPEN_FILES);
  private readonly reader = new ByteReader(new Uint8Array(0));

  get fileCount(): number {
    return this.places.size;
  }

  get holderCount(): number {
    return this.holders.size;
  }

  holderOf(inode: InodeId): string | undefined {
    const place = this.places.get(inode);
    return place === IdMap.ABSENT ? undefined : this.holderAt[place]?.name;
  }

  /** To be gone through before the next change. */
  *filesOf(holder: string): Generator<InodeId> {
    const known = this.holders.get(holder);
    if (known === undefined) return;
    for (let at = known.first; at !== NONE; at = this.after[at] as number) yield this.inodes[at] as InodeId;
  }

  allHolders(): Iterable<string> {
    return this.holders.keys();
  }

  set(inode: InodeId, name: string): void {
    const known = this.places.get(inode);
    if (known !== IdMap.ABSENT) {
      if (this.holderAt[known]?.name === name) return;
      this.remove(inode);
    }
    let holder = this.holders.get(name);
    if (holder === undefined) {
      holder = new Holder(name);
      this.holders.set(name, holder);
    }
    let place = this.free;
    if (place === NONE) place = this.inodes.length;
    else this.free = this.after[place] as number;
    const { last } = holder;
    this.places.set(inode, place);
    this.inodes[place] = inode;
    this.holderAt[place] = holder;
    this.before[place] = last;
    this.after[place] = NONE;
    if (last === NONE) holder.first = place;
    else this.after[last] = place;
    holder.last = place;
    holder.count++;
  }

  remove(inode: InodeId): void {
    const place = this.places.delete(inode);
    if (place === IdMap.ABSENT) return;
    const holder = this.holderAt[place] as Holder;
    const before = this.before[place] as number;
    const after = this.after[place] as number;
    if (before === NONE) holder.first = after;
    else this.after[before] = after;
    if (after === NONE) holder.last = before;
    else this.before[after] = before;
    holder.count--;
    if (holder.count === 0) this.holders.delete(holder.name);
    this.holderAt[place] = null;
    this.after[place] = this.free;
    this.free = place;
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
    this.places = other.places;
    this.inodes = other.inodes;
    this.holderAt = other.holderAt;
    this.before = other.before;
    this.after = other.after;
    this.free = other.free;
  }

  /** How HDFS's messages speak of a holder (FSNamesystem.leaseExceptionString, Lease.toString). */
  describe(holder: string): string {
    const known = this.holders.get(holder);
    if (known === undefined) return `Holder ${holder} does not have any open files.`;
    return `[Lease.  Holder: ${holder}, pending creates: ${known.count}]`;
  }
}
