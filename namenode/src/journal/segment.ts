import { ByteReader, MalformedBytes } from '@rfs/base/bytes';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { DiskFile } from '@rfs/base/seams';
import { EntryKind, type HardState } from '../raft/index.js';
import { JournalDamage } from './damage.js';
import { ExtentIndex } from './extents.js';
import { SEGMENT_HEADER_BYTES, type SegmentHeader } from './format.js';
import { FrameReader } from './frames.js';
import { type RecordVisitor, visitRecords } from './records.js';

/** One file of the journal. */
export interface Segment {
  readonly path: string;
  readonly file: DiskFile;
  readonly header: SegmentHeader;
  /** Everything before this byte is durable and belongs to the log. */
  end: number;
  /** Length of the file: from `end` on it holds zeros, for writes to come. */
  reserved: number;
}

/** A membership entry of the log, its data not decoded. */
export interface MembershipRecord {
  readonly index: LogIndex;
  readonly data: Uint8Array;
}

/** What the frames of one segment hold. */
export class SegmentContent implements RecordVisitor {
  readonly extents = new ExtentIndex();
  lastHardState: HardState;
  memberships: MembershipRecord[] = [];
  private readonly segment: Segment;
  private readonly records = new ByteReader(new Uint8Array(0));
  private lastIndex: LogIndex;
  private runFirst = 0 as LogIndex;
  private runTerm = 0 as Term;
  private position = 0;

  constructor(segment: Segment) {
    this.segment = segment;
    this.lastHardState = segment.header.hardState;
    this.lastIndex = segment.header.previousIndex;
  }

  /**
   * Reads all frames below `end`. With `cutTail` a broken frame that nothing proves durable ends the segment there;
   * otherwise, and where a later frame proves it, a broken one is damage. The end of the last good frame.
   */
  scan(end: number, cutTail: boolean): number {
    const { path, file, header } = this.segment;
    const reader = new FrameReader(file, header.salt, SEGMENT_HEADER_BYTES, end);
    while (reader.next()) this.frame(reader);
    if (reader.broken === '') return reader.position;
    const broken = reader.broken;
    const position = reader.position;
    if (!cutTail) throw new JournalDamage(path, position, broken);
    const proof = reader.findProofBehind(position);
    if (proof !== undefined) {
      throw new JournalDamage(path, position, `${broken}; the frame at ${proof} says that byte was durable`);
    }
    return position;
  }

  /** Forgets entries above `bound`: a later segment replaced them. */
  trim(bound: LogIndex): void {
    this.extents.cutFrom((bound + 1) as LogIndex);
    this.memberships = this.memberships.filter((record) => record.index <= bound);
  }

  entry(index: LogIndex, term: Term, kind: EntryKind, dataStart: number, dataEnd: number): boolean {
    if (index > this.lastIndex + 1 || index <= this.segment.header.previousIndex) {
      throw new MalformedBytes(`entry ${index} follows entry ${this.lastIndex}`);
    }
    if (index !== this.lastIndex + 1 || term !== this.runTerm) {
      this.endRun();
      this.runFirst = index;
      this.runTerm = term;
      while (this.memberships.length > 0 && this.memberships[this.memberships.length - 1]!.index >= index) {
        this.memberships.pop();
      }
    }
    if (kind === EntryKind.membership) {
      this.memberships.push({ index, data: Uint8Array.from(this.records.buffer.subarray(dataStart, dataEnd)) });
    }
    this.lastIndex = index;
    return true;
  }

  hardState(state: HardState): void {
    this.lastHardState = state;
  }

  private frame(reader: FrameReader): void {
    this.position = reader.position;
    this.runFirst = (this.lastIndex + 1) as LogIndex;
    this.records.reset(reader.buffer, reader.contentStart, reader.contentEnd);
    try {
      visitRecords(this.records, reader.records, this);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      throw new JournalDamage(this.segment.path, reader.position, error.message);
    }
    this.endRun();
  }

  private endRun(): void {
    if (this.lastIndex >= this.runFirst) {
      this.extents.add(this.runFirst, this.lastIndex, this.runTerm, this.segment, this.position);
    }
  }
}
