import { mkdirSync, rmSync } from 'node:fs';
import { assert } from '@rfs/base/assert';
import type { Store, StoreReader, StoreSnapshot, StoreWriter } from '@rfs/base/store';
import { open, type RootDatabase, type Transaction } from 'lmdb';
import { SharedValues, visitRange } from './lmdb-reads.js';
import { PendingRow, PendingRows } from './pending-rows.js';

export interface LmdbOptions {
  /** Size in bytes of the address space mapped at first; the map grows by itself when the data does. */
  readonly mapBytes?: number;
}

/** What lmdb's typings leave out of its database. */
export interface NativeDatabase extends RootDatabase<Uint8Array, Uint8Array> {
  sync(done: (error?: Error | null) => void): void;
  resetReadTxn(): void;
  getBinaryFast(key: Uint8Array, options?: { transaction: Transaction }): Buffer | undefined;
}

/**
 * Opens the ordered store in `folder` (made when absent).
 *
 * Of lmdb's options: `overlappingSync` writes a third meta page that always names a flushed state, `safeRestore` goes
 * back to exactly that one at opening unless the last transaction itself was flushed, so after power loss the store is
 * a little old and never torn; `noMemInit` skips zeroing pages that are written anyway; `separateFlushed` reports a
 * transaction when it is visible, not when it is flushed.
 */
export function openLmdbStore(folder: string, options: LmdbOptions = {}): ExchangeableStore {
  return new LmdbStore(openDatabase(folder, options));
}

/** Removes a store that nobody has open, or will open again; an absent one is fine. */
export function removeLmdbStore(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The file in a store's folder that is all of it while nobody has it open. */
export const LMDB_FILE = 'data.mdb';

function openDatabase(folder: string, options: LmdbOptions): NativeDatabase {
  mkdirSync(folder, { recursive: true });
  return open<Uint8Array, Uint8Array>({
    path: folder,
    noSubdir: false,
    keyEncoding: 'binary',
    encoding: 'binary',
    overlappingSync: true,
    separateFlushed: true,
    safeRestore: true,
    noMemInit: true,
    cache: false,
    maxDbs: 1,
    maxReaders: 64,
    mapSize: options.mapBytes ?? 64 * 1024 * 1024,
  } as Parameters<typeof open>[0]) as unknown as NativeDatabase;
}

/** A store whose content can be exchanged for that of another folder while it is in use. */
export interface ExchangeableStore extends Store {
  /**
   * All reads and writes from now on are of what `other` holds, to which nothing was written and which is used up; what
   * was written here is given up. No snapshot may be open. `done`: the files that were in use until now are closed.
   */
  exchange(other: Store, done: (error: Error | null) => void): void;
}

/**
 * A commit of lmdb's on the calling thread waits for the disk even with overlapping sync, so nothing is committed
 * there. A transaction's rows go into memory, where every read looks first. What has gathered while lmdb's own writer
 * thread was busy goes to it as one transaction: whole transactions of ours, of each row only the last value.
 */
class LmdbStore implements ExchangeableStore {
  database: NativeDatabase;
  pending = new PendingRows();
  readonly values = new SharedValues();
  private readonly writer: LmdbWriter;
  private gathered: PendingRow[] = [];
  private inFlight = false;
  private waiting: Waiting[] = [];
  private failure: Error | null = null;
  private closing = false;

  constructor(database: NativeDatabase) {
    this.database = database;
    this.writer = new LmdbWriter(this);
  }

  get backlogRows(): number {
    return this.pending.size;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const row = this.pending.get(key);
    if (row !== undefined) return row.value ?? undefined;
    return this.values.view(this.database.getBinaryFast(key));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    visitRange(this.database, this.pending, from, to, visit, reverse, undefined);
  }

  write<T>(body: (writer: StoreWriter) => T): T {
    assert(!this.closing, 'the store is closed');
    if (this.failure !== null) throw this.failure;
    const { writer } = this;
    writer.begin();
    let result: T;
    try {
      result = body(writer);
    } catch (error) {
      writer.undo();
      throw error;
    }
    writer.finish(this.gathered);
    if (!this.inFlight) this.send();
    return result;
  }

  snapshot(): StoreSnapshot {
    assert(!this.writer.active, 'a snapshot inside a write transaction');
    return new LmdbSnapshot(this.database, this.pending.copy(), this.database.useReadTransaction());
  }

  whenDurable(done: (error: Error | null) => void): void {
    this.whenLanded(() => {
      if (this.failure !== null) done(this.failure);
      else this.database.sync((error) => done(error ?? null));
    });
  }

  hotCopy(folder: string, done: (error: Error | null) => void): void {
    try {
      mkdirSync(folder);
    } catch (error) {
      done(error as Error);
      return;
    }
    this.whenLanded(() => {
      this.database.backup(folder, false).then(
        () => done(this.failure),
        (error: unknown) => done(error as Error),
      );
    });
  }

  exchange(other: Store, done: (error: Error | null) => void): void {
    assert(!this.writer.active && !this.closing, 'an exchange of a store that is being written or closed');
    assert(other instanceof LmdbStore && other.backlogRows === 0, 'an exchange for a store that was written');
    const before = this.database;
    this.database = other.database;
    this.pending = new PendingRows();
    this.gathered = [];
    this.inFlight = false;
    this.failure = null;
    this.wake(true);
    before.close().then(
      () => done(null),
      (error: unknown) => done(error as Error),
    );
  }

  close(done: (error: Error | null) => void): void {
    this.closing = true;
    this.whenDurable((error) => {
      this.database.close().then(
        () => done(error),
        (failure: unknown) => done(failure as Error),
      );
    });
  }

  /** Gives what has gathered to the writer thread. */
  private send(): void {
    const rows = this.gathered.filter((row) => !row.superseded);
    this.gathered = [];
    if (rows.length === 0) return;
    this.inFlight = true;
    const { database } = this;
    const sent = database.batch(() => {
      for (const { key, value } of rows) {
        if (value === null) database.remove(key);
        else database.put(key, value);
      }
    });
    sent.then(
      () => {
        if (database === this.database) this.landed(rows);
      },
      (error: unknown) => {
        if (database === this.database) this.failed(error as Error);
      },
    );
  }

  /** The tree on disk has the rows: reads need not find them in memory any more. */
  private landed(rows: readonly PendingRow[]): void {
    // A read transaction of this turn may be older than what has just become visible.
    this.database.resetReadTxn();
    for (const row of rows) if (!row.superseded) this.pending.remove(row);
    this.inFlight = false;
    this.send();
    this.wake(!this.inFlight);
  }

  private failed(error: Error): void {
    this.failure ??= error;
    this.wake(true);
  }

  /** Calls `action` when all that was written before is in the tree, however much is written meanwhile. */
  private whenLanded(action: () => void): void {
    if (!this.inFlight || this.failure !== null) action();
    else this.waiting.push({ landings: this.gathered.length > 0 ? 2 : 1, action });
  }

  /** One landing is over, or with `all` none will come any more. */
  private wake(all: boolean): void {
    const { waiting } = this;
    this.waiting = [];
    for (const one of waiting) {
      one.landings--;
      if (all || one.landings === 0) one.action();
      else this.waiting.push(one);
    }
  }
}

interface Waiting {
  landings: number;
  readonly action: () => void;
}

/** Rows of the running transaction: seen by reads at once, taken back when it throws. */
class LmdbWriter implements StoreWriter {
  private readonly store: LmdbStore;
  private rows: PendingRow[] = [];
  active = false;

  constructor(store: LmdbStore) {
    this.store = store;
  }

  begin(): void {
    assert(!this.active, 'a write transaction inside another');
    this.active = true;
  }

  /** Ends the transaction and hands its rows over. */
  finish(gathered: PendingRow[]): void {
    for (const row of this.rows) {
      row.before = undefined;
      gathered.push(row);
    }
    this.rows = [];
    this.active = false;
  }

  undo(): void {
    for (let i = this.rows.length - 1; i >= 0; i--) this.store.pending.undo(this.rows[i] as PendingRow);
    this.rows = [];
    this.active = false;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.store.get(key);
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse?: boolean,
  ): void {
    this.store.range(from, to, visit, reverse);
  }

  put(key: Uint8Array, value: Uint8Array): void {
    assert(this.active, 'put outside a write transaction');
    this.set(key, Buffer.from(value));
  }

  delete(key: Uint8Array): boolean {
    assert(this.active, 'delete outside a write transaction');
    const there = this.store.get(key) !== undefined;
    if (there) this.set(key, null);
    return there;
  }

  private set(key: Uint8Array, value: Uint8Array | null): void {
    assert(key.length > 0 && key.length <= 511, `a key of ${key.length} bytes`);
    const row = new PendingRow(Buffer.from(key), value);
    this.store.pending.add(row);
    this.rows.push(row);
  }
}

class LmdbSnapshot implements StoreSnapshot, StoreReader {
  private readonly database: NativeDatabase;
  private readonly pending: PendingRows;
  private readonly values = new SharedValues();
  private readonly transaction: Transaction;
  private closed = false;

  constructor(database: NativeDatabase, pending: PendingRows, transaction: Transaction) {
    this.database = database;
    this.pending = pending;
    this.transaction = transaction;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    assert(!this.closed, 'the snapshot is closed');
    const row = this.pending.get(key);
    if (row !== undefined) return row.value ?? undefined;
    return this.values.view(this.database.getBinaryFast(key, { transaction: this.transaction }));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    assert(!this.closed, 'the snapshot is closed');
    visitRange(this.database, this.pending, from, to, visit, reverse, this.transaction);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.transaction.done();
  }
}
