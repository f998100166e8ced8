import type { ContentSummary, FileChecksum, FileStatus, QuotaUsage } from '@rfs/client/dfs';

/** The bytes of an open file, in order; a piece is good until the next one is asked for. */
export interface ByteSource extends AsyncIterable<Uint8Array> {
  close(): Promise<void>;
}

/** A file being written. */
export interface ByteSink {
  /** Takes the piece; it may be reused when the promise is done. Wait for it before writing on. */
  write(piece: Uint8Array): Promise<void>;
  /** Finishes the file. Only then it is there for sure. */
  close(): Promise<void>;
  /** Gives up after an error, without finishing. */
  abort(): Promise<void>;
}

export interface OpenOptions {
  readonly fromByte?: number;
  /** Stop after so many bytes; the end of the file otherwise. */
  readonly lengthBytes?: number;
  readonly verifyChecksum?: boolean;
}

export interface CreateOptions {
  readonly overwrite: boolean;
  /** Keep a checksum file beside it, where the file system has none of its own. */
  readonly writeChecksum?: boolean;
  readonly lazyPersist?: boolean;
}

/** How full a file system is. */
export interface SpaceStatus {
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly remainingBytes: number;
}

/** What the shell's commands ask of a file system. Paths are absolute and normalized; failures are FailureErrors. */
export interface ShellFiles {
  readonly scheme: 'hdfs' | 'file';
  /** `host:port` or a nameservice; '' for the local one. */
  readonly authority: string;
  /** What relative paths start from. */
  readonly workingFolder: string;
  /** Where this user's deleted files go. */
  readonly trashRoot: string;

  /** Undefined when nothing is there. */
  status(path: string): Promise<FileStatus | undefined>;
  /** What is in a folder, in the file system's order; a file lists itself. */
  list(path: string): AsyncIterable<FileStatus>;
  contentSummary(path: string): Promise<ContentSummary>;
  quotaUsage(path: string): Promise<QuotaUsage>;
  space(path: string): Promise<SpaceStatus>;
  /** How many hosts hold each block. */
  replicaCounts(path: string): Promise<number[]>;
  checksum(path: string): Promise<FileChecksum | undefined>;
  /** True when this user may read (`r`) or write (`w`). */
  mayAccess(path: string, action: 'r' | 'w'): Promise<boolean>;
  /** Minutes that deleted files stay in the trash by the server's own setting; 0 when it has none. */
  serverTrashMinutes(): Promise<number>;
  open(path: string, options?: OpenOptions): Promise<ByteSource>;
  create(path: string, options: CreateOptions): Promise<ByteSink>;
  append(path: string, newBlock: boolean): Promise<ByteSink>;
  mkdirs(path: string, mode?: number): Promise<boolean>;
  remove(path: string, recursive: boolean): Promise<boolean>;
  rename(from: string, to: string): Promise<boolean>;
  /** Moves into the trash: permission is asked for as for a delete. */
  moveToTrash(from: string, to: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  setOwner(path: string, owner: string | undefined, group: string | undefined): Promise<void>;
  /** -1 leaves a time as it is. */
  setTimes(path: string, modifiedMs: number, accessedMs: number): Promise<void>;
  setReplication(path: string, replication: number): Promise<boolean>;
  /** True when done at once, false when the last block is still being recovered. */
  truncate(path: string, lengthBytes: number): Promise<boolean>;
  concat(target: string, sources: readonly string[]): Promise<void>;
}
