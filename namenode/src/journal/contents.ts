import { assert } from '@rfs/base/assert';
import { ByteReader } from '@rfs/base/bytes';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { EntryKind, HardState, LogEntry } from '../raft/index.js';
import type { WriteBatch } from './batch.js';
import { JournalDamage } from './damage.js';
import { ExtentIndex } from './extents.js';
import type { SegmentHeader } from './format.js';
import { FrameReader } from './frames.js';
import { type RecordVisitor, visitRecords } from './records.js';
import { boundOf, type RecoveredJournal } from './recovery.js';
import { type MembershipRecord, type Segment, SegmentContent } from './segment.js';

const MIN_READ_BYTES = 64 << 10;
const MAX_READ_BYTES = 1 << 20;
const ZERO: HardState = { term: 0 as Term, vote: 0, commit: 0 as LogIndex };

/**
 * What is durable in the journal, and where. Only the newest segment is read at start; older ones when somebody asks
 * for an entry in them, from the newest on backwards.
 */
export class JournalContents {
  readonly segments: Segment[];
  /** What stands before the log. The oldest segment says it, unless later ones replace all that is in that one. */
  private base: SegmentHeader | undefined;
  private extents = new ExtentIndex();
  /** Segments from here on are in `extents`. */
  private loadedFrom: number;
  private membershipRecords: MembershipRecord[] = [];
  hardState: HardState = ZERO;

  constructor(recovered: RecoveredJournal | undefined) {
    this.segments = recovered?.segments ?? [];
    this.findBase();
    this.loadedFrom = Math.max(0, this.segments.length - 1);
    if (recovered === undefined) return;
    this.extents = recovered.newest.extents;
    this.hardState = recovered.newest.lastHardState;
    const header = this.active!.header;
    this.membershipRecords = [...baseMembership(header), ...recovered.newest.memberships];
  }

  /** The segment that is being written; undefined in a journal without any. */
  get active(): Segment | undefined {
    return this.segments[this.segments.length - 1];
  }

  get firstIndex(): LogIndex {
    return ((this.base?.previousIndex ?? 0) + 1) as LogIndex;
  }

  get lastIndex(): LogIndex {
    return this.extents.last?.last ?? this.active?.header.previousIndex ?? (0 as LogIndex);
  }

  /** Membership entries of the log, oldest first; the first is committed, or the oldest that the journal knows. */
  get memberships(): readonly MembershipRecord[] {
    this.loadMembershipsFor(this.hardState.commit);
    return this.membershipRecords;
  }

  term(index: LogIndex): Term {
    const { base } = this;
    if (index === 0) return 0 as Term;
    assert(base !== undefined && index >= base.previousIndex && index <= this.lastIndex, `term of ${index}`);
    if (index === base.previousIndex) return base.previousTerm;
    this.load(index);
    return this.extents.find(index)!.term;
  }

  /** See `SavedLog.read`. Throws JournalDamage. */
  read(from: LogIndex, to: LogIndex, maxBytes: number): LogEntry[] {
    if (from >= to) return [];
    assert(from >= this.firstIndex && to <= this.lastIndex + 1, `entries ${from} to ${to} of ${this.lastIndex}`);
    this.load(from);
    const collector = new EntryCollector(this.extents, from, to, maxBytes);
    const chunkBytes = Math.min(MAX_READ_BYTES, Math.max(MIN_READ_BYTES, maxBytes));
    while (!collector.isFull) {
      const { segment, position } = this.extents.find(collector.expected)!;
      const before = collector.expected;
      const reader = new FrameReader(segment.file, segment.header.salt, position, segment.end, true, chunkBytes);
      while (!collector.isFull && reader.next()) collector.frame(reader);
      if (reader.broken !== '') throw new JournalDamage(segment.path, reader.position, reader.broken);
      if (!collector.isFull && collector.expected === before)
        throw new JournalDamage(segment.path, position, `entry ${before} is not there`);
    }
    return collector.entries;
  }

  /** Reads all that has not been read since the start. Throws JournalDamage. */
  verify(from: LogIndex): void {
    if (from < this.lastIndex) this.load(Math.max(from, this.firstIndex) as LogIndex);
  }

  /** `batch` is durable in the active segment, and so many zeros behind it. */
  take(batch: WriteBatch, reserves: number): void {
    const active = this.active!;
    for (const run of batch.runs) {
      if (run.first <= this.lastIndex) this.cutMemberships(run.first);
      this.extents.add(run.first, run.last, run.term, active, run.position);
    }
    this.membershipRecords.push(...batch.memberships);
    if (batch.hardState !== null) this.hardState = batch.hardState;
    active.end += batch.bytes;
    active.reserved = Math.max(active.reserved, active.end + reserves);
  }

  /** A new active segment, its header durable; entries above its `previousIndex` are replaced. */
  begin(segment: Segment): void {
    if (segment.header.previousIndex < this.lastIndex) {
      this.cutMemberships((segment.header.previousIndex + 1) as LogIndex);
      this.extents.cutFrom((segment.header.previousIndex + 1) as LogIndex);
    }
    this.segments.push(segment);
    this.findBase();
  }

  /** The log begins anew with `segment`, its header durable; the segments that are void now. */
  restart(segment: Segment): Segment[] {
    this.extents = new ExtentIndex();
    this.loadedFrom = 0;
    this.hardState = segment.header.hardState;
    this.membershipRecords = baseMembership(segment.header);
    const old = this.segments.splice(0, this.segments.length, segment);
    this.findBase();
    return old;
  }

  /** The oldest segment, if all its entries are below `index` and it is not being written. */
  droppable(index: LogIndex): Segment | undefined {
    const oldest = this.segments[0];
    if (oldest === undefined || this.segments.length < 2) return undefined;
    return boundOf(this.segments, 0) < index ? oldest : undefined;
  }

  dropOldest(): void {
    const oldest = this.segments.shift()!;
    this.findBase();
    this.extents.dropSegment(oldest);
    this.loadedFrom = Math.max(0, this.loadedFrom - 1);
  }

  /** The newest membership entry at or below `index`. */
  membershipAt(index: LogIndex): MembershipRecord | undefined {
    this.loadMembershipsFor(index);
    return this.membershipRecords.findLast((record) => record.index <= index);
  }

  private findBase(): void {
    this.base = this.active?.header;
    for (const { header } of this.segments) if (header.previousIndex < this.base!.previousIndex) this.base = header;
  }

  private cutMemberships(from: LogIndex): void {
    this.loadMembershipsFor((from - 1) as LogIndex);
    this.membershipRecords = this.membershipRecords.filter((record) => record.index < from);
  }

  /** The oldest segment read names a membership; where only an older one counts, older segments have to be read. */
  private loadMembershipsFor(index: LogIndex): void {
    const oldestRead = this.segments[this.loadedFrom]?.header;
    if (oldestRead !== undefined && oldestRead.membershipIndex > index) this.load(this.firstIndex);
  }

  /** Reads segments, newest first, until the one with `index` is read. */
  private load(index: LogIndex): void {
    while (this.loadedFrom > 0 && index <= this.segments[this.loadedFrom]!.header.previousIndex) {
      const at = this.loadedFrom - 1;
      const segment = this.segments[at]!;
      const content = new SegmentContent(segment);
      content.scan(segment.end, false);
      const bound = boundOf(this.segments, at);
      content.trim(bound);
      const reached = content.extents.last?.last ?? Math.min(segment.header.previousIndex, bound);
      if (reached < bound) throw new JournalDamage(segment.path, segment.end, `entries up to ${bound} are missing`);
      this.extents.prepend(content.extents);
      const known = this.membershipRecords.filter((record) => record.index > bound);
      const base = baseMembership(segment.header).filter((record) => record.index <= bound);
      this.membershipRecords = [...base, ...content.memberships, ...known];
      this.loadedFrom = at;
    }
  }
}

function baseMembership(header: Segment['header']): MembershipRecord[] {
  return header.membershipIndex === 0 ? [] : [{ index: header.membershipIndex, data: header.membership }];
}

/** Picks the wanted entries out of frames; older versions of replaced entries may stand among them. */
class EntryCollector implements RecordVisitor {
  readonly entries: LogEntry[] = [];
  expected: LogIndex;
  isFull = false;
  private readonly extents: ExtentIndex;
  private readonly to: LogIndex;
  private readonly maxBytes: number;
  private readonly records = new ByteReader(new Uint8Array(0));
  private bytes = 0;
  private rangeEnd = 0;
  private term = 0;

  constructor(extents: ExtentIndex, from: LogIndex, to: LogIndex, maxBytes: number) {
    this.extents = extents;
    this.expected = from;
    this.to = to;
    this.maxBytes = maxBytes;
  }

  frame(reader: FrameReader): void {
    this.records.reset(reader.buffer, reader.contentStart, reader.contentEnd);
    visitRecords(this.records, reader.records, this);
  }

  entry(index: LogIndex, term: Term, kind: EntryKind, dataStart: number, dataEnd: number): boolean {
    if (index !== this.expected) return true;
    if (index > this.rangeEnd) {
      const extent = this.extents.find(index)!;
      this.rangeEnd = extent.last;
      this.term = extent.term;
    }
    if (term !== this.term) return true;
    const data = this.records.buffer.subarray(dataStart, dataEnd);
    this.bytes += data.length;
    if (this.bytes > this.maxBytes && this.entries.length > 0) {
      this.isFull = true;
      return false;
    }
    this.entries.push({ index, term, kind, data });
    this.expected = (index + 1) as LogIndex;
    this.isFull = this.expected === this.to;
    return !this.isFull;
  }

  hardState(): void {}
}
