import { Worker } from 'node:worker_threads';
import type { PackedRows, RowSet } from './row-set.js';
import type { WriterAnswer, WriterRequest } from './writer-thread.js';

type Done = (error: Error | null) => void;

/**
 * Writes rows into the database of a folder, on a thread of its own: neither what a transaction costs nor the wait for
 * the disk holds the event loop. The thread is started by the first rows.
 */
export class DatabaseWriter {
  private readonly folder: string;
  private thread: Worker | null = null;
  private done: Done | null = null;
  private spare: PackedRows | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  get busy(): boolean {
    return this.done !== null;
  }

  /** One transaction, one at a time: all rows or none; `done(null)` once they would survive power loss. */
  write(rows: RowSet, done: Done): void {
    this.done = done;
    const packed = rows.pack(this.spare);
    this.spare = null;
    this.thread ??= this.start();
    this.thread.ref();
    this.thread.postMessage(packed satisfies WriterRequest, [packed.bytes.buffer, packed.rows.buffer]);
  }

  /** Ends the thread; what is being written is written first. */
  close(done: () => void): void {
    const { thread } = this;
    this.done = null;
    if (thread === null) {
      done();
      return;
    }
    thread.ref();
    thread.once('exit', done);
    thread.postMessage(null satisfies WriterRequest);
  }

  private start(): Worker {
    const thread = new Worker(new URL('./writer-thread.js', import.meta.url), {
      workerData: this.folder,
      name: 'store',
      // What the process was started with need not make sense for a thread.
      execArgv: [],
    });
    thread.on('message', ({ error, spare }: WriterAnswer) => {
      this.spare = spare;
      this.finish(error === null ? null : new Error(error));
    });
    thread.on('error', (error) => this.finish(error));
    thread.on('exit', () => {
      this.thread = null;
      this.finish(new Error('the thread of the store has ended'));
    });
    return thread;
  }

  private finish(error: Error | null): void {
    const { done } = this;
    this.done = null;
    // An idle store keeps no process alive.
    this.thread?.unref();
    done?.(error);
  }
}
