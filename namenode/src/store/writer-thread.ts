import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@rfs/base/assert';
import { openDatabase } from './lmdb-database.js';
import { DELETED, type PackedRows, ROW_FIELDS } from './row-set.js';

/** A program of a thread: writes what it is sent into the database of `workerData`, one transaction a message. */

/** What the thread answers to rows. */
export interface WriterAnswer {
  /** null: they would survive power loss. */
  readonly error: string | null;
  /** Their memory, to be used again. */
  readonly spare: PackedRows;
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
  const { bytes, rows } = request;
  port.postMessage({ error, spare: request } satisfies WriterAnswer, [bytes.buffer, rows.buffer]);
});

function writeRows({ count, bytes, rows }: PackedRows): void {
  const end = count * ROW_FIELDS;
  for (let at = 0; at < end; at += ROW_FIELDS) {
    const key = bytes.subarray(rows[at]!, rows[at]! + rows[at + 1]!);
    const valueBytes = rows[at + 3]!;
    if (valueBytes === DELETED) database.remove(key);
    else database.put(key, bytes.subarray(rows[at + 2]!, rows[at + 2]! + valueBytes));
  }
}
