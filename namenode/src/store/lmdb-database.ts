import { mkdirSync } from 'node:fs';
import { open, type RootDatabase, type Transaction } from 'lmdb';

/** A key, as a place in the bytes of many. */
export class KeyPlace {
  readonly bytes: Uint8Array;
  from = 0;
  to = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Keys are bytes as they are, copied by loops: most are shorter than what it costs to ask for a copy. */
const keyEncoder = {
  writeKey(key: Uint8Array | KeyPlace, target: Uint8Array, position: number): number {
    let end = position;
    if (key instanceof KeyPlace) {
      const { bytes, to } = key;
      for (let at = key.from; at < to; at++) target[end++] = bytes[at]!;
    } else for (let at = 0; at < key.length; at++) target[end++] = key[at]!;
    return end;
  },
  readKey: (source: Buffer, start: number, end: number): Buffer => Buffer.from(source.subarray(start, end)),
};

/** What lmdb's typings leave out of its database. */
export interface NativeDatabase extends RootDatabase<Uint8Array, Uint8Array> {
  resetReadTxn(): void;
  put(key: Uint8Array | KeyPlace, value: Uint8Array): Promise<boolean>;
  remove(key: Uint8Array | KeyPlace): Promise<boolean>;
  getBinaryFast(key: Uint8Array, options?: { transaction: Transaction }): Buffer | undefined;
}

/** Size in bytes of the address space mapped at first; the map grows by itself when the data does. */
const MAP_BYTES = 64 * 1024 * 1024;

/**
 * Opens the database in `folder` (made when absent); threads of one process share it.
 *
 * Of lmdb's options: without `overlappingSync`, which is lmdb's default, a commit syncs its pages before the meta page
 * that names them and then that one, so after power loss the store is a little old and never torn. With it a crash in a
 * store's very first transaction would be the end of syncing: going back to transaction 0, lmdb numbers the other meta
 * page -1 and takes all that follows for flushed. `noMemInit` skips zeroing pages that are written anyway.
 */
export function openDatabase(folder: string): NativeDatabase {
  mkdirSync(folder, { recursive: true });
  return open<Uint8Array, Uint8Array>({
    path: folder,
    noSubdir: false,
    keyEncoder,
    encoding: 'binary',
    overlappingSync: false,
    noMemInit: true,
    cache: false,
    maxDbs: 1,
    maxReaders: 64,
    mapSize: MAP_BYTES,
  } as Parameters<typeof open>[0]) as unknown as NativeDatabase;
}
