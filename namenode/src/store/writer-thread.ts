import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@rfs/base/assert';
import { openDatabase } from './lmdb-database.js';
import { DELETED, type PackedRows, ROW_FIELDS } from './row-set.js';

/** A program of a thread: writes what it is sent into the database of `workerData`, one transaction a message. */

/** What the thread answers to rows: null once they would survive power loss. */
export interface WriterAnswer {
  readonly error: string | null;
}

/** What the thread is sent: rows, or null to close the database and end. */
export type WriterRequest = PackedRows | null;

const database = openDatabase(workerData as string);
const port = parentPort;
assert(port !== null, 'the writer is a program of a thread');

port.on('message', (request: WriterRequest) => {
  if (request === null) {
    void database.close().then(() => port.close());
    return;
  }
  let error: string | null = null;
  try {
    // Waits for the disk, as is meant: overlapping lets others write meanwhile, and there are none.
    database.transactionSync(() => writeRows(request));
  } catch (failure) {
    error = (failure as Error).message;
  }
  port.postMessage({ error } satisfies WriterAnswer);
});

function writeRows({ bytes, rows }: PackedRows): void {
  for (let at = 0; at < rows.length; at += ROW_FIELDS) {
    const key = bytes.subarray(rows[at]!, rows[at]! + rows[at + 1]!);
    const valueBytes = rows[at + 3]!;
    if (valueBytes === DELETED) database.remove(key);
    else database.put(key, bytes.subarray(rows[at + 2]!, rows[at + 2]! + valueBytes));
  }
}
