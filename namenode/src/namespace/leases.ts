import { ByteReader } from '@rfs/base/bytes';
import { IdMap } from '@rfs/base/collections';
import type { InodeId } from '@rfs/base/ids';
import type { StoreReader } from '@rfs/base/store';
import { idInKey, Table } from './keys.js';
import { NO_PLACE, OpenFiles } from './open-files.js';
import { decodeOpenFile } from './records.js';
import { TableWalk } from './table-walk.js';

/** A client with open files: a list of their places, in the order in which they were opened. */
class Holder {
  readonly name: string;
  readonly number: number;
  count = 0;
  first = NO_PLACE;
  last = NO_PLACE;

  constructor(name: string, number: number) {
    this.name = name;
    this.number = number;
  }
}

/**
 * Who has which files open: the rows of open files, in memory. When a lease was renewed is not here: only the leader
 * knows, and a new one counts every lease as just renewed (LeaseManager.renewAllLeases).
 */
export class Leases {
  private holders = new Map<string, Holder>();
  private byNumber: (Holder | undefined)[] = [];
  private freeNumbers: number[] = [];
  private files = new OpenFiles();
  /** Where each open file stands in `files`. */
  private places = new IdMap();
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
    return place === IdMap.ABSENT ? undefined : this.holderAt(place).name;
  }

  /** To be gone through before the next change. */
  *filesOf(holder: string): Generator<InodeId> {
    const { files } = this;
    const known = this.holders.get(holder);
    if (known === undefined) return;
    for (let at = known.first; at !== NO_PLACE; at = files.after(at)) yield files.inode(at);
  }

  allHolders(): Iterable<string> {
    return this.holders.keys();
  }

  set(inode: InodeId, name: string): void {
    const known = this.places.get(inode);
    if (known !== IdMap.ABSENT) {
      if (this.holderAt(known).name === name) return;
      this.remove(inode);
    }
    const { files } = this;
    const holder = this.holders.get(name) ?? this.addHolder(name);
    const { last } = holder;
    const place = files.add(inode, holder.number, last);
    this.places.set(inode, place);
    if (last === NO_PLACE) holder.first = place;
    else files.setAfter(last, place);
    holder.last = place;
    holder.count++;
  }

  remove(inode: InodeId): void {
    const place = this.places.delete(inode);
    if (place === IdMap.ABSENT) return;
    const { files } = this;
    const holder = this.holderAt(place);
    const before = files.before(place);
    const after = files.after(place);
    if (before === NO_PLACE) holder.first = after;
    else files.setAfter(before, after);
    if (after === NO_PLACE) holder.last = before;
    else files.setBefore(after, before);
    files.release(place);
    holder.count--;
    if (holder.count > 0) return;
    this.holders.delete(holder.name);
    this.byNumber[holder.number] = undefined;
    this.freeNumbers.push(holder.number);
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
    this.byNumber = other.byNumber;
    this.freeNumbers = other.freeNumbers;
    this.files = other.files;
    this.places = other.places;
  }

  /** How HDFS's messages speak of a holder (FSNamesystem.leaseExceptionString, Lease.toString). */
  describe(holder: string): string {
    const known = this.holders.get(holder);
    if (known === undefined) return `Holder ${holder} does not have any open files.`;
    return `[Lease.  Holder: ${holder}, pending creates: ${known.count}]`;
  }

  private addHolder(name: string): Holder {
    const holder = new Holder(name, this.freeNumbers.pop() ?? this.byNumber.length);
    this.holders.set(name, holder);
    this.byNumber[holder.number] = holder;
    return holder;
  }

  private holderAt(place: number): Holder {
    return this.byNumber[this.files.holder(place)] as Holder;
  }
}
