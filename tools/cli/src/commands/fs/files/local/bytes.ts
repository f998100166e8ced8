import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ByteSink, ByteSource } from '../contract.js';
import { localFailure } from './errors.js';

const PIECE_BYTES = 1024 * 1024;

/** A local file being read: while one piece is worked on, the next is on its way into another buffer. */
export class LocalSource implements ByteSource {
  private readonly file: FileHandle;
  private readonly path: string;
  private position: number;
  private readonly end: number;
  private closed = false;

  constructor(file: FileHandle, path: string, fromByte: number, lengthBytes: number) {
    this.file = file;
    this.path = path;
    this.position = fromByte;
    this.end = fromByte + lengthBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    let current = Buffer.allocUnsafeSlow(PIECE_BYTES);
    let other = Buffer.allocUnsafeSlow(PIECE_BYTES);
    let reading = this.fill(current);
    try {
      for (;;) {
        const length = await reading;
        if (length === 0) return;
        reading = this.fill(other);
        yield current.subarray(0, length);
        [current, other] = [other, current];
      }
    } finally {
      // Whatever was begun ends before the file is closed; its failure has no reader any more.
      await reading.catch(() => 0);
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.file.close();
  }

  private async fill(buffer: Buffer): Promise<number> {
    const wanted = Math.min(buffer.length, this.end - this.position);
    if (wanted <= 0) return 0;
    try {
      const { bytesRead } = await this.file.read(buffer, 0, wanted, this.position);
      this.position += bytesRead;
      return bytesRead;
    } catch (error) {
      throw localFailure(error, this.path);
    }
  }
}

/** A local file being written: while one buffer is on its way to the system, the other is filled. */
export class LocalSink implements ByteSink {
  private readonly file: FileHandle;
  private readonly path: string;
  private readonly checksums: ChecksumFile | undefined;
  private buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  private other = Buffer.allocUnsafeSlow(PIECE_BYTES);
  private filled = 0;
  private writing: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(file: FileHandle, path: string, checksums?: ChecksumFile) {
    this.file = file;
    this.path = path;
    this.checksums = checksums;
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const length = Math.min(piece.length - at, PIECE_BYTES - this.filled);
      this.buffer.set(length === piece.length ? piece : piece.subarray(at, at + length), this.filled);
      this.filled += length;
      at += length;
      if (this.filled === PIECE_BYTES) await this.flush();
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    try {
      await this.flush();
      await this.settled();
      await this.checksums?.close();
    } finally {
      await this.file.close();
    }
  }

  async abort(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    // What went wrong with the last piece is known or does not matter any more.
    await this.writing.catch(() => undefined);
    await this.checksums?.close();
    await this.file.close();
  }

  /** Waits for the buffer before, and sends this one on its way. */
  private async flush(): Promise<void> {
    await this.settled();
    const full = this.buffer.subarray(0, this.filled);
    this.writing = this.send(full);
    // Whoever waits for it next gets its failure; until then it is not unheard of.
    this.writing.catch(() => undefined);
    [this.buffer, this.other] = [this.other, this.buffer];
    this.filled = 0;
  }

  private async send(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
    await this.checksums?.add(bytes);
  }

  private async settled(): Promise<void> {
    try {
      await this.writing;
    } catch (error) {
      throw localFailure(error, this.path);
    }
  }
}

const CHUNK_BYTES = 512;
const MAGIC = Buffer.from('crc\0', 'latin1');

/** The `.name.crc` file beside a local file: CRC32 of every 512 bytes (ChecksumFileSystem). */
export class ChecksumFile {
  private readonly file: FileHandle;
  private sums: number[] = [];
  private crc = 0;
  private inChunk = 0;

  private constructor(file: FileHandle) {
    this.file = file;
  }

  /** Takes over a file that was just made. */
  static async start(file: FileHandle): Promise<ChecksumFile> {
    const head = Buffer.alloc(8);
    MAGIC.copy(head);
    head.writeUInt32BE(CHUNK_BYTES, 4);
    await file.write(head);
    return new ChecksumFile(file);
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + CHUNK_BYTES - this.inChunk);
      this.crc = crc32(bytes.subarray(at, end), this.crc);
      this.inChunk += end - at;
      at = end;
      if (this.inChunk === CHUNK_BYTES) this.endChunk();
    }
    if (this.sums.length >= CHUNK_BYTES) await this.writeSums();
  }

  async close(): Promise<void> {
    if (this.inChunk > 0) this.endChunk();
    await this.writeSums();
    await this.file.close();
  }

  private endChunk(): void {
    this.sums.push(this.crc);
    this.crc = 0;
    this.inChunk = 0;
  }

  private async writeSums(): Promise<void> {
    const bytes = Buffer.alloc(this.sums.length * 4);
    for (const [index, sum] of this.sums.entries()) bytes.writeUInt32BE(sum, index * 4);
    this.sums = [];
    await this.file.write(bytes);
  }
}
