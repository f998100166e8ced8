import type { Clock, Disk, Random } from '@rfs/base/seams';

/** Learns what became of appends. Calls come between turns of the event loop, never out of `append`. */
export interface JournalObserver {
  /** Everything up to the append that returned `ticket` is durable. */
  durable(ticket: number): void;
  /** There is no room on the disk; nothing is lost, and nothing more becomes durable until `retry` succeeds. */
  full(error: Error): void;
  /** A write or sync failed. Nothing may be concluded about unsynced bytes any more: the node must stop. */
  failed(error: Error): void;
  /** One write is durable; `durable` follows. */
  wrote(entryCount: number, bytes: number, durationMs: number): void;
}

export interface JournalOptions {
  readonly disk: Disk;
  /** Made when absent. */
  readonly folder: string;
  /** For the journal's id and the salts of its segments. */
  readonly random: Random;
  readonly clock: Clock;
  readonly observer: JournalObserver;
  /** A segment that has reached this length is followed by a new one. */
  readonly segmentBytes?: number;
  /** Content of a frame; a longer entry has a frame of its own. */
  readonly frameBytes?: number;
  /** Bytes of one write; what waits beyond goes into the next. */
  readonly writeBytes?: number;
}
