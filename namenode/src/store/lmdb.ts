import { mkdirSync } from 'node:fs';
import { assert } from '@rfs/base/assert';
import type { Store, StoreReader, StoreSnapshot, StoreWriter } from '@rfs/base/store';
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';

export interface LmdbOptions {
  /** Size in bytes of the address space mapped at first; the map grows by itself when the data does. */
  readonly mapBytes?: number;
}

/**
 * begin flags of lmdb's transactionSync: 2 = commit before it returns, 0x10000 = MDB_NOSYNC, which under overlapping
 * sync means: visible at once, marked as not yet flushed, flushed after the write lock is given back.
 */
const COMMIT_FLAGS = 0x10002;

/** Begin flags reach the native side although the typings know only named ones. */
interface NativeDatabase extends RootDatabase<Uint8Array, Uint8Array> {
  transactionSync<T>(body: () => T, flags?: number): T;
  sync(done: (error?: Error) => void): void;
  getBinaryFast(key: Uint8Array, options?: { transaction: Transaction }): Buffer | undefined;
}

/**
 * Opens the ordered store in `folder` (made when absent).
 *
 * Of lmdb's options: `overlappingSync` writes a third meta page that always names a flushed state, `safeRestore` goes
 * back to exactly that one at opening unless the last transaction itself was flushed, so after power loss the store is
 * a little old and never torn; `noMemInit` skips zeroing pages that are written anyway; readers are few.
 */
export function openLmdbStore(folder: string, options: LmdbOptions = {}): Store {
  mkdirSync(folder, { recursive: true });
  const database = open<Uint8Array, Uint8Array>({
    path: folder,
    noSubdir: false,
    keyEncoding: 'binary',
    encoding: 'binary',
    overlappingSync: true,
    safeRestore: true,
    noMemInit: true,
    cache: false,
    compression: false,
    maxDbs: 1,
    maxReaders: 64,
    mapSize: options.mapBytes ?? 64 * 1024 * 1024,
  } as Parameters<typeof open>[0]) as unknown as NativeDatabase;
  return new LmdbStore(database);
}

/**
 * lmdb answers a fast read in one shared buffer whose `length` property it overrides, which copying functions do not
 * respect. This hands out true views of that buffer, one per length, made once.
 */
class SharedValues {
  private views: (Buffer | undefined)[] = [];
  private source: Buffer | null = null;

  view(raw: Buffer | undefined): Uint8Array | undefined {
    if (raw === undefined) return undefined;
    const length = raw.length;
    if (length >= VIEWS) return Buffer.from(raw.buffer, raw.byteOffset, length);
    if (raw !== this.source) {
      this.source = raw;
      this.views = new Array<Buffer | undefined>(VIEWS);
    }
    let view = this.views[length];
    if (view === undefined) {
      view = Buffer.from(raw.buffer, raw.byteOffset, length);
      this.views[length] = view;
    }
    return view;
  }
}

const VIEWS = 1024;

class LmdbStore implements Store {
  private readonly database: NativeDatabase;
  private readonly values = new SharedValues();
  private readonly writer: LmdbWriter;
  private closing = false;

  constructor(database: NativeDatabase) {
    this.database = database;
    this.writer = new LmdbWriter(database, this.values);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.view(this.database.getBinaryFast(key));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    visitRange(this.database, from, to, visit, reverse, undefined);
  }

  write<T>(body: (writer: StoreWriter) => T): T {
    assert(!this.closing, 'the store is closed');
    assert(!this.writer.active, 'a write transaction inside another');
    this.writer.active = true;
    try {
      return this.database.transactionSync(() => body(this.writer), COMMIT_FLAGS);
    } finally {
      this.writer.active = false;
    }
  }

  snapshot(): StoreSnapshot {
    assert(!this.writer.active, 'a snapshot inside a write transaction');
    return new LmdbSnapshot(this.database, this.values, this.database.useReadTransaction());
  }

  whenDurable(done: (error: Error | null) => void): void {
    this.database.sync((error) => done(error ?? null));
  }

  hotCopy(folder: string, done: (error: Error | null) => void): void {
    try {
      mkdirSync(folder);
    } catch (error) {
      done(error as Error);
      return;
    }
    this.database.backup(folder, false).then(
      () => done(null),
      (error: unknown) => done(error as Error),
    );
  }

  close(done: (error: Error | null) => void): void {
    this.closing = true;
    this.database.sync((error) => {
      if (error) {
        done(error);
        return;
      }
      this.database.close().then(
        () => done(null),
        (failure: unknown) => done(failure as Error),
      );
    });
  }
}

class LmdbWriter implements StoreWriter {
  private readonly database: NativeDatabase;
  private readonly values: SharedValues;
  active = false;

  constructor(database: NativeDatabase, values: SharedValues) {
    this.database = database;
    this.values = values;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.view(this.database.getBinaryFast(key));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    visitRange(this.database, from, to, visit, reverse, undefined);
  }

  put(key: Uint8Array, value: Uint8Array): void {
    assert(this.active, 'put outside a write transaction');
    this.database.putSync(key, value);
  }

  delete(key: Uint8Array): boolean {
    assert(this.active, 'delete outside a write transaction');
    return this.database.removeSync(key);
  }
}

class LmdbSnapshot implements StoreSnapshot, StoreReader {
  private readonly database: NativeDatabase;
  private readonly values: SharedValues;
  private readonly transaction: Transaction;
  private closed = false;

  constructor(database: NativeDatabase, values: SharedValues, transaction: Transaction) {
    this.database = database;
    this.values = values;
    this.transaction = transaction;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    assert(!this.closed, 'the snapshot is closed');
    return this.values.view(this.database.getBinaryFast(key, { transaction: this.transaction }));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    assert(!this.closed, 'the snapshot is closed');
    visitRange(this.database, from, to, visit, reverse, this.transaction);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.transaction.done();
  }
}

/** lmdb's own bounds are start-inclusive and end-exclusive in the direction of travel; the contract's are not. */
function visitRange(
  database: Database<Uint8Array, Uint8Array>,
  from: Uint8Array,
  to: Uint8Array,
  visit: (key: Uint8Array, value: Uint8Array) => boolean,
  reverse: boolean,
  transaction: Transaction | undefined,
): void {
  if (Buffer.compare(from, to) >= 0) return;
  const bounds = reverse
    ? { start: to, end: from, reverse: true, exclusiveStart: true, inclusiveEnd: true }
    : { start: from, end: to };
  const rows = database.getRange(transaction === undefined ? bounds : { ...bounds, transaction });
  for (const { key, value } of rows) if (!visit(key, value)) return;
}
