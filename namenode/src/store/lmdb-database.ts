import { mkdirSync } from 'node:fs';
import { open, type RootDatabase, type Transaction } from 'lmdb';

/** What lmdb's typings leave out of its database. */
export interface NativeDatabase extends RootDatabase<Uint8Array, Uint8Array> {
  resetReadTxn(): void;
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
    keyEncoding: 'binary',
    encoding: 'binary',
    overlappingSync: false,
    noMemInit: true,
    cache: false,
    maxDbs: 1,
    maxReaders: 64,
    mapSize: MAP_BYTES,
  } as Parameters<typeof open>[0]) as unknown as NativeDatabase;
}
