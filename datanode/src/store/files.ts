import type { FolderLock } from '@rfs/base/disk';

/** `error` is null when all bytes were read, or the file ended. */
export type ReadDone = (error: Error | null, bytesRead: number) => void;
export type WriteDone = (error: Error | null) => void;

/** An open block or checksum file. Operations run on other threads; what is asked of one position at a time keeps its order. */
export interface BlockFile {
  /** Fills `into` from `position` as far as the file goes. */
  read(into: Uint8Array, position: number, done: ReadDone): void;
  /** Writes the pieces one after another from `position`; done when they are in the page cache. */
  write(pieces: readonly Uint8Array[], position: number, done: WriteDone): void;
  /** fdatasync. */
  sync(done: WriteDone): void;
  truncate(lengthBytes: number): Promise<void>;
  sizeBytes(): Promise<number>;
  /** No operation may be running. */
  close(): Promise<void>;
}

export interface FileSystemSpace {
  readonly totalBytes: number;
  /** What holds nothing; more than is available where a part is kept for root. */
  readonly freeBytes: number;
  /** What an ordinary user may still write. */
  readonly availableBytes: number;
}

/** How to open a file: `create` empties one that is there, left by a crash and known to nobody. */
export type OpenMode = 'read' | 'update' | 'create';

/** The disk under a datanode's volumes. Nothing here holds the event loop; errors are Node's, with `code`. */
export interface Files {
  /** Calls `action` when what has arrived by now is dealt with: so that much goes to the disk in one write. */
  endOfTurn(action: () => void): void;
  open(path: string, mode: OpenMode): Promise<BlockFile>;
  /** Names in `folder`, in no order; an absent folder has none. */
  list(folder: string): Promise<string[]>;
  /** Makes `folder` and its parents, where they are not there. @param mode of what is made, by default the umask's */
  makeFolder(folder: string, mode?: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** False when there was no such file. */
  remove(path: string): Promise<boolean>;
  /** Removes a folder with all it holds. */
  removeTree(folder: string): Promise<void>;
  /** Null when there is no such file. */
  sizeBytes(path: string): Promise<number | null>;
  /** The same for many files, a start's millions: in slices rather than by the thread pool, which costs ten times as much. */
  sizesBytes(paths: readonly string[]): Promise<(number | null)[]>;
  /** Hard links more than one name to the file's content. */
  linkCount(path: string): Promise<number>;
  copy(from: string, to: string): Promise<void>;
  /** Sets a file's sticky bit, which means nothing to the system. */
  setSticky(path: string): Promise<void>;
  isSticky(path: string): Promise<boolean>;
  /** Null when there is no such file. */
  readAll(path: string): Promise<Buffer | null>;
  /** Replaces `path` by `content` in one step, synced. */
  replace(path: string, content: Uint8Array | string): Promise<void>;
  syncFolder(folder: string): Promise<void>;
  space(folder: string): Promise<FileSystemSpace>;
  /** Takes `path` as a lock file; throws when a living process holds it. */
  lock(path: string): Promise<FolderLock>;
  /** The same text until the machine starts again; undefined where the system does not tell. */
  bootId(): Promise<string | undefined>;
}
