import { ByteWriter } from '@rfs/base/bytes';
import type { LogIndex, Term } from '@rfs/base/ids';
import { EntryKind, type HardState, type LogEntry } from '../raft/index.js';
import { beginFrame, ENTRY_RECORD_BYTES, endFrame, FRAME_HEADER_BYTES, writeEntry, writeHardState } from './format.js';
import type { MembershipRecord } from './segment.js';

/** Entries of one frame with one term, on their way to the disk. */
interface WrittenRun {
  readonly first: LogIndex;
  readonly last: LogIndex;
  readonly term: Term;
  readonly position: number;
}

/**
 * One write to the journal: frames built in memory that is used again for every batch, and what they will mean once
 * they are durable.
 */
export class WriteBatch {
  private readonly writer: ByteWriter;
  private readonly frameContentBytes: number;
  /** Where the batch stands in the file; everything before it is durable. */
  private start = 0;
  private salt = 0;
  private frameAt = -1;
  private frameRecords = 0;
  private runFirst = 0 as LogIndex;
  private runLast = 0 as LogIndex;
  private runTerm = 0 as Term;
  runs: WrittenRun[] = [];
  memberships: MembershipRecord[] = [];
  hardState: HardState | null = null;
  entryCount = 0;

  constructor(capacityBytes: number, frameContentBytes: number) {
    this.writer = new ByteWriter(capacityBytes);
    this.frameContentBytes = frameContentBytes;
  }

  /** Starts again, for `start` in a file whose checksums begin with `salt`. */
  reset(start: number, salt: number): void {
    this.writer.reset();
    this.start = start;
    this.salt = salt;
    this.frameAt = -1;
    this.runs = [];
    this.memberships = [];
    this.hardState = null;
    this.entryCount = 0;
  }

  get bytes(): number {
    return this.writer.offset;
  }

  /** The finished frames; valid until `reset`. */
  written(): Buffer {
    return this.writer.written();
  }

  add(entry: LogEntry): void {
    const content = this.frameAt < 0 ? 0 : this.writer.offset - this.frameAt - FRAME_HEADER_BYTES;
    if (content > 0 && content + ENTRY_RECORD_BYTES + entry.data.length > this.frameContentBytes) this.closeFrame();
    this.openFrame();
    if (this.runLast === 0 || entry.index !== this.runLast + 1 || entry.term !== this.runTerm) {
      this.closeRun();
      this.runFirst = entry.index;
      this.runTerm = entry.term;
    }
    this.runLast = entry.index;
    if (entry.kind === EntryKind.membership) this.memberships.push({ index: entry.index, data: entry.data });
    writeEntry(this.writer, entry);
    this.frameRecords++;
    this.entryCount++;
  }

  /** Ends the batch; a hard state goes last, so that it is never there without the entries before it. */
  finish(hardState: HardState | null): void {
    if (hardState !== null) {
      this.openFrame();
      writeHardState(this.writer, hardState);
      this.frameRecords++;
      this.hardState = hardState;
    }
    this.closeFrame();
  }

  private openFrame(): void {
    if (this.frameAt >= 0) return;
    this.frameAt = beginFrame(this.writer);
    this.frameRecords = 0;
    this.runLast = 0 as LogIndex;
  }

  private closeFrame(): void {
    if (this.frameAt < 0) return;
    this.closeRun();
    endFrame(this.writer, this.frameAt, this.start + this.frameAt, this.start, this.frameRecords, this.salt);
    this.frameAt = -1;
  }

  private closeRun(): void {
    if (this.runLast === 0) return;
    this.runs.push({
      first: this.runFirst,
      last: this.runLast,
      term: this.runTerm,
      position: this.start + this.frameAt,
    });
    this.runLast = 0 as LogIndex;
  }
}
