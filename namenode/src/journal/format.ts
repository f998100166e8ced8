import { ByteReader, ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { crc32c } from '@rfs/base/checksum';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { HardState, LogEntry, PeerId } from '../raft/index.js';

/**
 * The journal's format; `docs/formats/journal.md` says it to the byte and keeps the history of versions.
 * 1: the first.
 */
const FORMAT_VERSION = 1;

/** The header has a page of its own, synced before the first frame: a longer file without one is damage. */
export const SEGMENT_HEADER_BYTES = 4096;
export const FRAME_HEADER_BYTES = 40;
/** Frames begin at multiples of this. */
export const FRAME_ALIGNMENT = 8;
const RECORD_PREFIX_BYTES = 8;
/** What an entry's record takes beside its data. */
export const ENTRY_RECORD_BYTES = RECORD_PREFIX_BYTES + 16;
/** No frame has more content: a length above it is broken. */
export const MAX_FRAME_CONTENT_BYTES = 64 << 20;
/** What remains of the header's page for the data of a membership entry. */
export const MAX_MEMBERSHIP_BYTES = 3900;
export const JOURNAL_ID_BYTES = 16;

const SEGMENT_MAGIC = 0x5246534a; // "RFSJ"
export const FRAME_MAGIC = 0x52465342; // "RFSB"
const FLAG_ANEW = 1;

export const RecordKind = { entry: 1, hardState: 2 } as const;

/** What the first page of a segment says. */
export interface SegmentHeader {
  /** 16 random bytes, the same in all segments of one journal. */
  readonly journalId: Uint8Array;
  /** Raft id of the member whose journal this is. */
  readonly owner: PeerId;
  /** 1, 2, ... without gaps. */
  readonly sequence: number;
  /** Starts every checksum of this segment, so that bytes of another file, or a client's, are never taken for frames. */
  readonly salt: number;
  /** The log starts anew here after a snapshot: earlier segments are void. */
  readonly anew: boolean;
  /** The entry before the first one of this segment, 0 and 0 at the start of the log. */
  readonly previousIndex: LogIndex;
  readonly previousTerm: Term;
  /** As of the start of this segment. */
  readonly hardState: HardState;
  /** Length of the segment before this one, all of it durable; 0 for the first. */
  readonly previousLength: number;
  /** The newest membership entry up to `previousIndex`: its index (0: none) and its data. */
  readonly membershipIndex: LogIndex;
  readonly membership: Uint8Array;
}

/** The name of a segment's file; by sequence, the names are in order. */
export function segmentName(sequence: number, firstIndex: number): string {
  return `edits-${hex(sequence)}-${hex(firstIndex)}.log`;
}

/** The sequence in a segment's name; undefined for any other name. */
export function sequenceOf(name: string): number | undefined {
  const match = /^edits-([0-9a-f]{16})-[0-9a-f]{16}\.log$/.exec(name);
  return match === null ? undefined : Number.parseInt(match[1]!, 16);
}

function hex(value: number): string {
  return value.toString(16).padStart(16, '0');
}

/** The whole first page. */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const writer = new ByteWriter(SEGMENT_HEADER_BYTES);
  writer.uint32(SEGMENT_MAGIC);
  writer.uint32(FORMAT_VERSION);
  writer.bytes(header.journalId);
  writer.int64(header.owner);
  writer.int64(header.sequence);
  writer.uint32(header.salt);
  writer.uint32(header.anew ? FLAG_ANEW : 0);
  writer.int64(header.previousIndex);
  writer.int64(header.previousTerm);
  writer.int64(header.hardState.term);
  writer.int64(header.hardState.vote);
  writer.int64(header.hardState.commit);
  writer.int64(header.previousLength);
  writer.int64(header.membershipIndex);
  writer.uint32(header.membership.length);
  writer.bytes(header.membership);
  writer.uint32(crc32c(writer.written()));
  const page = Buffer.alloc(SEGMENT_HEADER_BYTES);
  page.set(writer.written());
  return page;
}

/** Written by a later version: whatever the rest looks like, it is not ours to cut. */
export class UnknownVersion extends MalformedBytes {}

/** Throws MalformedBytes when the page is no header of this version. */
export function decodeSegmentHeader(page: Uint8Array): SegmentHeader {
  const reader = new ByteReader(page);
  if (reader.uint32() !== SEGMENT_MAGIC) throw new MalformedBytes('no segment header');
  const version = reader.uint32();
  if (version !== FORMAT_VERSION) throw new UnknownVersion(`format version ${version}, known is ${FORMAT_VERSION}`);
  const journalId = Uint8Array.from(reader.bytes(JOURNAL_ID_BYTES));
  const owner = reader.int64();
  const sequence = reader.int64();
  const salt = reader.uint32();
  const flags = reader.uint32();
  const previousIndex = reader.int64() as LogIndex;
  const previousTerm = reader.int64() as Term;
  const hardState = readHardState(reader);
  const previousLength = reader.int64();
  const membershipIndex = reader.int64() as LogIndex;
  const membership = Uint8Array.from(reader.bytes(reader.uint32()));
  const covered = reader.offset;
  if (reader.uint32() !== crc32c(page.subarray(0, covered))) throw new MalformedBytes('the header checksum is wrong');
  return {
    journalId,
    owner,
    sequence,
    salt,
    anew: (flags & FLAG_ANEW) !== 0,
    previousIndex,
    previousTerm,
    hardState,
    previousLength,
    membershipIndex,
    membership,
  };
}

export function readHardState(reader: ByteReader): HardState {
  return { term: reader.int64() as Term, vote: reader.int64(), commit: reader.int64() as LogIndex };
}

/** Leaves room for a frame's header; its position in the writer. */
export function beginFrame(writer: ByteWriter): number {
  const at = writer.offset;
  writer.ensure(FRAME_HEADER_BYTES);
  writer.offset = at + FRAME_HEADER_BYTES;
  return at;
}

export function writeEntry(writer: ByteWriter, entry: LogEntry): void {
  const data = entry.data;
  writer.ensure(ENTRY_RECORD_BYTES + data.length);
  writer.uint8(RecordKind.entry);
  writer.uint8(entry.kind);
  writer.uint16(0);
  writer.uint32(16 + data.length);
  writer.int64(entry.index);
  writer.int64(entry.term);
  writer.bytes(data);
}

export function writeHardState(writer: ByteWriter, hardState: HardState): void {
  writer.uint8(RecordKind.hardState);
  writer.uint8(0);
  writer.uint16(0);
  writer.uint32(24);
  writer.int64(hardState.term);
  writer.int64(hardState.vote);
  writer.int64(hardState.commit);
}

/**
 * Fills in the header of the frame begun at `at` and pads it. `position` is where the frame will stand in the file,
 * `synced` the length of the file known durable now.
 */
export function endFrame(
  writer: ByteWriter,
  at: number,
  position: number,
  synced: number,
  records: number,
  salt: number,
): void {
  const end = writer.offset;
  const contentStart = at + FRAME_HEADER_BYTES;
  writer.offset = at;
  writer.uint32(FRAME_MAGIC);
  writer.uint32(end - contentStart);
  writer.int64(position);
  writer.int64(synced);
  writer.uint32(records);
  writer.uint32(crc32c(writer.buffer.subarray(contentStart, end), salt));
  writer.uint32(0);
  writer.uint32(crc32c(writer.buffer.subarray(at, at + FRAME_HEADER_BYTES - 4), salt));
  writer.offset = end;
  while ((writer.offset - at) % FRAME_ALIGNMENT !== 0) writer.uint8(0);
}

/** Length of a frame in the file: header, content and padding. */
export function frameBytes(contentBytes: number): number {
  return Math.ceil((FRAME_HEADER_BYTES + contentBytes) / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
}
