import { MalformedBytes } from '@rfs/base/bytes';
import type { LogIndex } from '@rfs/base/ids';
import type { Disk } from '@rfs/base/seams';
import { JournalDamage } from './damage.js';
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader, sequenceOf, UnknownVersion } from './format.js';
import { type Segment, SegmentContent } from './segment.js';

/** The segments found in a folder, oldest first, and what the newest one holds; nothing when there is no journal yet. */
export interface RecoveredJournal {
  readonly segments: Segment[];
  readonly newest: SegmentContent;
}

/**
 * Opens the journal in `folder`: checks that its files fit together, reads the newest segment and cuts from it what was
 * never durable. Throws JournalDamage naming file and offset when something that was durable is gone or broken.
 */
export function recoverJournal(disk: Disk, folder: string): RecoveredJournal | undefined {
  const segments = openSegments(disk, folder);
  removeBeforeAnew(disk, folder, segments);
  checkChain(segments);
  let active = segments[segments.length - 1];
  if (active === undefined) return undefined;
  let newest = new SegmentContent(active);
  active.end = newest.scan(active.file.size(), true);
  if (active.end === SEGMENT_HEADER_BYTES && segments.length > 1 && !active.header.anew) {
    // Its first batch, which may have been to replace entries of older segments, never became durable.
    remove(disk, folder, segments.pop()!);
    active = segments[segments.length - 1]!;
    newest = new SegmentContent(active);
    newest.scan(active.end, false);
  }
  active.file.truncateSync(active.end);
  active.reserved = active.end;
  disk.syncFolderSync(folder);
  removeVoid(disk, folder, segments);
  return { segments, newest };
}

/** Up to which index the entries of segment `at` still count: later segments may have replaced the rest. */
export function boundOf(segments: readonly Segment[], at: number): LogIndex {
  let bound = Number.POSITIVE_INFINITY;
  for (let i = at + 1; i < segments.length; i++) bound = Math.min(bound, segments[i]!.header.previousIndex);
  return bound as LogIndex;
}

function openSegments(disk: Disk, folder: string): Segment[] {
  const named: { sequence: number; path: string }[] = [];
  for (const name of disk.list(folder)) {
    const sequence = sequenceOf(name);
    if (sequence !== undefined) named.push({ sequence, path: `${folder}/${name}` });
  }
  named.sort((a, b) => a.sequence - b.sequence);
  const segments: Segment[] = [];
  for (const [i, { sequence, path }] of named.entries()) {
    const file = disk.openSynced(path);
    const header = readHeader(path, file.size(), (into) => file.readSync(into, 0));
    if (header === undefined) {
      file.close();
      if (i !== named.length - 1) throw new JournalDamage(path, 0, 'a segment without header has another behind it');
      disk.removeSync(path);
      disk.syncFolderSync(folder);
    } else {
      if (header.sequence !== sequence)
        throw new JournalDamage(path, 0, `the header is that of segment ${header.sequence}`);
      segments.push({ path, file, header, end: file.size(), reserved: file.size() });
    }
  }
  return segments;
}

/** Undefined for a segment whose creation was cut short: its header was never synced, so nothing is behind it. */
function readHeader(path: string, size: number, read: (into: Buffer) => number): SegmentHeader | undefined {
  const page = Buffer.alloc(SEGMENT_HEADER_BYTES);
  read(page);
  try {
    const header = decodeSegmentHeader(page);
    if (size >= SEGMENT_HEADER_BYTES) return header;
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    if (size > SEGMENT_HEADER_BYTES || error instanceof UnknownVersion) throw new JournalDamage(path, 0, error.message);
  }
  return undefined;
}

function checkChain(segments: Segment[]): void {
  for (let i = 1; i < segments.length; i++) {
    const before = segments[i - 1]!;
    const { path, header } = segments[i]!;
    if (header.sequence !== before.header.sequence + 1) {
      throw new JournalDamage(path, 0, `segment ${header.sequence} follows segment ${before.header.sequence}`);
    }
    if (header.owner !== before.header.owner || Buffer.compare(header.journalId, before.header.journalId) !== 0) {
      throw new JournalDamage(path, 0, 'the segment belongs to another journal');
    }
    if (before.end < header.previousLength) {
      throw new JournalDamage(before.path, before.end, `the file had ${header.previousLength} durable bytes`);
    }
    before.end = header.previousLength;
  }
}

/** What stands before a new beginning of the log is void, and may be gone in part: whoever began anew was removing it. */
function removeBeforeAnew(disk: Disk, folder: string, segments: Segment[]): void {
  const begin = segments.findLastIndex(({ header }) => header.anew);
  for (const segment of segments.splice(0, Math.max(0, begin))) remove(disk, folder, segment);
}

/** Removes the oldest segments that later ones have made void, so that the first one left begins the log. */
function removeVoid(disk: Disk, folder: string, segments: Segment[]): void {
  let keep = 0;
  for (let i = 0; i < segments.length; i++) {
    const header = segments[i]!.header;
    if (i === keep && header.previousIndex > boundOf(segments, i)) keep = i + 1;
  }
  for (const segment of segments.splice(0, keep)) remove(disk, folder, segment);
}

function remove(disk: Disk, folder: string, segment: Segment): void {
  segment.file.close();
  disk.removeSync(segment.path);
  disk.syncFolderSync(folder);
}
