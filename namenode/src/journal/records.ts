import { type ByteReader, MalformedBytes } from '@rfs/base/bytes';
import type { LogIndex, Term } from '@rfs/base/ids';
import { EntryKind, type HardState } from '../raft/index.js';
import { RecordKind, readHardState } from './format.js';

/** Receives the records of a frame in order. Data stands in the reader's buffer. */
export interface RecordVisitor {
  /** False ends the visit. */
  entry(index: LogIndex, term: Term, kind: EntryKind, dataStart: number, dataEnd: number): boolean;
  hardState(state: HardState): void;
}

/** Visits the `count` records from the reader's offset to its end; false when the visitor ended it. Throws MalformedBytes. */
export function visitRecords(reader: ByteReader, count: number, visitor: RecordVisitor): boolean {
  for (let i = 0; i < count; i++) {
    const kind = reader.uint8();
    const detail = reader.uint8();
    reader.uint16();
    const length = reader.uint32();
    const end = reader.offset + length;
    switch (kind) {
      case RecordKind.entry: {
        const index = reader.int64() as LogIndex;
        const term = reader.int64() as Term;
        if (!visitor.entry(index, term, entryKind(detail), reader.offset, end)) return false;
        reader.skip(end - reader.offset);
        break;
      }
      case RecordKind.hardState:
        visitor.hardState(readHardState(reader));
        break;
      default:
        throw new MalformedBytes(`record of unknown kind ${kind}`);
    }
    if (reader.offset !== end) throw new MalformedBytes(`record of kind ${kind} has ${length} bytes`);
  }
  if (reader.remaining !== 0) throw new MalformedBytes(`${reader.remaining} bytes behind the last record`);
  return true;
}

function entryKind(value: number): EntryKind {
  if (value < EntryKind.normal || value > EntryKind.identity)
    throw new MalformedBytes(`entry of unknown kind ${value}`);
  return value as EntryKind;
}
