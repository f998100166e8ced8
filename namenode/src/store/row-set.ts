import { assert } from '@rfs/base/assert';
import { addressOf, Instruction, MAIN_DATABASE } from './lmdb-database.js';
import { hashOf } from './row-hash.js';

/** A row with true views of its bytes, as ranges need it. */
export interface RowView {
  readonly key: Buffer;
  /** null: deleted. */
  readonly value: Buffer | null;
}

/** More than usual load needs; memory that is not touched costs nothing. */
const FIRST_BYTES = 2 << 20;
const FIRST_SLOTS = 64 << 10;
/** A set that had to grow beyond this for once does not stay as large. */
const KEPT_BYTES = 32 << 20;

/**
 * Rows share their first bytes with their neighbours of a range: the table and the number that starts every key of the
 * namespace. A range over one such prefix looks at the rows of that prefix only.
 */
const PREFIX_BYTES = 9;

/** Where the first row stands; 0 is no row. */
const FIRST_ROW = 8;
/** Bytes of a row's three numbers before its key: what to do, the database, bytes of the key. */
const HEAD_BYTES = 12;
/** What to do; lmdb's writer notes other bits beside. */
const INSTRUCTION_BITS = 0xf;
/** Of what ends the rows. */
const END_BYTES = 32;
/** Of a slot; the others reach for {@link MOST_BYTES}. */
const MARK_BITS = 0xfe << 24;
const MOST_BYTES = 256 << 20;
/** Up to this a loop copies faster than a call. */
const COPIED_BY_LOOP = 16;

/**
 * Rows in memory between their write and their arrival in the tree on disk: the last value of each key, or that it is
 * deleted. They stand one after the other as the instructions that lmdb's writer takes ({@link Instruction}), so that a
 * flight is the address of the first; a row's number is where it stands. Values stand in memory of their own, to which
 * rows point; those that were overwritten stay until the set is cleared. Rows are found by a table of open addressing.
 * So they are no objects that a garbage collector has to visit.
 */
export class RowSet {
  size = 0;
  /** Where the next row will stand. */
  end = FIRST_ROW;
  private valuesEnd = 0;
  private bytes = memory(FIRST_BYTES);
  private words = new Int32Array(this.bytes.buffer);
  private numbers = new Float64Array(this.bytes.buffer);
  private values = memory(FIRST_BYTES);
  private valuesAddress = addressOf(this.values);
  /** By hash of the key: its mark and, in the low bits, an eighth of the row; 0: free. Never more than half full. */
  private slots = new Int32Array(FIRST_SLOTS);
  private readonly neighbours = new Neighbours();

  /** Of memory in use. */
  get usedBytes(): number {
    return this.end - FIRST_ROW + this.valuesEnd;
  }

  /** The row of a key; 0: none. */
  find(key: Uint8Array, hash: number): number {
    return rowIn(this.slots[this.slotOf(key, hash)]!);
  }

  /** null: deleted. Valid until the next change. */
  value(row: number): Buffer | null {
    if (this.isDeleted(row)) return null;
    const pointer = this.pointerOf(row);
    return view(this.values, this.valueAt(pointer), this.words[pointer * 2 - 1]!);
  }

  /** Sets the value of a key, null for deleted; the row, and into `before` what its value was if it was there. */
  set(key: Uint8Array, hash: number, value: Uint8Array | null, before: Undo): void {
    const slot = this.slotOf(key, hash);
    let row = rowIn(this.slots[slot]!);
    if (row === 0) row = this.add(key, hash, slot);
    else this.note(row, before);
    const pointer = pointerAt(row, key.length);
    if (value === null) {
      this.words[row >> 2] = Instruction.REMOVE;
      this.words[pointer * 2 - 1] = 0;
      return;
    }
    const { length } = value;
    const at = this.valuesEnd;
    if (at + length > this.values.length) this.growValues(at + length);
    copy(value, this.values, at);
    this.valuesEnd = at + length;
    this.words[row >> 2] = Instruction.PUT;
    this.words[pointer * 2 - 1] = length;
    this.numbers[pointer] = this.valuesAddress + at;
  }

  /** Takes back what was set since the set ended at `end`. */
  undo(end: number, before: Undo): void {
    before.eachBackwards((row, instruction, valueBytes, valueAt) => {
      const pointer = this.pointerOf(row);
      this.words[row >> 2] = instruction;
      this.words[pointer * 2 - 1] = valueBytes;
      this.numbers[pointer] = this.valuesAddress + valueAt;
    });
    this.end = end;
    this.place(this.slots.fill(0));
    this.neighbours.clear();
  }

  clear(): void {
    if (this.end === FIRST_ROW) return;
    this.size = 0;
    this.end = FIRST_ROW;
    this.valuesEnd = 0;
    this.slots.fill(0);
    this.neighbours.clear();
    if (this.bytes.length > KEPT_BYTES) this.useBytes(memory(FIRST_BYTES));
    if (this.values.length > KEPT_BYTES) this.useValues(memory(FIRST_BYTES));
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
      neighbours.eachWithPrefix(hashOf(from, 0, PREFIX_BYTES), visit);
    } else if (isOneTable(from, to)) {
      neighbours.add(this);
      neighbours.eachOfTable(from[0]!, visit);
    } else this.each(FIRST_ROW, visit);
  }

  /** Visits the rows from `row` on. */
  each(row: number, visit: (row: number) => void): void {
    for (let at = Math.max(row, FIRST_ROW); at < this.end; at = this.after(at)) visit(at);
  }

  /**
   * The address of the rows, which lmdb writes from there as one transaction; until it has, nothing may be set and the
   * set must live. lmdb notes the transaction before what ends it, so that does not stand behind a row.
   */
  seal(): number {
    const { end } = this;
    const address = addressOf(this.bytes);
    this.words[end >> 2] = Instruction.GO_ON;
    this.numbers[(end + 8) >> 3] = address + end + END_BYTES - 8;
    this.words[(end + END_BYTES - 8) >> 2] = Instruction.END;
    return address + FIRST_ROW;
  }

  /** Takes over the rows of `other`, in place of its own. */
  become(other: RowSet): void {
    this.clear();
    const none = new Undo();
    other.each(FIRST_ROW, (row) => {
      const key = other.key(row);
      this.set(key, hashOf(key, 0, key.length), other.value(row), none);
    });
  }

  key(row: number): Buffer {
    return view(this.bytes, row + HEAD_BYTES, this.words[(row >> 2) + 2]!);
  }

  /** The slot of a key, which is free if there is no row of it. */
  private slotOf(key: Uint8Array, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    const mark = markOf(hash);
    let at = hash & mask;
    for (let slot = slots[at]!; slot !== 0; slot = slots[at]!) {
      if (((slot ^ mark) & MARK_BITS) === 0 && this.hasKey(rowIn(slot), key)) return at;
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Adds a row without a value, whose place among the slots is `slot`. */
  private add(key: Uint8Array, hash: number, slot: number): number {
    const { length } = key;
    const row = this.end;
    const end = (pointerAt(row, length) + 1) << 3;
    if (end + END_BYTES > this.bytes.length) this.useBytes(grown(this.bytes, row, end + END_BYTES));
    this.end = end;
    const { slots, words } = this;
    slots[slot] = markOf(hash) | (row >> 3);
    words[(row >> 2) + 1] = MAIN_DATABASE;
    words[(row >> 2) + 2] = length;
    copy(key, this.bytes, row + HEAD_BYTES);
    if (++this.size * 2 > slots.length) this.place(new Int32Array(slots.length * 2));
    return row;
  }

  private isDeleted(row: number): boolean {
    return (this.words[row >> 2]! & INSTRUCTION_BITS) === Instruction.REMOVE;
  }

  private note(row: number, before: Undo): void {
    const pointer = this.pointerOf(row);
    before.note(row, this.words[row >> 2]!, this.words[pointer * 2 - 1]!, this.valueAt(pointer));
  }

  private valueAt(pointer: number): number {
    // An integer again for V8, of which it makes views and arrays faster.
    return (this.numbers[pointer]! - this.valuesAddress) | 0;
  }

  private pointerOf(row: number): number {
    return pointerAt(row, this.words[(row >> 2) + 2]!);
  }

  private after(row: number): number {
    return (this.pointerOf(row) + 1) << 3;
  }

  private hasKey(row: number, key: Uint8Array): boolean {
    const { bytes } = this;
    const length = key.length;
    if (this.words[(row >> 2) + 2] !== length) return false;
    let from = row + HEAD_BYTES;
    for (let i = 0; i < length; i++) if (bytes[from++] !== key[i]) return false;
    return true;
  }

  /** Uses `slots`, which are free, for all rows. */
  private place(slots: Int32Array<ArrayBuffer>): void {
    const { bytes, words, end } = this;
    const mask = slots.length - 1;
    let size = 0;
    for (let row = FIRST_ROW; row < end; size++) {
      const keyBytes = words[(row >> 2) + 2]!;
      const hash = hashOf(bytes, row + HEAD_BYTES, keyBytes);
      let at = hash & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = markOf(hash) | (row >> 3);
      row = (pointerAt(row, keyBytes) + 1) << 3;
    }
    this.slots = slots;
    this.size = size;
  }

  private growValues(needed: number): void {
    const address = this.valuesAddress;
    this.useValues(grown(this.values, this.valuesEnd, needed));
    const moved = this.valuesAddress - address;
    const { words, numbers, end } = this;
    for (let row = FIRST_ROW; row < end; ) {
      const pointer = pointerAt(row, words[(row >> 2) + 2]!);
      numbers[pointer]! += moved;
      row = (pointer + 1) << 3;
    }
  }

  private useBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer);
    this.numbers = new Float64Array(bytes.buffer);
  }

  private useValues(values: Uint8Array<ArrayBuffer>): void {
    this.values = values;
    this.valuesAddress = addressOf(values);
  }
}

/** Of a hash its three low bits, which alone differ between neighbours, and its four high ones. */
function markOf(hash: number): number {
  return (hash << 29) | ((hash >>> 3) & (0xf << 25));
}

/** The row that a slot names; 0: none. */
function rowIn(slot: number): number {
  return (slot & ~MARK_BITS) << 3;
}

/** Where a row's last eight bytes stand, the address of its value, counted in eights. The value's length is before it. */
function pointerAt(row: number, keyBytes: number): number {
  return (row + ((HEAD_BYTES + keyBytes + 16) & ~7)) >> 3;
}

function memory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function grown(bytes: Uint8Array, used: number, needed: number): Uint8Array<ArrayBuffer> {
  let length = bytes.length * 2;
  while (length < needed) length *= 2;
  assert(length <= MOST_BYTES, 'too many rows in memory');
  const larger = memory(length);
  larger.set(bytes.subarray(0, used));
  return larger;
}

function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  const { length } = from;
  if (length > COPIED_BY_LOOP) to.set(from, at);
  else for (let i = 0; i < length; i++) to[at + i] = from[i]!;
}

function view(bytes: Uint8Array<ArrayBuffer>, from: number, length: number): Buffer {
  return Buffer.from(bytes.buffer, from, length);
}

/** What values of rows were before a transaction, in the order in which it changed them. */
export class Undo {
  private readonly notes: number[] = [];

  note(row: number, instruction: number, valueBytes: number, valueAt: number): void {
    this.notes.push(row, instruction, valueBytes, valueAt);
  }

  eachBackwards(visit: (row: number, instruction: number, valueBytes: number, valueAt: number) => void): void {
    const { notes } = this;
    for (let at = notes.length - 4; at >= 0; at -= 4) visit(notes[at]!, notes[at + 1]!, notes[at + 2]!, notes[at + 3]!);
  }

  clear(): void {
    this.notes.length = 0;
  }
}

/** Which rows of a set stand near each other in the order of keys. Made when first asked for: most sets never are. */
class Neighbours {
  private end = 0;
  private readonly rows: number[] = [];
  /** The newest of `rows` by hash of its prefix; of each the one before it. */
  private readonly newest = new Map<number, number>();
  private readonly before: number[] = [];
  /** Rows by their first byte. */
  private readonly tables: (number[] | undefined)[] = [];

  clear(): void {
    if (this.end === 0) return;
    this.end = 0;
    this.rows.length = 0;
    this.newest.clear();
    this.before.length = 0;
    this.tables.length = 0;
  }

  add(set: RowSet): void {
    set.each(this.end, (row) => {
      const key = set.key(row);
      const prefix = hashOf(key, 0, Math.min(key.length, PREFIX_BYTES));
      this.before.push(this.newest.get(prefix) ?? -1);
      this.newest.set(prefix, this.rows.length);
      this.rows.push(row);
      const table = key[0]!;
      const rows = this.tables[table];
      if (rows === undefined) this.tables[table] = [row];
      else rows.push(row);
    });
    this.end = set.end;
  }

  /** All rows of a prefix, and perhaps some of another. */
  eachWithPrefix(hash: number, visit: (row: number) => void): void {
    for (let at = this.newest.get(hash) ?? -1; at >= 0; at = this.before[at]!) visit(this.rows[at]!);
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
