/** A cache of at most `capacity` entries, of which the one not used for longest goes first. */
export class LruCache<K, V> {
  private readonly capacity: number;
  private readonly onEvicted: ((key: K, value: V) => void) | undefined;
  /** Least recently used first: a Map keeps the order of insertion. */
  private readonly entries = new Map<K, V>();

  /** @param onEvicted told of entries that had to make room, not of those deleted or replaced */
  constructor(capacity: number, onEvicted?: (key: K, value: V) => void) {
    this.capacity = capacity;
    this.onEvicted = onEvicted;
  }

  get size(): number {
    return this.entries.size;
  }

  /** The value, which now counts as just used. */
  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.capacity) return;
    for (const [oldest, dropped] of this.entries) {
      this.entries.delete(oldest);
      this.onEvicted?.(oldest, dropped);
      break;
    }
  }

  delete(key: K): boolean {
    return this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  /** The values, least recently used first. */
  values(): IterableIterator<V> {
    return this.entries.values();
  }
}
