import type { Transaction } from 'lmdb';
import type { NativeDatabase } from './lmdb-database.js';
import type { Overlay } from './overlay.js';
import type { RowView } from './row-set.js';

const VIEWS = 1024;

/**
 * lmdb answers a fast read in one shared buffer whose `length` property it overrides, which copying functions do not
 * respect. This hands out true views of that buffer, one per length, made once.
 */
export class SharedValues {
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

type Visit = (key: Uint8Array, value: Uint8Array) => boolean;

/** Visits the rows of the tree on disk and those in front of it as one sequence. */
export function visitRange(
  database: NativeDatabase,
  overlay: Overlay,
  from: Uint8Array,
  to: Uint8Array,
  visit: Visit,
  reverse: boolean,
  transaction: Transaction | undefined,
): void {
  if (Buffer.compare(from, to) >= 0) return;
  const ours = overlay.between(from, to);
  if (reverse) ours.reverse();
  let next = 0;
  for (const { key, value } of diskRows(database, from, to, reverse, transaction)) {
    let order = 1;
    for (let row = ours[next]; row !== undefined; row = ours[next]) {
      order = Buffer.compare(row.key, key) * (reverse ? -1 : 1);
      if (order > 0) break;
      next++;
      if (!visitRow(row, visit)) return;
      if (order === 0) break;
    }
    if (order !== 0 && !visit(key, value)) return;
  }
  for (; next < ours.length; next++) if (!visitRow(ours[next]!, visit)) return;
}

/** lmdb's own bounds are start-inclusive and end-exclusive in the direction of travel; the contract's are not. */
function diskRows(
  database: NativeDatabase,
  from: Uint8Array,
  to: Uint8Array,
  reverse: boolean,
  transaction: Transaction | undefined,
): Iterable<{ key: Uint8Array; value: Uint8Array }> {
  const bounds = reverse
    ? { start: to, end: from, reverse: true, exclusiveStart: true, inclusiveEnd: true }
    : { start: from, end: to };
  return database.getRange(transaction === undefined ? bounds : { ...bounds, transaction });
}

function visitRow({ key, value }: RowView, visit: Visit): boolean {
  return value === null || visit(key, value);
}
