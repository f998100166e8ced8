import { ByteReader, MalformedBytes } from '@rfs/base/bytes';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { type FullReport, ReplicaState } from '../types.js';

/** Four varints of at most ten bytes: an entry near the end of a buffer may go on in the next. */
const MAX_ENTRY_BYTES = 40;
const LENGTH_LIMIT = 2 ** 48;
const STATE_MASK = 15;

/**
 * Walks the entries of a full report in either form of BlockListAsLongs. Bits that this version of the format does not
 * name are masked off. Throws MalformedBytes when the report is not what it says.
 */
export class ReportCursor {
  id = 0 as BlockId;
  lengthBytes = 0;
  stamp = 0 as GenerationStamp;
  state: ReplicaState = ReplicaState.FINALIZED;
  private readonly report: FullReport;
  private readonly total: number;
  private readonly finalized: number;
  private entry = 0;
  /** Next value of the legacy list. */
  private at = 2;
  private chunk = 0;
  private chunkOffset = 0;
  private readonly reader = new ByteReader(new Uint8Array(0));
  private readonly bridge = new Uint8Array(2 * MAX_ENTRY_BYTES);

  constructor(report: FullReport) {
    this.report = report;
    const legacy = report.buffers.length === 0 && report.longs.length > 0;
    this.finalized = legacy ? (report.longs[0] as number) : 0;
    this.total = legacy ? this.finalized + (report.longs[1] as number) : report.entryCount;
    if (report.buffers.length > 0) this.reader.reset(report.buffers[0] as Uint8Array);
  }

  /** Reads the next entry into the fields; false at the end. */
  next(): boolean {
    if (this.entry === this.total) return false;
    if (this.report.buffers.length > 0) this.readVarints();
    else this.readLongs();
    this.entry++;
    return true;
  }

  private readVarints(): void {
    const reader = this.reader;
    if (reader.remaining >= MAX_ENTRY_BYTES || this.chunk + 1 >= this.report.buffers.length) {
      this.decode();
      return;
    }
    this.chunkOffset = reader.offset;
    const tail = reader.remaining;
    reader.reset(this.bridge, 0, this.fillBridge());
    this.decode();
    this.leaveBridge(tail, reader.offset);
  }

  private decode(): void {
    const reader = this.reader;
    this.id = reader.zigzagId() as BlockId;
    this.lengthBytes = reader.varint64() % LENGTH_LIMIT;
    this.stamp = reader.varint64() as GenerationStamp;
    this.state = stateOf(reader.varint32() & STATE_MASK);
  }

  /** Copies the rest of this buffer and the beginning of the following ones; the number of bytes. */
  private fillBridge(): number {
    let filled = 0;
    let from = this.chunkOffset;
    for (let i = this.chunk; i < this.report.buffers.length && filled < MAX_ENTRY_BYTES; i++) {
      const buffer = this.report.buffers[i] as Uint8Array;
      const length = Math.min(buffer.length - from, this.bridge.length - filled);
      this.bridge.set(buffer.subarray(from, from + length), filled);
      filled += length;
      from = 0;
    }
    return filled;
  }

  /** Goes on in the real buffers after `used` bytes of the bridge, of which `tail` were this buffer's. */
  private leaveBridge(tail: number, used: number): void {
    let offset = this.chunkOffset + used;
    if (used >= tail) {
      offset = used - tail;
      this.chunk++;
      while (
        this.chunk + 1 < this.report.buffers.length &&
        offset >= (this.report.buffers[this.chunk] as Uint8Array).length
      ) {
        offset -= (this.report.buffers[this.chunk] as Uint8Array).length;
        this.chunk++;
      }
    }
    this.reader.reset(this.report.buffers[this.chunk] as Uint8Array, offset);
  }

  private readLongs(): void {
    if (this.entry === this.finalized && this.at === 2 + 3 * this.finalized) this.at += 3;
    this.id = this.long() as BlockId;
    this.lengthBytes = this.long();
    this.stamp = this.long() as GenerationStamp;
    this.state = this.entry < this.finalized ? ReplicaState.FINALIZED : stateOf(this.long());
  }

  private long(): number {
    const value = this.report.longs[this.at++];
    if (value === undefined) throw new MalformedBytes(`block report ends after ${this.report.longs.length} longs`);
    return value;
  }
}

function stateOf(value: number): ReplicaState {
  if (value > ReplicaState.TEMPORARY) throw new MalformedBytes(`replica state ${value}`);
  return value as ReplicaState;
}
