import type { Store, StoreReader, StoreSnapshot, StoreWriter } from '@rfs/base/store';
import { MemoryStore } from '@rfs/namenode/store';

const MODULUS = 2 ** 52;

/**
 * A memory store that keeps a number over its rows up to date, so that replicas can be compared at every index, and
 * of which images can be taken: what LMDB leaves after power loss is an earlier one.
 */
export class ImageStore implements Store {
  readonly backlogBytes = 0;
  private rows: MemoryStore;
  private sum: number;
  /** Of the transaction under way, and what those who write are given. */
  private inner: StoreWriter | undefined;
  private readonly writer: StoreWriter = {
    get: (key) => this.rows.get(key),
    range: (from, to, visit, reverse) => this.rows.range(from, to, visit, reverse),
    put: (key, value) => {
      this.leave(key);
      this.sum = (this.sum + rowHash(key, value)) % MODULUS;
      this.inner!.put(key, value);
    },
    delete: (key) => {
      this.leave(key);
      this.inner!.delete(key);
    },
  };

  constructor(rows: MemoryStore = new MemoryStore(), sum = 0) {
    this.rows = rows;
    this.sum = sum;
  }

  /** The same exactly when the rows are, up to chance. */
  get rowsHash(): number {
    return this.sum;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.rows.get(key);
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    this.rows.range(from, to, visit, reverse);
  }

  write<T>(body: (writer: StoreWriter) => T): T {
    return this.rows.write((writer) => {
      this.inner = writer;
      return body(this.writer);
    });
  }

  snapshot(): StoreSnapshot {
    return this.rows.snapshot();
  }

  whenDurable(done: (error: Error | null) => void): void {
    this.rows.whenDurable(done);
  }

  hotCopy(folder: string, done: (error: Error | null) => void): void {
    this.rows.hotCopy(folder, done);
  }

  close(done: (error: Error | null) => void): void {
    this.rows.close(done);
  }

  /** Has the rows of `other` from now on, which nobody else may use. */
  exchange(other: ImageStore): void {
    this.rows = other.rows;
    this.sum = other.sum;
  }

  /** The rows as they are now, in a store of its own. */
  image(): ImageStore {
    return new ImageStore(this.rows.reopen(), this.sum);
  }

  private leave(key: Uint8Array): void {
    const value = this.rows.get(key);
    if (value !== undefined) this.sum = (this.sum - rowHash(key, value) + MODULUS) % MODULUS;
  }
}

/** The number that {@link ImageStore.rowsHash} should be, computed from all rows. */
export function hashOfRows(store: StoreReader): number {
  let sum = 0;
  store.range(Uint8Array.of(0), Uint8Array.of(0xff), (key, value) => {
    sum = (sum + rowHash(key, value)) % MODULUS;
    return true;
  });
  return sum;
}

/** 52 bits over a row. */
function rowHash(key: Uint8Array, value: Uint8Array): number {
  let a = 0x811c9dc5 ^ key.length;
  let b = 0x1b873593 ^ value.length;
  for (let i = 0; i < key.length; i++) {
    a = Math.imul(a ^ key[i]!, 0x01000193);
    b = Math.imul(b ^ key[i]!, 0x85ebca6b);
  }
  for (let i = 0; i < value.length; i++) {
    a = Math.imul(a ^ value[i]!, 0x01000193);
    b = Math.imul((b ^ value[i]!) + i, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (a >>> 0) * 0x100000 + ((b >>> 0) & 0xfffff);
}
