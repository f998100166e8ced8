import { assert } from '@rfs/base/assert';
import { makeDurableFolder } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Clock, Disk, Random } from '@rfs/base/seams';
import type { HardState, LogEntry, PeerId, SavedLog } from '../raft/index.js';
import { WriteBatch } from './batch.js';
import { JournalContents } from './contents.js';
import { encodeSegmentHeader, JOURNAL_ID_BYTES, SEGMENT_HEADER_BYTES, segmentName } from './format.js';
import { headerBehind, type JournalIdentity, type LogStart, nextHeader } from './headers.js';
import type { JournalObserver, JournalOptions } from './options.js';
import { recoverJournal } from './recovery.js';
import type { MembershipRecord, Segment } from './segment.js';

type Done = (error: Error | null) => void;

interface Append {
  /** Nothing that stands before counts any more. */
  readonly anew: LogStart | null;
  readonly entries: readonly LogEntry[];
  readonly hardState: HardState | null;
  readonly ticket: number;
  /** Entries already in a batch. */
  taken: number;
}

/** A write that makes the file longer writes so many zeros behind itself, up to the segment's size at most. */
const RESERVED_BYTES = 1 << 20;
const ZEROS = new Uint8Array(RESERVED_BYTES);

/** An entry's data at most: a frame must hold it. */
export const MAX_ENTRY_BYTES = 32 << 20;

/**
 * The Raft log on disk (`docs/formats/journal.md`). Appends that come while a write is under way wait and then become
 * one write, which is durable when it has ended. One is in flight at a time, so all bytes before it are durable, and a
 * frame says so: that is how recovery tells damage from what was never acknowledged.
 */
export class Journal implements SavedLog {
  private readonly disk: Disk;
  private readonly folder: string;
  private readonly random: Random;
  private readonly clock: Clock;
  private readonly observer: JournalObserver;
  private readonly segmentBytes: number;
  private readonly writeBytes: number;
  private readonly contents: JournalContents;
  private readonly batch: WriteBatch;
  private waiting: Append[] = [];
  private lazyHardState: HardState | null = null;
  private tickets = 0;
  private batchTicket = 0;
  /** Zeros that go along with the batch. */
  private batchReserves = 0;
  private startedMs = 0;
  /** idle: nothing under way; busy: something is; full: a write must be tried again; stopped: for ever. */
  private state: 'idle' | 'busy' | 'full' | 'stopped' = 'idle';
  /** What `retry` repeats. */
  private pendingStep: () => void = () => undefined;
  private identity: JournalIdentity | undefined;
  /** busy: a segment is being removed; stopped: its removal failed, and to remove the next would leave a gap. */
  private cutting: 'idle' | 'busy' | 'stopped' = 'idle';
  private whenQuiet: (() => void) | undefined;

  private constructor(options: JournalOptions, contents: JournalContents) {
    this.disk = options.disk;
    this.folder = options.folder;
    this.random = options.random;
    this.clock = options.clock;
    this.observer = options.observer;
    this.segmentBytes = options.segmentBytes ?? 32 << 20;
    this.writeBytes = options.writeBytes ?? 8 << 20;
    this.batch = new WriteBatch(1 << 20, options.frameBytes ?? 1 << 20);
    this.contents = contents;
    this.identity = contents.active?.header;
  }

  /** Recovers what is in the folder. Throws JournalDamage, naming file and offset, when it must not be trusted. */
  static open(options: JournalOptions): Journal {
    makeDurableFolder(options.disk, options.folder);
    return new Journal(options, new JournalContents(recoverJournal(options.disk, options.folder)));
  }

  /** True until the first append: nobody owns this journal yet. */
  get isNew(): boolean {
    return this.contents.active === undefined;
  }

  /** The member that writes this journal; NOBODY-like 0 while it is new. */
  get owner(): PeerId {
    return this.identity?.owner ?? 0;
  }

  get firstIndex(): LogIndex {
    return this.contents.firstIndex;
  }

  get lastIndex(): LogIndex {
    return this.contents.lastIndex;
  }

  /** The newest durable hard state; its commit may lag behind. */
  get hardState(): HardState {
    return this.contents.hardState;
  }

  /** The durable membership entries, oldest first. */
  get memberships(): readonly MembershipRecord[] {
    return this.contents.memberships;
  }

  /** Length of all segments' durable parts. */
  get sizeBytes(): number {
    let size = 0;
    for (const segment of this.contents.segments) size += segment.end;
    return size;
  }

  /** The last ticket given out. */
  get lastTicket(): number {
    return this.tickets;
  }

  term(index: LogIndex): Term {
    return this.contents.term(index);
  }

  read(from: LogIndex, to: LogIndex, maxBytes: number): LogEntry[] {
    return this.contents.read(from, to, maxBytes);
  }

  /** Checks every durable frame that holds `from` or later entries. Throws JournalDamage. */
  verify(from: LogIndex): void {
    this.contents.verify(from);
  }

  /** Names the member whose journal this becomes; before the first append of a new one. */
  initialize(owner: PeerId): void {
    assert(this.isNew && owner > 0, `journal of ${this.owner} cannot become that of ${owner}`);
    this.identity = { journalId: this.random.bytes(JOURNAL_ID_BYTES), owner };
  }

  /**
   * Writes and syncs `entries`, then `hardState`, behind everything appended before; the result is the ticket that
   * `durable` will name. The first entry may replace entries that are there. Entries belong to the journal until then.
   */
  append(entries: readonly LogEntry[], hardState: HardState | null): number {
    assert(this.identity !== undefined, 'an append to a journal that nobody owns');
    const ticket = ++this.tickets;
    this.waiting.push({ anew: null, entries, hardState: hardState ?? this.lazyHardState, ticket, taken: 0 });
    this.lazyHardState = null;
    this.flush();
    return ticket;
  }

  /**
   * The log begins anew behind `start`, once everything appended before is durable; all that stands in it is void then,
   * term and vote excepted. The result is the ticket that `durable` will name.
   */
  beginAnew(start: LogStart): number {
    assert(this.identity !== undefined, 'a new beginning of a journal that nobody owns');
    const ticket = ++this.tickets;
    this.waiting.push({ anew: start, entries: [], hardState: null, ticket, taken: 0 });
    this.flush();
    return ticket;
  }

  /** A hard state in which only the commit index is new: goes along with the next append. */
  note(hardState: HardState): void {
    this.lazyHardState = hardState;
  }

  /** Tries the write again that found no room. */
  retry(): void {
    if (this.state !== 'full') return;
    this.state = 'busy';
    this.pendingStep();
  }

  /**
   * Removes the oldest segment if it has no entry at or above `index`; true when it does, and then `done` gets null once
   * that is durable, and there may be more, or the error, with which the node must stop. One at a time: a removal that
   * reached the disk before that of an older segment would leave a gap. None while one is under way.
   */
  cutPrefix(index: LogIndex, done: Done): boolean {
    const segment = this.contents.droppable(index);
    if (segment === undefined || this.cutting !== 'idle' || this.state === 'stopped') return false;
    this.cutting = 'busy';
    this.contents.dropOldest();
    this.remove([segment], (error) => {
      this.cutting = error === null ? 'idle' : 'stopped';
      this.endIfQuiet();
      done(error);
    });
    return true;
  }

  /** Lets the write and the removal under way end, drops what waits behind, and closes the files. */
  close(done: () => void): void {
    this.waiting = [];
    this.whenQuiet = () => {
      this.state = 'stopped';
      for (const segment of this.contents.segments) segment.file.close();
      done();
    };
    this.endIfQuiet();
  }

  private flush(): void {
    if (this.state !== 'idle') return;
    const next = this.waiting[0];
    if (next === undefined) return;
    this.state = 'busy';
    if (this.needsSegment(next)) this.createSegment(next);
    else this.writeBatch();
  }

  private needsSegment(append: Append): boolean {
    const active = this.contents.active;
    return (
      append.anew !== null || active === undefined || active.end >= this.segmentBytes || replacesOlder(append, active)
    );
  }

  private writeBatch(): void {
    const active = this.contents.active!;
    const batch = this.batch;
    batch.reset(active.end, active.header.salt);
    let hardState: HardState | null = null;
    let done = 0;
    for (const append of this.waiting) {
      if (batch.bytes >= this.writeBytes || append.anew !== null || replacesOlder(append, active)) break;
      while (append.taken < append.entries.length && batch.bytes < this.writeBytes) {
        batch.add(append.entries[append.taken++]!);
      }
      if (append.taken < append.entries.length) break;
      hardState = append.hardState ?? hardState;
      this.batchTicket = append.ticket;
      done++;
    }
    this.waiting.splice(0, done);
    batch.finish(hardState);
    this.startedMs = this.clock.monotonicMs();
    this.begin(this.writeFrames);
  }

  /** A longer file is more to sync than its bytes: therefore most writes go where one before has written zeros. */
  private readonly writeFrames = (): void => {
    const active = this.contents.active!;
    const end = active.end + this.batch.bytes;
    const room = end > active.reserved ? Math.min(RESERVED_BYTES, this.segmentBytes - end) : 0;
    this.batchReserves = Math.max(0, room);
    const frames = this.batch.written();
    const pieces = room > 0 ? [frames, ZEROS.subarray(0, room)] : [frames];
    active.file.write(pieces, active.end, this.onWritten);
  };

  private readonly onWritten = (error: Error | null): void => {
    if (error !== null) {
      this.writeFailed(error);
      return;
    }
    this.contents.take(this.batch, this.batchReserves);
    this.observer.wrote(this.batch.entryCount, this.batch.bytes, this.clock.monotonicMs() - this.startedMs);
    this.observer.durable(this.batchTicket);
    this.becomeIdle();
  };

  private createSegment(next: Append): void {
    const { contents, identity } = this;
    const salt = this.random.uint32();
    const first = next.entries[next.taken]?.index ?? Number.POSITIVE_INFINITY;
    const header =
      next.anew === null
        ? nextHeader(contents, identity!, salt, first)
        : headerBehind(contents, identity!, salt, next.anew);
    const path = `${this.folder}/${segmentName(header.sequence, header.previousIndex + 1)}`;
    this.begin(() =>
      this.disk.createSynced(path, (error, file) => {
        if (file === null) this.writeFailed(error!);
        else this.writeHeader({ path, file, header, end: SEGMENT_HEADER_BYTES, reserved: SEGMENT_HEADER_BYTES });
      }),
    );
  }

  private writeHeader(segment: Segment): void {
    const page = encodeSegmentHeader(segment.header);
    this.begin(() =>
      segment.file.write([page], 0, (error) => {
        if (error === null) this.nameSegment(segment);
        else this.writeFailed(error);
      }),
    );
  }

  private nameSegment(segment: Segment): void {
    this.disk.syncFolder(this.folder, (error) => {
      if (error !== null) this.fail(error);
      else if (segment.header.anew) this.dropVoid(segment);
      else {
        this.contents.begin(segment);
        this.becomeIdle();
      }
    });
  }

  /**
   * The log begins anew with `segment`: earlier ones go, in any order, as that one alone says what counts. What follows
   * waits until they are gone for good: were `segment` itself cut before, one that came back would stand before a gap.
   */
  private dropVoid(segment: Segment): void {
    const begun = this.waiting.shift();
    const old = this.contents.restart(segment);
    if (begun !== undefined) this.observer.durable(begun.ticket);
    this.remove(old, (error) => {
      if (error === null) this.becomeIdle();
      else this.fail(error);
    });
  }

  /** Removes segments that nobody reads any more; `done` once that is durable. */
  private remove(segments: readonly Segment[], done: Done): void {
    const [segment, ...others] = segments;
    if (segment === undefined) {
      this.disk.syncFolder(this.folder, done);
      return;
    }
    segment.file.close();
    this.disk.remove(segment.path, (error) => {
      if (error === null) this.remove(others, done);
      else done(error);
    });
  }

  /** Does something that may find no room on the disk and can then be repeated as it is. */
  private begin(step: () => void): void {
    this.pendingStep = step;
    step();
  }

  private writeFailed(error: Error): void {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') {
      this.fail(error);
      return;
    }
    this.state = 'full';
    this.observer.full(error);
    this.endIfQuiet();
  }

  /** A failed write may have dropped pages: nothing is concluded from another one (PostgreSQL's "fsyncgate"). */
  private fail(error: Error): void {
    this.state = 'stopped';
    this.observer.failed(error);
    this.endIfQuiet();
  }

  private becomeIdle(): void {
    this.state = 'idle';
    this.endIfQuiet();
    this.flush();
  }

  /** Ends if that is wanted and nothing is under way. */
  private endIfQuiet(): void {
    const { whenQuiet } = this;
    if (whenQuiet === undefined || this.state === 'busy' || this.cutting === 'busy') return;
    this.whenQuiet = undefined;
    whenQuiet();
  }
}

/** Entries below the active segment's first are replaced in a new segment, so that headers tell what older ones lost. */
function replacesOlder(append: Append, active: Segment): boolean {
  const first = append.entries[append.taken];
  return first !== undefined && first.index <= active.header.previousIndex;
}
