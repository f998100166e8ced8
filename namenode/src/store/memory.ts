import { assert } from '@rfs/base/assert';
import type { Store, StoreReader, StoreSnapshot, StoreWriter } from '@rfs/base/store';

/** A run of neighbouring rows. Frozen once a transaction or a snapshot may see it; then a write copies it first. */
interface Chunk {
  /** Keys as Latin-1 text: comparing the texts compares the bytes. */
  readonly keys: string[];
  readonly values: Uint8Array[];
  readonly epoch: number;
}

const CHUNK_ROWS = 256;

/**
 * The engine for tests and the simulator: sorted chunks, copied when written, so that a snapshot is a reference and a
 * transaction that throws is undone by going back to the chunks it began with. Hot copies live in `folders`, the
 * simulated disk that is shared by all stores that should see each other's copies.
 */
export class MemoryStore implements Store {
  readonly backlogBytes = 0;
  private readonly folders: Map<string, MemoryStore>;
  private chunks: Chunk[] = [];
  private epoch = 0;
  private closed = false;
  private writing = false;
  private readonly writer: MemoryWriter;

  constructor(folders: Map<string, MemoryStore> = new Map()) {
    this.folders = folders;
    this.writer = new MemoryWriter(this);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.check();
    return lookUp(this.chunks, textOf(key));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    this.check();
    walk(this.chunks, textOf(from), textOf(to), visit, reverse);
  }

  write<T>(body: (writer: StoreWriter) => T): T {
    this.check();
    assert(!this.writing, 'a write transaction inside another');
    const before = this.chunks;
    this.chunks = before.slice();
    this.epoch++;
    this.writing = true;
    try {
      return body(this.writer);
    } catch (error) {
      this.chunks = before;
      throw error;
    } finally {
      this.writing = false;
    }
  }

  snapshot(): StoreSnapshot {
    this.check();
    assert(!this.writing, 'a snapshot inside a write transaction');
    return new MemorySnapshot(this.chunks);
  }

  whenDurable(done: (error: Error | null) => void): void {
    this.check();
    done(null);
  }

  hotCopy(folder: string, done: (error: Error | null) => void): void {
    this.check();
    if (this.folders.has(folder)) {
      done(new Error(`${folder} is there already`));
      return;
    }
    const copy = new MemoryStore(this.folders);
    copy.chunks = this.chunks;
    copy.epoch = this.epoch;
    this.folders.set(folder, copy);
    done(null);
  }

  close(done: (error: Error | null) => void): void {
    this.check();
    this.closed = true;
    done(null);
  }

  /** All reads and writes from now on are of what `other` holds. */
  exchange(other: MemoryStore): void {
    assert(!this.writing, 'an exchange inside a write transaction');
    this.chunks = other.chunks;
    this.epoch = Math.max(this.epoch, other.epoch);
  }

  /** The rows as another store, as if this one's files were opened again. */
  reopen(): MemoryStore {
    const again = new MemoryStore(this.folders);
    again.chunks = this.chunks;
    again.epoch = this.epoch;
    return again;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    assert(this.writing, 'put outside a write transaction');
    const text = textOf(key);
    assert(text.length > 0 && text.length <= 511, `a key of ${text.length} bytes`);
    const kept = Uint8Array.prototype.slice.call(value);
    if (this.chunks.length === 0) {
      this.chunks.push({ keys: [text], values: [kept], epoch: this.epoch });
      return;
    }
    const at = chunkFor(this.chunks, text);
    const chunk = this.own(at);
    const index = lowerBound(chunk.keys, text);
    if (chunk.keys[index] === text) {
      chunk.values[index] = kept;
      return;
    }
    chunk.keys.splice(index, 0, text);
    chunk.values.splice(index, 0, kept);
    if (chunk.keys.length > CHUNK_ROWS) {
      // Appends leave full chunks behind them instead of half-full ones.
      const half = index === chunk.keys.length - 1 ? CHUNK_ROWS : CHUNK_ROWS >> 1;
      const rest: Chunk = { keys: chunk.keys.splice(half), values: chunk.values.splice(half), epoch: this.epoch };
      this.chunks.splice(at + 1, 0, rest);
    }
  }

  delete(key: Uint8Array): void {
    assert(this.writing, 'delete outside a write transaction');
    const text = textOf(key);
    if (this.chunks.length === 0) return;
    const at = chunkFor(this.chunks, text);
    const found = this.chunks[at] as Chunk;
    const index = lowerBound(found.keys, text);
    if (found.keys[index] !== text) return;
    const chunk = this.own(at);
    chunk.keys.splice(index, 1);
    chunk.values.splice(index, 1);
    if (chunk.keys.length === 0) this.chunks.splice(at, 1);
  }

  private own(at: number): Chunk {
    const chunk = this.chunks[at] as Chunk;
    if (chunk.epoch === this.epoch) return chunk;
    const copy: Chunk = { keys: chunk.keys.slice(), values: chunk.values.slice(), epoch: this.epoch };
    this.chunks[at] = copy;
    return copy;
  }

  private check(): void {
    assert(!this.closed, 'the store is closed');
  }
}

/** The write side that only `write` hands out. */
class MemoryWriter implements StoreWriter {
  private readonly store: MemoryStore;

  constructor(store: MemoryStore) {
    this.store = store;
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
    this.store.put(key, value);
  }

  delete(key: Uint8Array): void {
    this.store.delete(key);
  }
}

class MemorySnapshot implements StoreSnapshot, StoreReader {
  private chunks: Chunk[] | null;

  constructor(chunks: Chunk[]) {
    this.chunks = chunks;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return lookUp(this.rows(), textOf(key));
  }

  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse = false,
  ): void {
    walk(this.rows(), textOf(from), textOf(to), visit, reverse);
  }

  close(): void {
    this.chunks = null;
  }

  private rows(): Chunk[] {
    assert(this.chunks !== null, 'the snapshot is closed');
    return this.chunks;
  }
}

function lookUp(chunks: Chunk[], key: string): Uint8Array | undefined {
  if (chunks.length === 0) return undefined;
  const chunk = chunks[chunkFor(chunks, key)] as Chunk;
  const index = lowerBound(chunk.keys, key);
  return chunk.keys[index] === key ? chunk.values[index] : undefined;
}

function walk(
  chunks: Chunk[],
  from: string,
  to: string,
  visit: (key: Uint8Array, value: Uint8Array) => boolean,
  reverse: boolean,
): void {
  if (chunks.length === 0 || from >= to) return;
  const step = reverse ? -1 : 1;
  let at = chunkFor(chunks, reverse ? to : from);
  let index = lowerBound((chunks[at] as Chunk).keys, reverse ? to : from) - (reverse ? 1 : 0);
  for (; at >= 0 && at < chunks.length; at += step) {
    const { keys, values } = chunks[at] as Chunk;
    if (Number.isNaN(index)) index = reverse ? keys.length - 1 : 0;
    for (; index >= 0 && index < keys.length; index += step) {
      const key = keys[index] as string;
      if (reverse ? key < from : key >= to) return;
      if (!visit(Buffer.from(key, 'latin1'), values[index] as Uint8Array)) return;
    }
    index = Number.NaN;
  }
}

/** The chunk that holds `key` or would: the last one whose first key is not above it. */
function chunkFor(chunks: Chunk[], key: string): number {
  let low = 0;
  let high = chunks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (((chunks[middle] as Chunk).keys[0] as string) <= key) low = middle;
    else high = middle - 1;
  }
  return low;
}

function lowerBound(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function textOf(key: Uint8Array): string {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return bytes.toString('latin1', 0, bytes.length);
}
