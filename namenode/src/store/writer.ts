import { errorOf, type NativeDatabase } from './lmdb-database.js';
import type { RowSet } from './row-set.js';

type Done = (error: Error | null) => void;

/**
 * Writes rows into a database beside the event loop: neither what a transaction costs nor the wait for the disk holds
 * it. lmdb's own writer does so, from instructions as rows are.
 */
export class DatabaseWriter {
  private readonly database: NativeDatabase;
  /** What is being written; it must live until it is. */
  private rows: RowSet | null = null;
  private closed: (() => void) | null = null;

  constructor(database: NativeDatabase) {
    this.database = database;
  }

  get busy(): boolean {
    return this.rows !== null;
  }

  /** One transaction, one at a time: all rows or none; `done(null)` once they would survive power loss. */
  write(rows: RowSet, done: Done): void {
    this.rows = rows;
    this.database.env.startWriting(rows.seal(), (status) => {
      this.rows = null;
      done(errorOf(status));
      this.closed?.();
    });
  }

  /** Calls `done` when what is being written is. */
  close(done: () => void): void {
    if (this.busy) this.closed = done;
    else done();
  }
}
