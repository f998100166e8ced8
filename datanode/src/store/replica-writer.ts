import { Blake3 } from '@rfs/base/checksum';
import { continueCrc } from './chunk-sums.js';
import type { BlockFile, Files } from './files.js';
import { type ChecksumFormat, encodeMetaHeader, META_HEADER_BYTES, sumBytes } from './meta-header.js';
import type { OpenReplica } from './open-replica.js';

/** Told about progress, in order. */
export interface WriteListener {
  /** Everything below `lengthBytes` is on disk, or a sync is done. */
  written(lengthBytes: number): void;
  /** The disk refused; nothing more is written. */
  failed(error: Error): void;
}

/**
 * Writes a replica's data and sums in order. What comes in one turn of the event loop is one write, and so is what comes
 * while a write runs: a packet is no multiple of a page, and alone costs the page cache twice as much. Of each batch
 * the data goes first, so that after a crash the last sum covers a prefix of what is there, which recovery can find.
 */
export class ReplicaWriter {
  private readonly files: Files;
  private readonly replica: OpenReplica;
  private readonly format: ChecksumFormat;
  private readonly data: BlockFile;
  private readonly meta: BlockFile;
  private readonly listener: WriteListener;
  /** Null when the replica was not written by this writer from its first byte. */
  private readonly hasher: Blake3 | null;
  private running = false;
  private failure: Error | null = null;
  private pendingData: Uint8Array[] = [];
  private pendingSums: Uint8Array[] = [];
  private pendingSumsAt: number;
  private pendingSumsEnd: number;
  /** Syncs asked for, and done, so far. */
  private syncsWanted = 0;
  private synced = 0;
  /** Up to where bytes have been handed in. */
  private queuedBytes: number;
  /** CRC of the partial chunk at `queuedBytes`; 0 on a chunk's border. */
  private queuedTail: number;
  private readonly idle: (() => void)[] = [];

  private constructor(
    files: Files,
    replica: OpenReplica,
    format: ChecksumFormat,
    data: BlockFile,
    meta: BlockFile,
    tail: number,
    listener: WriteListener,
  ) {
    this.files = files;
    this.replica = replica;
    this.format = format;
    this.data = data;
    this.meta = meta;
    this.listener = listener;
    this.queuedBytes = replica.onDiskBytes;
    this.queuedTail = tail;
    this.hasher = replica.onDiskBytes === 0 ? new Blake3() : null;
    this.pendingSumsAt = META_HEADER_BYTES + Math.floor(this.queuedBytes / format.bytesPerChecksum) * sumBytes(format);
    this.pendingSumsEnd = this.pendingSumsAt;
  }

  /** Makes the files of a new replica and a writer for them. */
  static async create(
    files: Files,
    replica: OpenReplica,
    format: ChecksumFormat,
    listener: WriteListener,
  ): Promise<ReplicaWriter> {
    const paths = await replica.paths();
    const data = await files.open(paths.data, 'create');
    let meta: BlockFile;
    try {
      meta = await files.open(paths.meta, 'create');
    } catch (error) {
      await data.close();
      throw error;
    }
    replica.format = format;
    replica.volume.usedBytes += META_HEADER_BYTES;
    const writer = new ReplicaWriter(files, replica, format, data, meta, 0, listener);
    writer.pendingSums.push(encodeMetaHeader(format));
    writer.pendingSumsAt = 0;
    return writer;
  }

  /**
   * A writer that goes on at the end of a replica.
   * @param tail CRC of the partial chunk there
   */
  static async resume(
    files: Files,
    replica: OpenReplica,
    format: ChecksumFormat,
    tail: number,
    listener: WriteListener,
  ): Promise<ReplicaWriter> {
    const paths = await replica.paths();
    const data = await files.open(paths.data, 'update');
    try {
      const meta = await files.open(paths.meta, 'update');
      replica.format = format;
      return new ReplicaWriter(files, replica, format, data, meta, tail, listener);
    } catch (error) {
      await data.close();
      throw error;
    }
  }

  get lengthBytes(): number {
    return this.queuedBytes;
  }

  /**
   * Appends `data` at the end.
   * @param sums of every chunk from the one that holds the end so far; they and `data` must stay unchanged until written
   */
  append(data: Uint8Array, sums: Uint8Array): void {
    const { bytesPerChecksum } = this.format;
    const size = sumBytes(this.format);
    const sumsAt = META_HEADER_BYTES + Math.floor(this.queuedBytes / bytesPerChecksum) * size;
    this.queuedBytes += data.length;
    this.replica.receivedBytes = this.queuedBytes;
    if (this.queuedBytes % bytesPerChecksum === 0 || size === 0) this.queuedTail = 0;
    else this.queuedTail = new DataView(sums.buffer, sums.byteOffset).getUint32(sums.length - size);
    this.hasher?.update(data);
    this.pendingData.push(data);
    if (sumsAt < this.pendingSumsEnd && this.pendingSums.length > 0) this.dropLastSum(size);
    if (this.pendingSums.length === 0) this.pendingSumsAt = sumsAt;
    if (sums.length > 0) this.pendingSums.push(sums);
    this.pendingSumsEnd = sumsAt + sums.length;
    this.start();
  }

  /** CRC of the partial chunk at the end with `data` after it, for a packet whose own sum covers only `data`. */
  sumAfter(data: Uint8Array): number {
    return continueCrc(this.format, data, this.queuedTail);
  }

  /** Syncs everything handed in so far; done once `syncsDone` has reached the number returned. */
  sync(): number {
    this.syncsWanted++;
    this.start();
    return this.syncsWanted;
  }

  get syncsDone(): number {
    return this.synced;
  }

  /** Resolves when nothing runs and nothing waits; also after a failure. */
  drained(): Promise<void> {
    if (!this.running) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** Waits for what runs and closes the files. */
  async close(): Promise<void> {
    await this.drained();
    this.failure ??= new Error('closed');
    await this.data.close();
    await this.meta.close();
  }

  /** The digest of the whole replica; null when its beginning was written by another writer. */
  digest(): Uint8Array | null {
    return this.hasher === null ? null : this.hasher.digest();
  }

  /** The last sum of a partial chunk is about to be overwritten. */
  private dropLastSum(size: number): void {
    const last = this.pendingSums.pop()!;
    if (last.length > size) this.pendingSums.push(last.subarray(0, last.length - size));
  }

  private start(): void {
    if (this.running || this.failure !== null) return;
    if (this.pendingData.length === 0 && this.pendingSums.length === 0 && this.syncsWanted === this.synced) return;
    this.running = true;
    this.files.endOfTurn(this.writeBatch);
  }

  private readonly writeBatch = (): void => {
    const batch = {
      data: this.pendingData,
      sums: this.pendingSums,
      sumsAt: this.pendingSumsAt,
      endBytes: this.queuedBytes,
      tail: this.queuedTail,
      sync: this.syncsWanted,
    };
    this.pendingData = [];
    this.pendingSums = [];
    this.writeData(batch);
  };

  private writeData(batch: Batch): void {
    if (batch.data.length === 0) {
      this.writeSums(batch);
      return;
    }
    this.data.write(batch.data, this.replica.onDiskBytes, (error) => {
      if (error !== null) this.fail(error);
      else this.writeSums(batch);
    });
  }

  private writeSums(batch: Batch): void {
    if (batch.sums.length === 0) {
      this.syncFiles(batch);
      return;
    }
    this.meta.write(batch.sums, batch.sumsAt, (error) => {
      if (error !== null) this.fail(error);
      else this.syncFiles(batch);
    });
  }

  private syncFiles(batch: Batch): void {
    if (batch.sync === this.synced) {
      this.finish(batch);
      return;
    }
    let running = 2;
    let failed: Error | null = null;
    const synced = (error: Error | null): void => {
      failed ??= error;
      if (--running > 0) return;
      if (failed !== null) this.fail(failed);
      else this.finish(batch);
    };
    this.data.sync(synced);
    this.meta.sync(synced);
  }

  private finish(batch: Batch): void {
    const { bytesPerChecksum } = this.format;
    const before = this.replica.onDiskBytes;
    const newSums = Math.ceil(batch.endBytes / bytesPerChecksum) - Math.ceil(before / bytesPerChecksum);
    const tail = batch.endBytes % bytesPerChecksum === 0 ? null : { lengthBytes: batch.endBytes, sum: batch.tail };
    this.replica.advance(batch.endBytes, batch.endBytes - before + newSums * sumBytes(this.format), tail);
    this.synced = batch.sync;
    this.running = false;
    this.start();
    this.listener.written(batch.endBytes);
    this.tellIdle();
  }

  private fail(error: Error): void {
    this.failure = error;
    this.running = false;
    this.pendingData = [];
    this.pendingSums = [];
    this.listener.failed(error);
    this.tellIdle();
  }

  private tellIdle(): void {
    if (this.running) return;
    for (const resume of this.idle.splice(0)) resume();
  }
}

interface Batch {
  readonly data: Uint8Array[];
  readonly sums: Uint8Array[];
  readonly sumsAt: number;
  readonly endBytes: number;
  readonly tail: number;
  readonly sync: number;
}
