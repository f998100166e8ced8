import { existsSync, mkdirSync, renameSync, rm, rmSync } from 'node:fs';
import { AssertionFailure, assert } from '@rfs/base/assert';
import type { Clock, Timer } from '@rfs/base/seams';
import type { Store, StoreReader, StoreSnapshot, StoreWriter } from '@rfs/base/store';
import type { Transaction } from 'lmdb';
import { type NativeDatabase, openDatabase } from './lmdb-database.js';
import { SharedValues, visitRange } from './lmdb-reads.js';
import { Overlay } from './overlay.js';
import { DatabaseWriter } from './writer.js';

/** How long rows may gather in memory before they are given to lmdb: together they cost less, the last of each key. */
export interface GatheringOptions {
  readonly clock: Clock;
  readonly gatherMs: number;
  /** Bytes of rows that are not waited with. */
  readonly gatherBytes: number;
}

/** Opens the ordered store in `folder` (made when absent). Without `gathering` rows wait only for those before them. */
export function openLmdbStore(folder: string, gathering?: GatheringOptions): ExchangeableStore {
  return new LmdbStore(folder, gathering);
}

/** Removes a store that nobody has open, or will open again; an absent one is fine. */
export function removeLmdbStore(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Takes a store, or a folder of stores, that nobody will open again to the absent place `aside` at once, and removes it
 * there beside the event loop: a large file takes its time.
 */
export function discardLmdbStore(folder: string, aside: string, done: (error: Error | null) => void): void {
  if (!existsSync(folder)) {
    done(null);
    return;
  }
  renameSync(folder, aside);
  rm(aside, { recursive: true, force: true }, done);
}

/** The file in a store's folder that is all of it while nobody has it open. */
export const LMDB_FILE = 'data.mdb';

/** A store whose content can be exchanged for that of another folder while it is in use. */
export interface ExchangeableStore extends Store {
  /**
   * All reads and writes from now on are of what `other` holds, to which nothing was written and which is used up; what
   * was written here is given up. No snapshot may be open. `done`: the files that were in use until now are closed.
   */
  exchange(other: Store, done: (error: Error | null) => void): void;
}

/**
 * A commit of lmdb's on the calling thread waits for the disk, so nothing is committed there. A transaction's rows go
 * into memory, where every read looks first. What has gathered goes to a thread of the store's as one transaction:
 * whole transactions of ours, of each key only the last value.
 */
class LmdbStore implements ExchangeableStore {
  database: NativeDatabase;
  overlay = new Overlay();
  readonly values = new SharedValues();
  private readonly transaction: LmdbWriter;
  private readonly gathering: GatheringOptions | undefined;
  private writer: DatabaseWriter;
  private timer: Timer | null = null;
  private waiting: Waiting[] = [];
  private failure: Error | null = null;
  private closing = false;

  constructor(folder: string, gathering: GatheringOptions | undefined) {
    this.database = openDatabase(folder);
    this.writer = new DatabaseWriter(this.database);
    this.gathering = gathering;
    this.transaction = new LmdbWriter(this);
  }

  get backlogBytes(): number {
    return this.overlay.usedBytes;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.overlay.get(key);
    if (value !== undefined) return value ?? undefined;
    return this.values.view(this.database.getBinaryFast(key));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    visitRange(this.database, this.overlay, from, to, visit, reverse, undefined);
  }

  write<T>(body: (writer: StoreWriter) => T): T {
    assert(!this.closing, 'the store is closed');
    if (this.failure !== null) throw this.failure;
    const { overlay, transaction } = this;
    transaction.begin();
    overlay.begin();
    let result: T;
    try {
      result = body(transaction);
    } catch (error) {
      overlay.takeBack();
      throw error;
    } finally {
      transaction.end();
    }
    overlay.keep();
    this.look();
    return result;
  }

  snapshot(): StoreSnapshot {
    assert(!this.transaction.active, 'a snapshot inside a write transaction');
    return new LmdbSnapshot(this.database, this.overlay.copy(), this.database.useReadTransaction());
  }

  whenDurable(done: (error: Error | null) => void): void {
    this.whenLanded(() => done(this.failure));
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
    assert(!this.transaction.active && !this.closing, 'an exchange of a store that is being written or closed');
    assert(other instanceof LmdbStore && other.backlogBytes === 0, 'an exchange for a store that was written');
    const { database, writer } = this;
    this.database = other.database;
    this.writer = other.writer;
    this.overlay = new Overlay();
    this.failure = null;
    this.stopTimer();
    this.wake(true);
    closeBoth(writer, database, done);
  }

  close(done: (error: Error | null) => void): void {
    this.closing = true;
    this.whenLanded(() => closeBoth(this.writer, this.database, (error) => done(this.failure ?? error)));
  }

  /** Gives what has gathered to the writer, if it is enough or was long enough. */
  private look(): void {
    const { gathering, overlay } = this;
    if (this.writer.busy || overlay.gatheringRows === 0) return;
    if (gathering === undefined || this.waiting.length > 0 || overlay.gatheringBytes >= gathering.gatherBytes) {
      this.takeOff();
    } else this.timer ??= gathering.clock.setTimer(gathering.gatherMs, this.takeOff);
  }

  private readonly takeOff = (): void => {
    this.stopTimer();
    const { writer } = this;
    if (writer.busy) return;
    writer.write(this.overlay.takeOff(), (error) => {
      if (writer !== this.writer) return;
      if (error === null) this.landed();
      else {
        this.failure ??= error;
        this.wake(true);
      }
    });
  };

  /** The tree on disk has the rows: reads need not find them in memory any more. */
  private landed(): void {
    // A read transaction of this turn may be older than what has just become visible.
    this.database.resetReadTxn();
    this.overlay.land();
    this.wake(false);
    this.look();
  }

  private stopTimer(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  /** Calls `action` when all that was written before is in the tree, however much is written meanwhile. */
  private whenLanded(action: () => void): void {
    const landings = (this.writer.busy ? 1 : 0) + (this.overlay.gatheringRows > 0 ? 1 : 0);
    if (landings === 0 || this.failure !== null) {
      action();
      return;
    }
    this.waiting.push({ landings, action });
    this.look();
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

/** The writer first: it uses the database. */
function closeBoth(writer: DatabaseWriter, database: NativeDatabase, done: (error: Error | null) => void): void {
  writer.close(() => {
    database.close().then(
      () => done(null),
      (error: unknown) => done(error as Error),
    );
  });
}

interface Waiting {
  landings: number;
  readonly action: () => void;
}

/** The running transaction, as its body sees it. */
class LmdbWriter implements StoreWriter {
  private readonly store: LmdbStore;
  active = false;

  constructor(store: LmdbStore) {
    this.store = store;
  }

  begin(): void {
    assert(!this.active, 'a write transaction inside another');
    this.active = true;
  }

  end(): void {
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
    this.set(key, value);
  }

  delete(key: Uint8Array): void {
    assert(this.active, 'delete outside a write transaction');
    this.set(key, null);
  }

  private set(key: Uint8Array, value: Uint8Array | null): void {
    // PERF: not `assert`, whose message would be put together on every call.
    if (key.length === 0 || key.length > 511) throw new AssertionFailure(`a key of ${key.length} bytes`);
    this.store.overlay.set(key, value);
  }
}

class LmdbSnapshot implements StoreSnapshot, StoreReader {
  private readonly database: NativeDatabase;
  private readonly overlay: Overlay;
  private readonly values = new SharedValues();
  private readonly transaction: Transaction;
  private closed = false;

  constructor(database: NativeDatabase, overlay: Overlay, transaction: Transaction) {
    this.database = database;
    this.overlay = overlay;
    this.transaction = transaction;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    assert(!this.closed, 'the snapshot is closed');
    const value = this.overlay.get(key);
    if (value !== undefined) return value ?? undefined;
    return this.values.view(this.database.getBinaryFast(key, { transaction: this.transaction }));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    assert(!this.closed, 'the snapshot is closed');
    visitRange(this.database, this.overlay, from, to, visit, reverse, this.transaction);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.transaction.done();
  }
}
