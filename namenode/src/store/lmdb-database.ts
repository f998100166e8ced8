import { mkdirSync } from 'node:fs';
import { nativeAddon, open, type RootDatabase, type Transaction } from 'lmdb';

/** Keys are bytes as they are, copied by a loop: most are shorter than what it costs to ask for a copy. */
const keyEncoder = {
  writeKey(key: Uint8Array, target: Uint8Array, position: number): number {
    let end = position;
    for (let at = 0; at < key.length; at++) target[end++] = key[at]!;
    return end;
  },
  readKey: (source: Buffer, start: number, end: number): Buffer => Buffer.from(source.subarray(start, end)),
};

// What lmdb's typings leave out.
declare module 'lmdb' {
  const nativeAddon: {
    getBufferAddress(bytes: Uint8Array): number;
    /** Throws what a status that is not 0 means. */
    lmdbError(status: number): never;
  };
}

/** What lmdb's typings leave out of its database. */
export interface NativeDatabase extends RootDatabase<Uint8Array, Uint8Array> {
  readonly env: {
    /**
     * Carries out instructions as one transaction on a thread of libuv's, which waits for the disk; 0: they would
     * survive power loss.
     */
    startWriting(address: number, done: (status: number) => void): void;
  };
  resetReadTxn(): void;
  getBinaryFast(key: Uint8Array, options?: { transaction: Transaction }): Buffer | undefined;
}

/**
 * What lmdb's own writer is told, by the first number of an instruction (lmdb, src/writer.cpp). PUT and REMOVE: u32
 * database, u32 bytes of the key, the key, at least four bytes, u32 bytes of the value, f64 address of the value, which
 * REMOVE ignores. GO_ON: u32 nothing, f64 address of the next. Each begins at a multiple of eight bytes. The writer
 * notes beside the first number that it is done, and before END the number of the transaction.
 */
export const Instruction = { END: 0, GO_ON: 3, REMOVE: 14, PUT: 15 } as const;

/** LMDB's number of the database without a name. */
export const MAIN_DATABASE = 1;

/** Where bytes stand in the memory of the process. */
export function addressOf(bytes: Uint8Array): number {
  return nativeAddon.getBufferAddress(bytes);
}

/** What a status of lmdb's writer means; null: all is well. */
export function errorOf(status: number): Error | null {
  if (status === 0) return null;
  try {
    return nativeAddon.lmdbError(status);
  } catch (error) {
    return error as Error;
  }
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
