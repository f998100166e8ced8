/**
 * The ordered store under the namespace: a small synchronous contract with two engines (LMDB, memory) and one suite.
 * Keys are compared as unsigned bytes, at most 511 bytes; values are bytes. Empty keys are not allowed.
 */
export interface StoreReader {
  /** The value, valid only until the next call on the store: decode it at once. */
  get(key: Uint8Array): Uint8Array | undefined;
  /**
   * Visits `from` (included) to `to` (excluded) in order, or backwards with `reverse`, until `visit` returns false.
   * Key and value are valid only during the visit; the visitor may read but not write.
   */
  range(
    from: Uint8Array,
    to: Uint8Array,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
    reverse?: boolean,
  ): void;
}

export interface StoreWriter extends StoreReader {
  put(key: Uint8Array, value: Uint8Array): void;
  /** Deletes without looking: what is not there stays so. */
  delete(key: Uint8Array): void;
}

/** A view that does not move while others write. Close it soon: an open one keeps old pages alive. */
export interface StoreSnapshot extends StoreReader {
  close(): void;
}

export interface Store extends StoreReader {
  /** Memory for rows that are written and visible but not yet in the engine's files; whoever writes may wait for less. */
  readonly backlogBytes: number;
  /** One write transaction: all of `body`'s changes become visible together, or none when it throws. */
  write<T>(body: (writer: StoreWriter) => T): T;
  snapshot(): StoreSnapshot;
  /** Calls `done` once everything written before the call would survive power loss. */
  whenDurable(done: (error: Error | null) => void): void;
  /** A consistent copy into the absent folder `folder`, without stopping writers. */
  hotCopy(folder: string, done: (error: Error | null) => void): void;
  /** Waits for the last flush and closes; no call may follow. */
  close(done: (error: Error | null) => void): void;
}
