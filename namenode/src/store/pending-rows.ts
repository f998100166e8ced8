/** A row that is written but not yet in the tree below. */
export class PendingRow {
  readonly key: Buffer;
  /** null: deleted. */
  readonly value: Uint8Array | null;
  /** What this row stands in front of, to put it back; given up when the transaction is over. */
  before: PendingRow | undefined;
  /** A later write stands in front of this one. */
  superseded = false;
  readonly prefix: string;
  readonly rest: string;

  constructor(key: Buffer, value: Uint8Array | null) {
    this.key = key;
    this.value = value;
    this.prefix = prefixOf(key);
    this.rest = restOf(key);
  }
}

/** A row with its key, as ranges need it. */
export interface KeyedRow {
  readonly key: string;
  readonly row: PendingRow;
}

/**
 * Rows share their first bytes with their neighbours of a range: the table and the number that starts every key of the
 * namespace. A range over one such prefix looks at one group only.
 */
const PREFIX_BYTES = 9;

/**
 * Rows in memory between their write and their arrival in the tree on disk, looked up before it. Keys are Latin-1
 * text, so that comparing the texts compares the bytes.
 */
export class PendingRows {
  /** Most prefixes are whole keys: a row that is alone stands for itself. */
  private groups = new Map<string, PendingRow | Map<string, PendingRow>>();
  size = 0;

  get(key: Uint8Array): PendingRow | undefined {
    if (this.size === 0) return undefined;
    const bytes = asBuffer(key);
    const group = this.groups.get(prefixOf(bytes));
    if (group === undefined) return undefined;
    if (group instanceof PendingRow) return group.rest === restOf(bytes) ? group : undefined;
    return group.get(restOf(bytes));
  }

  /** Puts a row in front of what is there for its key. */
  add(row: PendingRow): void {
    row.before = this.put(row);
    if (row.before === undefined) this.size++;
    else row.before.superseded = true;
  }

  /** Takes back a row that was added last for its key. */
  undo(row: PendingRow): void {
    const { before } = row;
    if (before === undefined) {
      this.remove(row);
      return;
    }
    before.superseded = false;
    this.put(before);
  }

  /** Forgets the row in front. */
  remove(row: PendingRow): void {
    const group = this.groups.get(row.prefix);
    if (group === undefined) return;
    if (group instanceof PendingRow) {
      if (group.rest !== row.rest) return;
      this.groups.delete(row.prefix);
    } else {
      if (!group.delete(row.rest)) return;
      if (group.size === 0) this.groups.delete(row.prefix);
    }
    this.size--;
  }

  /** The rows with keys from `from` (included) to `to` (excluded), in order. */
  between(from: Uint8Array, to: Uint8Array): KeyedRow[] {
    const found: KeyedRow[] = [];
    if (this.size === 0) return found;
    const first = textOf(from);
    const end = textOf(to);
    const only = onlyPrefix(from, to);
    if (only !== undefined) collect(found, only, this.groups.get(only), first, end);
    else for (const [prefix, group] of this.groups) collect(found, prefix, group, first, end);
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** A copy that later changes do not reach. */
  copy(): PendingRows {
    const copy = new PendingRows();
    for (const [prefix, group] of this.groups) {
      copy.groups.set(prefix, group instanceof PendingRow ? group : new Map(group));
    }
    copy.size = this.size;
    return copy;
  }

  /** Puts a row where its key is looked for; what stood there. */
  private put(row: PendingRow): PendingRow | undefined {
    const { prefix, rest } = row;
    const group = this.groups.get(prefix);
    if (group === undefined) {
      this.groups.set(prefix, row);
      return undefined;
    }
    if (group instanceof PendingRow) {
      if (group.rest === rest) {
        this.groups.set(prefix, row);
        return group;
      }
      const several = new Map([[group.rest, group]]);
      several.set(rest, row);
      this.groups.set(prefix, several);
      return undefined;
    }
    const before = group.get(rest);
    group.set(rest, row);
    return before;
  }
}

export function textOf(key: Uint8Array): string {
  const bytes = asBuffer(key);
  return bytes.toString('latin1', 0, bytes.length);
}

/** The one prefix that all keys from `from` to `to` share; undefined when there may be several. */
function onlyPrefix(from: Uint8Array, to: Uint8Array): string | undefined {
  if (from.length < PREFIX_BYTES || to.length < PREFIX_BYTES) return undefined;
  // Equal prefixes, or `to` is the next prefix itself, which is excluded.
  let carry = to.length === PREFIX_BYTES ? 1 : 0;
  const prefix = asBuffer(from).subarray(0, PREFIX_BYTES);
  if (Buffer.compare(prefix, to.subarray(0, PREFIX_BYTES)) === 0) return prefixOf(prefix);
  for (let at = PREFIX_BYTES - 1; at >= 0; at--) {
    const sum = (from[at] as number) + carry;
    if ((sum & 0xff) !== to[at]) return undefined;
    carry = sum >> 8;
  }
  return prefixOf(prefix);
}

function collect(
  found: KeyedRow[],
  prefix: string,
  group: PendingRow | Map<string, PendingRow> | undefined,
  first: string,
  end: string,
): void {
  if (group === undefined) return;
  if (group instanceof PendingRow) {
    const key = prefix + group.rest;
    if (key >= first && key < end) found.push({ key, row: group });
    return;
  }
  for (const [rest, row] of group) {
    const key = prefix + rest;
    if (key >= first && key < end) found.push({ key, row });
  }
}

/** The first nine bytes as text; made here, which takes half as long as asking Node for so few. */
function prefixOf(bytes: Buffer): string {
  if (bytes.length < PREFIX_BYTES) return bytes.toString('latin1');
  return String.fromCharCode(
    bytes[0]!,
    bytes[1]!,
    bytes[2]!,
    bytes[3]!,
    bytes[4]!,
    bytes[5]!,
    bytes[6]!,
    bytes[7]!,
    bytes[8]!,
  );
}

function restOf(bytes: Buffer): string {
  return bytes.length <= PREFIX_BYTES ? '' : bytes.toString('latin1', PREFIX_BYTES, bytes.length);
}

function asBuffer(key: Uint8Array): Buffer {
  return Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
}
