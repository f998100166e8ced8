/**
 * The disk under the journal: small, so that a simulated one can forget what was not synced.
 * Start-up and recovery read, cut, remove and sync synchronously (nothing else runs yet); writes and syncs, and the
 * removal of what may be large, never hold the event loop.
 */
export interface Disk {
  /** Names in `folder`, in no order; an absent folder has none. */
  list(folder: string): string[];
  /** Makes `folder` and its parents; durable after syncFolder of its parent. */
  makeFolder(folder: string): void;
  /** Opens for reading and writing, creates when absent. */
  open(path: string): DiskFile;
  /** The same, for writes that are durable once they are answered (O_DSYNC): none of them needs a sync. */
  openSynced(path: string): DiskFile;
  /** `openSynced` beside the event loop; the error, or null and the file. */
  createSynced(path: string, done: (error: Error | null, file: DiskFile | null) => void): void;
  exists(path: string): boolean;
  /**
   * Removes a file; durable after syncFolder. Whoever holds a large one open last frees its blocks by closing it, which
   * takes its time: close first.
   */
  remove(path: string, done: (error: Error | null) => void): void;
  /** The same while nothing else runs. */
  removeSync(path: string): void;
  /** Atomic replacement; durable after syncFolder. */
  rename(from: string, to: string): void;
  /** When `done` gets null, the creations, removals and renames in `folder` that were done before the call are durable. */
  syncFolder(folder: string, done: (error: Error | null) => void): void;
  /** The same while nothing else runs. */
  syncFolderSync(folder: string): void;
}

export interface DiskFile {
  /** Length in bytes, unsynced writes included. */
  size(): number;
  /** Fills `into` from `position` as far as the file goes; the number of bytes read. */
  readSync(into: Uint8Array, position: number): number;
  /**
   * Writes the pieces one after another from `position`; they must not change before `done`, which gets the error, or
   * null when the bytes are in the page cache, of a file opened as synced when they are durable. After an error any part
   * of them may be there.
   */
  write(pieces: readonly Uint8Array[], position: number, done: (error: Error | null) => void): void;
  /**
   * fdatasync: when `done` gets null, every write of this file that was asked for before the call and succeeded is
   * durable. After an error nothing is known about any write since the last sync, whatever a later sync says.
   */
  sync(done: (error: Error | null) => void): void;
  /** Cuts or extends to `length` bytes, durably: for recovery. */
  truncateSync(length: number): void;
  /** Gives the file back once the operations under way are done; no call may follow. */
  close(): void;
}
