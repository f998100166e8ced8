import { assert } from '@rfs/base/assert';
import { hashOf } from './row-hash.js';

/** What a writer needs of gathered rows to bring them into a tree; free to be given to another thread. */
export interface PackedRows {
  readonly count: number;
  /** Keys and values, at the places that `rows` tells. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of each row {@link ROW_FIELDS} numbers: where its key begins, bytes of it, where its value begins, bytes of it. */
  readonly rows: Int32Array<ArrayBuffer>;
}

/** A row with true views of its bytes, as ranges need it. */
export interface RowView {
  readonly key: Buffer;
  /** null: deleted. */
  readonly value: Buffer | null;
}

export const ROW_FIELDS = 4;
/** In place of a value's length: the row is deleted. */
export const DELETED = -1;

const FIRST_BYTES = 64 << 10;
const FIRST_ROWS = 512;
/** A set that had to grow beyond this for once does not stay as large. */
const KEPT_BYTES = 32 << 20;

/**
 * Rows share their first bytes with their neighbours of a range: the table and the number that starts every key of the
 * namespace. A range over one such prefix looks at the rows of that prefix only.
 */
const PREFIX_BYTES = 9;

/**
 * Rows in memory between their write and their arrival in the tree on disk: the last value of each key, or that it is
 * deleted. Bytes stand one after the other in one buffer, found by a table of open addressing, so that rows are no
 * objects that a garbage collector has to visit. Values that were overwritten stay until the set is cleared.
 */
export class RowSet {
  size = 0;
  usedBytes = 0;
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private rows = new Int32Array(FIRST_ROWS * ROW_FIELDS);
  private hashes = new Int32Array(FIRST_ROWS);
  /** Row number + 1 by hash of the key; 0: free. Never more than half full. */
  private slots = new Int32Array(FIRST_ROWS * 2);
  private readonly neighbours = new Neighbours();

  /** The row of a key; -1: none. */
  find(key: Uint8Array, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const row = slots[at]! - 1;
      if (row < 0 || (this.hashes[row] === hash && this.hasKey(row, key))) return row;
    }
  }

  /** null: deleted. Valid until the next change. */
  value(row: number): Buffer | null {
    const at = row * ROW_FIELDS;
    const length = this.rows[at + 3]!;
    return length === DELETED ? null : this.view(this.rows[at + 2]!, length);
  }

  /** Sets the value of a key, null for deleted; the row, and into `before` what its value was if it was there. */
  set(key: Uint8Array, hash: number, value: Uint8Array | null, before: Undo): void {
    const found = this.find(key, hash);
    const row = found < 0 ? this.add(key, hash) : found;
    const at = row * ROW_FIELDS;
    if (found >= 0) before.note(row, this.rows[at + 2]!, this.rows[at + 3]!);
    this.rows[at + 2] = this.usedBytes;
    this.rows[at + 3] = value === null ? DELETED : value.length;
    if (value !== null) this.append(value);
  }

  /** Takes back what was set since there were `size` rows. */
  undo(size: number, before: Undo): void {
    before.eachBackwards((row, valueAt, valueBytes) => {
      this.rows[row * ROW_FIELDS + 2] = valueAt;
      this.rows[row * ROW_FIELDS + 3] = valueBytes;
    });
    // The last row that came first goes first: no other was put behind its slot.
    for (let row = this.size - 1; row >= size; row--) this.slots[this.slotOf(row)] = 0;
    this.size = size;
    this.neighbours.clear();
  }

  clear(): void {
    if (this.usedBytes === 0) return;
    this.size = 0;
    this.usedBytes = 0;
    this.slots.fill(0);
    this.neighbours.clear();
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** Adds the rows with keys from `from` (included) to `to` (excluded), in no order. */
  collect(from: Uint8Array, to: Uint8Array, found: RowView[]): void {
    if (this.size === 0) return;
    const { neighbours } = this;
    const visit = (row: number): void => {
      const key = this.key(row);
      if (Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0) found.push({ key, value: this.value(row) });
    };
    if (from.length >= PREFIX_BYTES && isOnePrefix(from, to)) {
      neighbours.add(this);
      neighbours.eachWithPrefix(hashOf(from, PREFIX_BYTES), visit);
    } else if (isOneTable(from, to)) {
      neighbours.add(this);
      neighbours.eachOfTable(from[0]!, visit);
    } else for (let row = 0; row < this.size; row++) visit(row);
  }

  /** A copy of what a writer needs, made in the memory of `spare` if that is large enough. */
  pack(spare: PackedRows | null): PackedRows {
    const enough = spare !== null && spare.bytes.length >= this.usedBytes && spare.rows.length >= this.rows.length;
    const bytes = enough ? spare.bytes : new Uint8Array(this.bytes.length);
    const rows = enough ? spare.rows : new Int32Array(this.rows.length);
    bytes.set(this.bytes.subarray(0, this.usedBytes));
    rows.set(this.rows.subarray(0, this.size * ROW_FIELDS));
    return { count: this.size, bytes, rows };
  }

  /** Takes over the rows of `other`, in place of its own. */
  become(other: RowSet): void {
    this.clear();
    const none = new Undo();
    for (let row = 0; row < other.size; row++) this.set(other.key(row), other.hashes[row]!, other.value(row), none);
  }

  key(row: number): Buffer {
    return this.view(this.rows[row * ROW_FIELDS]!, this.rows[row * ROW_FIELDS + 1]!);
  }

  private add(key: Uint8Array, hash: number): number {
    if (this.size === this.hashes.length) this.growRows();
    const row = this.size++;
    this.rows[row * ROW_FIELDS] = this.usedBytes;
    this.rows[row * ROW_FIELDS + 1] = key.length;
    this.append(key);
    this.hashes[row] = hash;
    this.slots[this.freeSlot(hash)] = row + 1;
    return row;
  }

  private append(bytes: Uint8Array): void {
    const end = this.usedBytes + bytes.length;
    if (end > this.bytes.length) this.growBytes(end);
    this.bytes.set(bytes, this.usedBytes);
    this.usedBytes = end;
  }

  private hasKey(row: number, key: Uint8Array): boolean {
    const { rows, bytes } = this;
    const at = row * ROW_FIELDS;
    const length = key.length;
    if (rows[at + 1] !== length) return false;
    let from = rows[at]!;
    for (let i = 0; i < length; i++) if (bytes[from++] !== key[i]) return false;
    return true;
  }

  private view(from: number, length: number): Buffer {
    return Buffer.from(this.bytes.buffer, from, length);
  }

  private freeSlot(hash: number): number {
    const mask = this.slots.length - 1;
    let at = hash & mask;
    while (this.slots[at] !== 0) at = (at + 1) & mask;
    return at;
  }

  private slotOf(row: number): number {
    const mask = this.slots.length - 1;
    let at = this.hashes[row]! & mask;
    while (this.slots[at] !== row + 1) at = (at + 1) & mask;
    return at;
  }

  private growBytes(needed: number): void {
    let length = this.bytes.length * 2;
    while (length < needed) length *= 2;
    assert(length <= 2 ** 31, 'rows of more than 2 GiB in memory');
    const grown = Buffer.allocUnsafeSlow(length);
    grown.set(this.bytes.subarray(0, this.usedBytes));
    this.bytes = grown;
  }

  private growRows(): void {
    const capacity = this.hashes.length * 2;
    const rows = new Int32Array(capacity * ROW_FIELDS);
    rows.set(this.rows);
    this.rows = rows;
    const hashes = new Int32Array(capacity);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Int32Array(capacity * 2);
    for (let row = 0; row < this.size; row++) this.slots[this.freeSlot(hashes[row]!)] = row + 1;
  }
}

/** What values of rows were before a transaction, in the order in which it changed them. */
export class Undo {
  private readonly notes: number[] = [];

  note(row: number, valueAt: number, valueBytes: number): void {
    this.notes.push(row, valueAt, valueBytes);
  }

  eachBackwards(visit: (row: number, valueAt: number, valueBytes: number) => void): void {
    const { notes } = this;
    for (let at = notes.length - 3; at >= 0; at -= 3) visit(notes[at]!, notes[at + 1]!, notes[at + 2]!);
  }

  clear(): void {
    this.notes.length = 0;
  }
}

/** Which rows of a set stand near each other in the order of keys. Made when first asked for: most sets never are. */
class Neighbours {
  private added = 0;
  /** The newest row by hash of its prefix; each names the one before it. */
  private readonly newest = new Map<number, number>();
  private before = new Int32Array(0);
  /** Rows by their first byte. */
  private readonly tables: (number[] | undefined)[] = [];

  clear(): void {
    if (this.added === 0) return;
    this.added = 0;
    this.newest.clear();
    this.tables.length = 0;
  }

  add(set: RowSet): void {
    if (this.before.length < set.size) {
      const grown = new Int32Array(set.size * 2);
      grown.set(this.before);
      this.before = grown;
    }
    for (let row = this.added; row < set.size; row++) {
      const key = set.key(row);
      const prefix = hashOf(key, Math.min(key.length, PREFIX_BYTES));
      this.before[row] = this.newest.get(prefix) ?? -1;
      this.newest.set(prefix, row);
      const table = key[0]!;
      const rows = this.tables[table];
      if (rows === undefined) this.tables[table] = [row];
      else rows.push(row);
    }
    this.added = set.size;
  }

  /** All rows of a prefix, and perhaps some of another. */
  eachWithPrefix(hash: number, visit: (row: number) => void): void {
    for (let row = this.newest.get(hash) ?? -1; row >= 0; row = this.before[row]!) visit(row);
  }

  eachOfTable(table: number, visit: (row: number) => void): void {
    for (const row of this.tables[table] ?? []) visit(row);
  }
}

/** Whether all keys from `from` to `to` begin with the first bytes of `from`. */
function isOnePrefix(from: Uint8Array, to: Uint8Array): boolean {
  if (to.length < PREFIX_BYTES) return false;
  // Equal prefixes, or `to` is the next prefix itself, which is excluded.
  let carry = to.length === PREFIX_BYTES ? 1 : 0;
  if (Buffer.compare(from.subarray(0, PREFIX_BYTES), to.subarray(0, PREFIX_BYTES)) === 0) return true;
  for (let at = PREFIX_BYTES - 1; at >= 0; at--) {
    const sum = from[at]! + carry;
    if ((sum & 0xff) !== to[at]) return false;
    carry = sum >> 8;
  }
  return true;
}

/** Whether all keys from `from` to `to` begin with the first byte of `from`. */
function isOneTable(from: Uint8Array, to: Uint8Array): boolean {
  return from[0] === to[0] || (to.length === 1 && from[0]! + 1 === to[0]);
}
