import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@rfs/base/assert';
import { asBinary } from 'lmdb';
import { KeyPlace, openDatabase } from './lmdb-database.js';
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

/** Keys and values are told as places in the rows' bytes: views of them would cost as much as the tree does. */
function writeRows({ count, bytes, rows }: PackedRows): void {
  const key = new KeyPlace(bytes);
  // lmdb takes the range of a buffer, as encoders of its kind give it, for one that was encoded.
  const value = { buffer: bytes.buffer, start: 0, end: 0 };
  const encoded = asBinary(value as unknown as Uint8Array) as unknown as Uint8Array;
  const end = count * ROW_FIELDS;
  for (let at = 0; at < end; at += ROW_FIELDS) {
    key.from = rows[at]!;
    key.to = key.from + rows[at + 1]!;
    const valueBytes = rows[at + 3]!;
    if (valueBytes === DELETED) database.remove(key);
    else {
      value.start = rows[at + 2]!;
      value.end = value.start + valueBytes;
      database.put(key, encoded);
    }
  }
}
