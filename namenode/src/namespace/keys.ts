import { idHigh, idLow } from '@rfs/base/ids';

/** First byte of every key. Numbers are never used again for something else; see docs/formats/store.md. */
export const Table = {
  META: 0x01,
  NAMES: 0x02,
  STORAGES: 0x03,
  /** (parent, name) → the whole inode. */
  ENTRIES: 0x10,
  /** inode → (parent, name). */
  INODES: 0x11,
  /** (inode, block index) → block. */
  BLOCKS: 0x12,
  /** inode → who writes it, and the expected storages of its last block. */
  OPEN_FILES: 0x13,
  /** inode → kind; what was deleted and still has rows. */
  DETACHED: 0x14,
  /** group of log indexes → the successes to repeat. */
  RETRY: 0x15,
  /** (inode, namespace, name) → value. */
  XATTRS: 0x16,
  /** inode → access control list. */
  ACLS: 0x17,
  /** Snapshots: (snapshot) → record, and what a snapshot still sees of a changed row: (row's key, snapshot). */
  SNAPSHOTS: 0x20,
  SNAPSHOT_ENTRIES: 0x21,
  SNAPSHOT_BLOCKS: 0x22,
} as const;

/** Rows of the META table, by their second byte. */
export const MetaRow = { STATE: 0, IDENTITY: 1, LIMITS: 2 } as const;

/** Longest name in bytes that fits a key whatever the limits say. */
export const HARD_NAME_BYTES = 480;

const ID_KEY_BYTES = 9;

/**
 * Makes keys in buffers that the next key of the same kind overwrites: a key is for one call to the store.
 * All numbers are big-endian, so that keys sort as numbers do.
 */
export class Keys {
  private readonly entryBuffer = Buffer.alloc(ID_KEY_BYTES + HARD_NAME_BYTES * 3);
  private readonly entryViews: (Buffer | undefined)[] = [];
  /** Whose key stands in `entryBuffer`: an entry is mostly read and then written. */
  private entryParent = -1;
  private entryName = '';
  private entryKey: Uint8Array = this.entryBuffer;
  private readonly idBuffers = new Map<number, Buffer>();
  private readonly fromBuffer = Buffer.alloc(ID_KEY_BYTES);
  private readonly toBuffer = Buffer.alloc(ID_KEY_BYTES);
  private readonly blockBuffer = Buffer.alloc(ID_KEY_BYTES + 4);
  private readonly smallBuffer = Buffer.alloc(5);
  private readonly metaBuffer = Buffer.alloc(2);

  /** The entry `name` of the directory `parent`. */
  entry(parent: number, name: string): Uint8Array {
    if (parent === this.entryParent && name === this.entryName) return this.entryKey;
    const buffer = this.entryBuffer;
    buffer[0] = Table.ENTRIES;
    writeId(buffer, parent);
    const length = ID_KEY_BYTES + writeName(buffer, name);
    let view = this.entryViews[length];
    if (view === undefined) {
      view = buffer.subarray(0, length);
      this.entryViews[length] = view;
    }
    this.entryParent = parent;
    this.entryName = name;
    this.entryKey = view;
    return view;
  }

  /** The row of an inode in a table whose keys are (table, inode). */
  ofInode(table: number, inode: number): Uint8Array {
    let buffer = this.idBuffers.get(table);
    if (buffer === undefined) {
      buffer = Buffer.alloc(ID_KEY_BYTES);
      buffer[0] = table;
      this.idBuffers.set(table, buffer);
    }
    writeId(buffer, inode);
    return buffer;
  }

  block(inode: number, index: number): Uint8Array {
    const buffer = this.blockBuffer;
    buffer[0] = Table.BLOCKS;
    writeId(buffer, inode);
    buffer.writeUInt32BE(index, ID_KEY_BYTES);
    return buffer;
  }

  /** A row of a table whose keys are (table, 32-bit number). */
  small(table: number, number: number): Uint8Array {
    this.smallBuffer[0] = table;
    this.smallBuffer.writeUInt32BE(number, 1);
    return this.smallBuffer;
  }

  meta(row: number): Uint8Array {
    this.metaBuffer[0] = Table.META;
    this.metaBuffer[1] = row;
    return this.metaBuffer;
  }

  /** Start of all rows of `id` in `table`. */
  from(table: number, id: number): Uint8Array {
    this.fromBuffer[0] = table;
    writeId(this.fromBuffer, id);
    return this.fromBuffer;
  }

  /** End (excluded) of all rows of `id` in `table`. */
  to(table: number, id: number): Uint8Array {
    this.toBuffer[0] = table;
    writeId(this.toBuffer, id + 1);
    return this.toBuffer;
  }
}

/** Bounds of a whole table. */
export function tableBounds(table: number): [Uint8Array, Uint8Array] {
  return [Uint8Array.of(table), Uint8Array.of(table + 1)];
}

/** The id at byte 1 of a key. */
export function idInKey(key: Uint8Array): number {
  // PERF: a DataView for each key costs ten times as much.
  return wordAt(key, 1) * 4294967296 + wordAt(key, 5);
}

function wordAt(key: Uint8Array, at: number): number {
  const high = ((key[at] as number) << 8) | (key[at + 1] as number);
  return high * 65536 + (((key[at + 2] as number) << 8) | (key[at + 3] as number));
}

/** The name at the end of an entry's key. */
export function nameInKey(key: Uint8Array): string {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return bytes.toString('utf8', ID_KEY_BYTES, bytes.length);
}

function writeId(buffer: Buffer, id: number): void {
  const high = idHigh(id);
  const low = idLow(id);
  buffer[1] = high >>> 24;
  buffer[2] = high >>> 16;
  buffer[3] = high >>> 8;
  buffer[4] = high;
  buffer[5] = low >>> 24;
  buffer[6] = low >>> 16;
  buffer[7] = low >>> 8;
  buffer[8] = low;
}

/** Writes the name after the id; its length in bytes. */
function writeName(buffer: Buffer, name: string): number {
  const length = name.length;
  let at = ID_KEY_BYTES;
  for (let i = 0; i < length; i++) {
    const code = name.charCodeAt(i);
    if (code >= 0x80 || i >= 64) return buffer.write(name, ID_KEY_BYTES, 'utf8');
    buffer[at++] = code;
  }
  return length;
}
