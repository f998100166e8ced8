import { crc32c } from '@rfs/base/checksum';
import type { DiskFile } from '@rfs/base/seams';
import { FRAME_ALIGNMENT, FRAME_HEADER_BYTES, FRAME_MAGIC, frameBytes, MAX_FRAME_CONTENT_BYTES } from './format.js';

const CHUNK_BYTES = 1 << 20;
const TWO_32 = 4294967296;

/**
 * Walks the frames of a segment, reading it in large pieces. After `next()` has returned true, the frame's content is
 * `buffer` from `contentStart` to `contentEnd`. With `keep`, buffers are never used again, so that views stay valid.
 */
export class FrameReader {
  private readonly file: DiskFile;
  private readonly salt: number;
  private readonly end: number;
  private readonly keep: boolean;
  private readonly chunkBytes: number;
  buffer: Buffer = Buffer.alloc(0);
  private view = new DataView(this.buffer.buffer);
  /** Where `buffer` starts in the file, and how much of it is filled. */
  private base = 0;
  private filled = 0;
  /** Where the current frame stands in the file; before the first `next()`, where reading starts. */
  position: number;
  private following: number;
  contentStart = 0;
  contentEnd = 0;
  /** Of the current frame: how much of the file was durable when it was written, and its number of records. */
  synced = 0;
  records = 0;
  /** Why the last `next()` returned false; empty at the end of the file. */
  broken = '';

  constructor(file: DiskFile, salt: number, start: number, end: number, keep = false, chunkBytes = CHUNK_BYTES) {
    this.file = file;
    this.salt = salt;
    this.position = start;
    this.following = start;
    this.end = end;
    this.keep = keep;
    this.chunkBytes = chunkBytes;
  }

  /** Goes to the frame that follows; false at the end or at a broken frame, with `position` there. */
  next(): boolean {
    this.position = this.following;
    this.broken = '';
    if (this.position >= this.end) return false;
    const problem = this.headerProblem(this.position) ?? this.contentProblem();
    if (problem !== undefined) {
      this.broken = problem;
      return false;
    }
    this.following = this.position + frameBytes(this.contentEnd - this.contentStart);
    return true;
  }

  /** From a broken frame on: the position of the first frame behind it that proves it was durable, or undefined. */
  findProofBehind(position: number): number | undefined {
    const first = Math.ceil((position + 1) / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
    for (let at = first; at + FRAME_HEADER_BYTES <= this.end; at += FRAME_ALIGNMENT) {
      if (!this.fill(at, FRAME_HEADER_BYTES)) return undefined;
      if (this.view.getUint32(at - this.base) !== FRAME_MAGIC) continue;
      if (this.headerProblem(at) === undefined && this.synced > position) return at;
    }
    return undefined;
  }

  private headerProblem(position: number): string | undefined {
    if (!this.fill(position, FRAME_HEADER_BYTES)) return 'the file ends in a frame header';
    const at = position - this.base;
    const view = this.view;
    if (view.getUint32(at) !== FRAME_MAGIC) return 'no frame starts here';
    const headerEnd = at + FRAME_HEADER_BYTES - 4;
    if (view.getUint32(headerEnd) !== crc32c(this.buffer.subarray(at, headerEnd), this.salt)) {
      return 'the checksum of the frame header is wrong';
    }
    const length = view.getUint32(at + 4);
    if (length > MAX_FRAME_CONTENT_BYTES) return `a frame of ${length} bytes`;
    const stated = view.getUint32(at + 8) * TWO_32 + view.getUint32(at + 12);
    if (stated !== position) return `a frame that belongs to byte ${stated}`;
    this.synced = view.getUint32(at + 16) * TWO_32 + view.getUint32(at + 20);
    this.records = view.getUint32(at + 24);
    return undefined;
  }

  private contentProblem(): string | undefined {
    const length = this.view.getUint32(this.position - this.base + 4);
    if (!this.fill(this.position, FRAME_HEADER_BYTES + length)) return `the file ends in a frame of ${length} bytes`;
    const at = this.position - this.base;
    this.contentStart = at + FRAME_HEADER_BYTES;
    this.contentEnd = this.contentStart + length;
    const checksum = crc32c(this.buffer.subarray(this.contentStart, this.contentEnd), this.salt);
    return checksum === this.view.getUint32(at + 28) ? undefined : 'the checksum of the frame content is wrong';
  }

  /** Brings `length` bytes from `position` into the buffer; false when the file ends before. */
  private fill(position: number, length: number): boolean {
    if (position + length > this.end) return false;
    if (position >= this.base && position + length <= this.base + this.filled) return true;
    const wanted = Math.min(Math.max(length, this.chunkBytes), this.end - position);
    if (this.keep || this.buffer.length < wanted) {
      this.buffer = Buffer.allocUnsafeSlow(wanted);
      this.view = new DataView(this.buffer.buffer);
    }
    this.base = position;
    this.filled = this.file.readSync(this.buffer.subarray(0, wanted), position);
    return this.filled >= length;
  }
}
