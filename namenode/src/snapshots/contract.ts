import type { Failure } from '@rfs/base/failure';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { PeerId, SnapshotMark } from '../raft/index.js';

/** Up to which entry of the log a state goes. */
export interface StateIndex {
  readonly index: LogIndex;
  readonly term: Term;
}

/** The store under the namespace, as snapshots see it: copies of it are folders with one file. */
export interface StateEngine {
  /** Name of the file in a copy's folder. */
  readonly fileName: string;
  /** A consistent copy of the state in use into the absent folder `folder`, while it is changed. */
  copy(folder: string, done: (error: Error | null) => void): void;
  /** Tells what the copy in `folder`, of this engine's own making, holds. */
  inspect(folder: string, done: (result: StateIndex | Error) => void): void;
  /** Puts the copy in `folder`, which is the engine's from now on, in place of the state in use; for all that read it. */
  adopt(folder: string, done: (error: Error | null) => void): void;
  /** Removes a folder and what is in it, if it is there: its name is free at once. */
  discard(folder: string): void;
}

/** A copy that a member keeps for others, for a while. */
export interface SnapshotOffer {
  /** Names this very copy. */
  readonly id: number;
  readonly mark: SnapshotMark;
  readonly lengthBytes: number;
  /** BLAKE3 of the whole file. */
  readonly digest: Uint8Array;
}

/** A piece of a copy. */
export interface SnapshotChunk {
  readonly data: Uint8Array;
  /** CRC32C of `data`. */
  readonly checksum: number;
}

/** The way to other members' copies. Calls may fail at any time, and may be repeated. */
export interface SnapshotSuppliers {
  /** A copy that holds at least `index`. */
  offer(from: PeerId, index: LogIndex, done: (result: SnapshotOffer | Failure) => void): void;
  /** Bytes of the copy `id` from `offset` on; FileNotFoundException when it is not kept any more. */
  read(from: PeerId, id: number, offset: number, done: (result: SnapshotChunk | Failure) => void): void;
  close(): void;
}

/** A piece at most: some milliseconds of reading and hashing, and few enough for round trips not to count. */
export const CHUNK_BYTES = 4 << 20;
