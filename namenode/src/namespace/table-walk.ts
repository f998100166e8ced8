import type { StoreReader } from '@rfs/base/store';
import { tableBounds } from './keys.js';

/** Visits the rows of a table in pieces, of a store that does not change in between. */
export class TableWalk {
  private next: Uint8Array;
  private readonly end: Uint8Array;

  constructor(table: number) {
    [this.next, this.end] = tableBounds(table);
  }

  /** Visits at most `rows` more; true when there are no more. Key and value are valid only during the visit. */
  step(store: StoreReader, rows: number, visit: (key: Uint8Array, value: Uint8Array) => void): boolean {
    let left = rows;
    store.range(this.next, this.end, (key, value) => {
      if (left-- <= 0) {
        this.next = Uint8Array.from(key);
        return false;
      }
      visit(key, value);
      return true;
    });
    return left >= 0;
  }
}
