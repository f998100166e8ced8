import { assert } from '@rfs/base/assert';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { HardState, LogEntry, SavedLog } from './types.js';

/** Entries dropped from the front of the window before its array is copied: keeps the copy amortised. */
const COMPACT_AFTER_COUNT = 128;
/** What an entry costs in memory beside its data. */
const ENTRY_OVERHEAD_BYTES = 96;
/** Read from the journal at once, when something has to be read. */
const READ_AHEAD_BYTES = 1 << 20;
/** Members that lag at different places, and this one's own applying: more read the journal over and over. */
const READERS = 4;

/**
 * The log as the core sees it: a window of recent entries in memory in front of what the journal has saved.
 *
 * The window decides for every index from `offset` on, also where the journal still holds an older, conflicting entry.
 * Entries leave the window only when they are both saved and applied: at once when nobody else lacks them, otherwise
 * when they have become too many.
 *
 *   firstIndex ... offset ........ handed ........ lastIndex
 *   (journal only)|<- window ---------------------------->|
 *                         saved <= handed: given to the journal, not yet durable in between
 */
export class RaftLog {
  private readonly savedLog: SavedLog;
  private readonly cacheBytes: number;
  private window: LogEntry[] = [];
  private head = 0;
  private windowBytes = 0;
  /** Runs read from the journal and still wanted, the oldest first: a reader asks for a few entries, the journal gives many. */
  private readAhead: LogEntry[][] = [];
  private offset: LogIndex;
  private handedIndex: LogIndex;
  private savedIndex: LogIndex;
  private committedIndex: LogIndex;
  private appliedIndex: LogIndex;
  private sharedIndex = Number.POSITIVE_INFINITY;

  /** At most `cacheBytes` of entries stay in memory for followers even after they are saved and applied. */
  constructor(savedLog: SavedLog, hardState: HardState, appliedIndex: LogIndex, cacheBytes: number) {
    this.savedLog = savedLog;
    this.cacheBytes = cacheBytes;
    const last = savedLog.lastIndex;
    assert(hardState.commit <= last, `commit ${hardState.commit} is above the last entry ${last}`);
    assert(appliedIndex <= last, `applied ${appliedIndex} is above the last entry ${last}`);
    assert(
      appliedIndex >= savedLog.firstIndex - 1,
      `applied ${appliedIndex}, the log starts at ${savedLog.firstIndex}`,
    );
    this.offset = (last + 1) as LogIndex;
    this.handedIndex = last;
    this.savedIndex = last;
    this.appliedIndex = appliedIndex;
    this.committedIndex = Math.max(hardState.commit, appliedIndex) as LogIndex;
  }

  get firstIndex(): LogIndex {
    return this.savedLog.firstIndex;
  }

  get lastIndex(): LogIndex {
    return (this.offset + this.window.length - this.head - 1) as LogIndex;
  }

  /** Durable in this member's journal up to here. */
  get saved(): LogIndex {
    return this.savedIndex;
  }

  get committed(): LogIndex {
    return this.committedIndex;
  }

  get applied(): LogIndex {
    return this.appliedIndex;
  }

  get lastTerm(): Term {
    return this.term(this.lastIndex)!;
  }

  /** Term of the entry at `index`; undefined when it is cut away or not there yet. */
  term(index: LogIndex): Term | undefined {
    if (index > this.lastIndex) return undefined;
    if (index >= this.offset) return this.window[this.head + index - this.offset]!.term;
    if (index < this.savedLog.firstIndex - 1) return undefined;
    return this.savedLog.term(index);
  }

  /** True when a log ending in (`lastTerm`, `lastIndex`) is at least as up to date as this one (thesis 3.6.1). */
  isUpToDate(lastIndex: LogIndex, lastTerm: Term): boolean {
    const own = this.lastTerm;
    return lastTerm > own || (lastTerm === own && lastIndex >= this.lastIndex);
  }

  /** Adds a leader's new entry. */
  push(entry: LogEntry): void {
    this.window.push(entry);
    this.windowBytes += weight(entry);
  }

  /**
   * Takes entries that follow (`prevIndex`, `prevTerm`), cutting a conflicting suffix first (thesis 3.5). Undefined
   * when the entry before them is not the same here. Otherwise `last` is the last entry they prove equal, and
   * `firstNew` the first one that was not here before, if any.
   */
  merge(
    prevIndex: LogIndex,
    prevTerm: Term,
    entries: readonly LogEntry[],
  ): { last: LogIndex; firstNew: LogIndex | undefined } | undefined {
    if (this.term(prevIndex) !== prevTerm) return undefined;
    const last = (prevIndex + entries.length) as LogIndex;
    // What begins behind the log's end is all new, as it is unless something was lost or repeated.
    let at = 0;
    if (prevIndex !== this.lastIndex) {
      while (at < entries.length && this.term(entries[at]!.index) === entries[at]!.term) at++;
    }
    if (at === entries.length) return { last, firstNew: undefined };
    const firstNew = entries[at]!.index;
    if (firstNew <= this.lastIndex) this.cutSuffix(firstNew);
    for (let i = at; i < entries.length; i++) this.push(entries[i]!);
    return { last, firstNew };
  }

  /** The highest index up to `from` whose term is not above `term`: from there on down the logs may agree. */
  lastIndexUpTo(from: LogIndex, term: Term): LogIndex {
    let index = Math.min(from, this.lastIndex) as LogIndex;
    while (index >= this.firstIndex && this.term(index)! > term) index = (index - 1) as LogIndex;
    return index;
  }

  /** Entries not yet given to the journal; they count as given from now on. */
  handOver(): LogEntry[] {
    const from = this.handedIndex + 1;
    this.handedIndex = this.lastIndex;
    return this.window.slice(this.head + from - this.offset);
  }

  get hasUnsaved(): boolean {
    return this.handedIndex < this.lastIndex;
  }

  /** The journal is durable up to `index`, whose entry then had `term`: a cut suffix that is saved late changes nothing. */
  markSaved(index: LogIndex, term: Term): void {
    if (index <= this.savedIndex || index > this.handedIndex || this.term(index) !== term) return;
    this.savedIndex = index;
    this.evict();
  }

  /** Raises the commit index; never lowers it. True when it rose. */
  commitTo(index: LogIndex): boolean {
    if (index <= this.committedIndex) return false;
    assert(index <= this.lastIndex, `commit ${index} is above the last entry ${this.lastIndex}`);
    this.committedIndex = index;
    return true;
  }

  markApplied(index: LogIndex): void {
    assert(index <= this.committedIndex && index >= this.appliedIndex, `applied ${index} of ${this.committedIndex}`);
    this.appliedIndex = index;
    this.evict();
  }

  /** All others have the entries up to `index`; Infinity when it is not for this member to send them any. */
  markShared(index: number): void {
    this.sharedIndex = index;
    this.evict();
  }

  /** Entries from `from` to `to`, both included, stopping early after `maxBytes` of data or `maxCount` entries. */
  slice(from: LogIndex, to: LogIndex, maxBytes: number, maxCount = Number.POSITIVE_INFINITY): LogEntry[] {
    assert(from >= this.firstIndex && to <= this.lastIndex, `entries ${from} to ${to} of a log of ${this.lastIndex}`);
    if (from > to) return [];
    const limit = Math.min(to + 1, from + maxCount) as LogIndex;
    if (from < this.offset) return this.readSaved(from, Math.min(limit, this.offset) as LogIndex, maxBytes);
    return bounded(this.window, this.head + from - this.offset, this.head + limit - this.offset, maxBytes);
  }

  /** Forgets everything: the journal starts anew after a snapshot of `index`. */
  restore(index: LogIndex): void {
    this.readAhead = [];
    this.window = [];
    this.head = 0;
    this.windowBytes = 0;
    this.offset = (index + 1) as LogIndex;
    this.handedIndex = index;
    this.savedIndex = index;
    this.committedIndex = index;
    this.appliedIndex = index;
  }

  private readSaved(from: LogIndex, limit: LogIndex, maxBytes: number): LogEntry[] {
    let ahead = this.readAhead.find((run) => from >= run[0]!.index && from < run[0]!.index + run.length);
    if (ahead === undefined) {
      ahead = this.savedLog.read(from, this.offset, Math.max(maxBytes, READ_AHEAD_BYTES));
      this.readAhead.push(ahead);
      if (this.readAhead.length > READERS) this.readAhead.shift();
    }
    const start = from - ahead[0]!.index;
    const entries = bounded(ahead, start, Math.min(ahead.length, start + limit - from), maxBytes);
    if (start + entries.length === ahead.length) this.readAhead = this.readAhead.filter((run) => run !== ahead);
    return entries;
  }

  private cutSuffix(from: LogIndex): void {
    this.readAhead = [];
    assert(from > this.committedIndex, `entry ${from} is committed (${this.committedIndex}) and cannot be replaced`);
    if (from <= this.offset) {
      this.window = [];
      this.head = 0;
      this.windowBytes = 0;
      this.offset = from;
    } else {
      const length = this.head + from - this.offset;
      for (let i = length; i < this.window.length; i++) this.windowBytes -= weight(this.window[i]!);
      this.window.length = length;
    }
    this.handedIndex = Math.min(this.handedIndex, from - 1) as LogIndex;
    this.savedIndex = Math.min(this.savedIndex, from - 1) as LogIndex;
  }

  private evict(): void {
    const done = Math.min(this.savedIndex, this.appliedIndex);
    while (this.offset <= done && (this.offset <= this.sharedIndex || this.windowBytes > this.cacheBytes)) {
      this.windowBytes -= weight(this.window[this.head]!);
      this.head++;
      this.offset = (this.offset + 1) as LogIndex;
    }
    if (this.head >= COMPACT_AFTER_COUNT && this.head * 2 >= this.window.length) {
      this.window = this.window.slice(this.head);
      this.head = 0;
    }
  }
}

function weight(entry: LogEntry): number {
  return entry.data.length + ENTRY_OVERHEAD_BYTES;
}

/** Entries at `start` up to `stop` of `list`: at least one, and no more than `maxBytes` of data beyond the first. */
function bounded(list: readonly LogEntry[], start: number, stop: number, maxBytes: number): LogEntry[] {
  let bytes = 0;
  let at = start;
  while (at < stop) {
    bytes += list[at]!.data.length;
    if (bytes > maxBytes && at > start) break;
    at++;
  }
  return list.slice(start, at);
}
