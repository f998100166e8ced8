import { FailureError } from '@rfs/base/failure';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import type { ExtendedBlockProto, LocatedBlockProto } from '@rfs/protocol/messages';
import type { StreamerOptions } from './options.js';
import { OutPacket, PacketMemory, type PacketShape, packetShape } from './out-packet.js';
import { Streamer } from './streamer.js';

export interface OutputStreamOptions extends StreamerOptions {
  readonly writePacketBytes: number;
  /** The last block of a file that is appended to, when it is to be filled up. */
  readonly appendTo: LocatedBlockProto | undefined;
  /** The last block of a file that is appended to, when a new one is to follow it. */
  readonly previous: ExtendedBlockProto | undefined;
  /** Told once, when the file is closed or given up. */
  readonly onDone: () => void;
}

/**
 * A file being written. Bytes are cut into packets, chunks of them get their checksums, packets go to the pipeline of
 * the current block while earlier ones are acknowledged; as many may be on their way as
 * dfs.client.write.max-packets-in-flight says. Use from one place at a time: wait for each promise.
 */
export class DfsOutputStream {
  private readonly options: OutputStreamOptions;
  private readonly streamer: Streamer;
  private readonly shape: PacketShape;
  private readonly memory: PacketMemory;
  private current: OutPacket | undefined;
  private seqno = 0;
  /** Bytes written to the current block, flushed or not. */
  private bytesInBlock = 0;
  /** Bytes of the current block that a flush has sent; a partial chunk among them is sent again with what follows. */
  private flushedInBlock = 0;
  private state: 'open' | 'closing' | 'closed' = 'open';

  constructor(options: OutputStreamOptions) {
    this.options = options;
    this.shape = packetShape(options.writePacketBytes, options.bytesPerChecksum);
    this.memory = new PacketMemory(this.shape);
    this.streamer = new Streamer(options, this.memory, options.appendTo, options.previous);
    this.bytesInBlock = options.appendTo?.b.numBytes ?? 0;
    this.flushedInBlock = this.bytesInBlock;
  }

  /** Takes the bytes; they may be reused when the promise is done. Throws what went wrong with earlier ones, too. */
  async write(bytes: Uint8Array): Promise<void> {
    this.requireOpen();
    for (let at = 0; at < bytes.length; ) {
      this.current ??= this.nextPacket();
      const taken = this.current.fill(bytes, at);
      at += taken;
      this.bytesInBlock += taken;
      if (this.current.isFull) {
        await this.sendCurrent();
        if (this.bytesInBlock === this.options.blockSizeBytes) await this.endBlock();
      }
    }
  }

  /** Waits until every datanode of the pipeline has what was written: new readers see it (DFSOutputStream.hflush). */
  hflush(): Promise<void> {
    return this.flush(false, false);
  }

  /** Like hflush, and every datanode has it on its disk. With `updateLength` the namenode tells the new length. */
  hsync(options: { readonly updateLength?: boolean } = {}): Promise<void> {
    return this.flush(true, options.updateLength ?? false);
  }

  /** Finishes the file; it is there for good when the promise is done. Harmless when repeated. */
  async close(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'closing';
    try {
      if (this.hasNews) await this.sendCurrent();
      if (this.bytesInBlock > 0) await this.endBlock();
      await this.streamer.waitForAll();
      await this.streamer.complete();
    } finally {
      this.end();
    }
  }

  /** Gives up: nothing more is sent, the file stays as it is until its lease is recovered or somebody deletes it. */
  abort(): void {
    if (this.state === 'closed') return;
    this.streamer.fail(new FailureError(failure('IOException', `the writer of ${this.options.path} gave up`)));
    this.end();
  }

  /** The namenode has given the file to somebody else. */
  leaseLost(reason: HdfsFailure): void {
    this.streamer.fail(new FailureError(reason));
    this.end();
  }

  private end(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.streamer.close();
    this.options.onDone();
  }

  private requireOpen(): void {
    this.streamer.check();
    if (this.state !== 'open') throw new FailureError(failure('IOException', `${this.options.path} is closed`));
  }

  /** True when the current packet has bytes that no flush has sent. */
  private get hasNews(): boolean {
    return this.current !== undefined && this.current.endInBlock > this.flushedInBlock;
  }

  private async flush(sync: boolean, updateLength: boolean): Promise<void> {
    this.requireOpen();
    const news = this.hasNews;
    if (news || (sync && this.bytesInBlock > 0)) {
      // Nothing new, but the disk may not have it: an empty packet carries the wish.
      const packet = news ? this.current! : this.packetAt(this.bytesInBlock, 0, false);
      packet.sync = sync;
      const kept = news ? this.partialChunk(packet) : undefined;
      this.current = undefined;
      await this.send(packet);
      this.flushedInBlock = this.bytesInBlock;
      if (kept !== undefined) this.current = this.packetWith(kept);
    }
    await this.streamer.waitForAll();
    await this.streamer.persist(updateLength);
  }

  /** The bytes of an unfinished chunk at the packet's end, which go again with the next packet, and where they begin. */
  private partialChunk(packet: OutPacket): { bytes: Buffer; offset: number } | undefined {
    const end = packet.endInBlock;
    const over = end % this.shape.bytesPerChecksum;
    if (over === 0 || end === this.options.blockSizeBytes) return undefined;
    const offset = Math.max(end - over, packet.offsetInBlock);
    return { bytes: Buffer.from(packet.tail(end - offset)), offset };
  }

  private packetWith({ bytes, offset }: { bytes: Buffer; offset: number }): OutPacket {
    const packet = this.packetAt(offset, this.capacityAt(offset), false);
    packet.fill(bytes, 0);
    return packet;
  }

  private nextPacket(): OutPacket {
    return this.packetAt(this.bytesInBlock, this.capacityAt(this.bytesInBlock), false);
  }

  /**
   * How many bytes a packet that begins at `offset` of the block may take: whole chunks, not beyond the block's end. One
   * that begins within a chunk, behind what was there before an append, only fills that chunk up.
   */
  private capacityAt(offset: number): number {
    const { bytesPerChecksum, chunks } = this.shape;
    const over = offset % bytesPerChecksum;
    const room = this.options.blockSizeBytes - offset;
    return Math.min(over === 0 ? bytesPerChecksum * chunks : bytesPerChecksum - over, room);
  }

  private packetAt(offset: number, capacity: number, last: boolean): OutPacket {
    return new OutPacket(this.memory.take(), this.shape, offset, capacity, last);
  }

  private async sendCurrent(): Promise<void> {
    const packet = this.current;
    this.current = undefined;
    if (packet !== undefined) await this.send(packet);
  }

  private send(packet: OutPacket): Promise<void> {
    packet.seqno = this.seqno++;
    return this.streamer.enqueue(packet);
  }

  /** Ends the current block with an empty packet; the next byte goes to a new one. */
  private async endBlock(): Promise<void> {
    const packet = this.packetAt(this.bytesInBlock, 0, true);
    this.current = undefined;
    this.bytesInBlock = 0;
    this.flushedInBlock = 0;
    await this.send(packet);
  }
}
