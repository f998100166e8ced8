import { chunkCount, computeChunks } from '@rfs/base/checksum';
import { HEARTBEAT_SEQNO, MAX_PACKET_HEAD_BYTES, writePacketHead } from '@rfs/protocol/transfer';

const BYTES_PER_SUM = 4;

/** How packets of one stream are cut. */
export interface PacketShape {
  readonly bytesPerChecksum: number;
  /** Chunks that a full packet holds. */
  readonly chunks: number;
}

/** 8 KiB in chunks of 512 bytes: whole pages, and as many chunks as are summed at once. */
const ROUND_CHUNKS = 16;

/**
 * The shape of packets of `packetBytes` all in all, one chunk at least (DFSOutputStream). PERF: what holds 16 chunks is
 * rounded up to a multiple of them, 64 KiB of data for Hadoop's usual 65,536 bytes: data that fills pages is cheaper to
 * sum, digest and write.
 */
export function packetShape(packetBytes: number, bytesPerChecksum: number): PacketShape {
  const chunks = Math.floor((packetBytes - MAX_PACKET_HEAD_BYTES) / (bytesPerChecksum + BYTES_PER_SUM));
  const rounded = Math.ceil(chunks / ROUND_CHUNKS) * ROUND_CHUNKS;
  return { bytesPerChecksum, chunks: Math.max(1, chunks < ROUND_CHUNKS ? chunks : rounded) };
}

/**
 * A packet being filled, then sent, maybe again to another pipeline, until it is acknowledged. Head, checksums and data
 * stand in one piece of memory, so that sending is one write.
 */
export class OutPacket {
  /** Given when it is sent, so that numbers rise in the order of sending. */
  seqno = 0;
  /** Position in the block of the first byte of data. */
  readonly offsetInBlock: number;
  readonly last: boolean;
  sync = false;
  /** A pipeline that was given up may still be writing it, so its memory is not used again. */
  abandoned = false;
  dataLength = 0;
  readonly buffer: Buffer;
  private readonly dataAt: number;
  private readonly capacity: number;
  private readonly bytesPerChecksum: number;
  private sealed: Buffer | undefined;

  /** @param capacity bytes of data it may take, at most those of its shape */
  constructor(buffer: Buffer, shape: PacketShape, offsetInBlock: number, capacity: number, last: boolean) {
    this.buffer = buffer;
    this.offsetInBlock = offsetInBlock;
    this.last = last;
    this.dataAt = dataStart(shape);
    this.capacity = capacity;
    this.bytesPerChecksum = shape.bytesPerChecksum;
  }

  /** Position in the block behind its data. */
  get endInBlock(): number {
    return this.offsetInBlock + this.dataLength;
  }

  get isFull(): boolean {
    return this.dataLength === this.capacity;
  }

  /** Takes as much of `bytes` from `at` as fits; the number of bytes. */
  fill(bytes: Uint8Array, at: number): number {
    const length = Math.min(bytes.length - at, this.capacity - this.dataLength);
    const into = this.dataAt + this.dataLength;
    if (length === bytes.length) this.buffer.set(bytes, into);
    else this.buffer.set(bytes.subarray(at, at + length), into);
    this.dataLength += length;
    return length;
  }

  /** The last `length` bytes of its data. */
  tail(length: number): Buffer {
    const end = this.dataAt + this.dataLength;
    return this.buffer.subarray(end - length, end);
  }

  /** Everything as it goes to the datanode; checksums are computed the first time. */
  bytes(): Buffer {
    if (this.sealed === undefined) {
      const sumsLength = chunkCount(this.dataLength, this.bytesPerChecksum) * BYTES_PER_SUM;
      const sumsAt = this.dataAt - sumsLength;
      if (this.dataLength > 0) {
        computeChunks(this.buffer, this.dataAt, this.dataLength, this.bytesPerChecksum, this.buffer, sumsAt);
      }
      const { seqno, offsetInBlock, dataLength, last, sync } = this;
      const headAt = sumsAt - MAX_PACKET_HEAD_BYTES + (sync ? 0 : SYNC_FIELD_BYTES);
      writePacketHead(this.buffer, headAt, seqno, offsetInBlock, sumsLength, dataLength, last, sync);
      this.sealed = this.buffer.subarray(headAt, this.dataAt + dataLength);
    }
    return this.sealed;
  }
}

/** What a head with the sync flag is longer by. */
const SYNC_FIELD_BYTES = 2;

function dataStart(shape: PacketShape): number {
  return MAX_PACKET_HEAD_BYTES + shape.chunks * BYTES_PER_SUM;
}

/** Memory for the packets of one stream, used again once they are acknowledged. */
export class PacketMemory {
  private readonly shape: PacketShape;
  private readonly free: Buffer[] = [];

  constructor(shape: PacketShape) {
    this.shape = shape;
  }

  take(): Buffer {
    const { chunks, bytesPerChecksum } = this.shape;
    return this.free.pop() ?? Buffer.allocUnsafeSlow(dataStart(this.shape) + chunks * bytesPerChecksum);
  }

  give(packet: OutPacket): void {
    if (!packet.abandoned) this.free.push(packet.buffer);
  }
}

/** The packet that shows that we are still there while there is nothing to write. */
export function heartbeat(): Buffer {
  const shape = { bytesPerChecksum: 1, chunks: 0 };
  const packet = new OutPacket(Buffer.alloc(MAX_PACKET_HEAD_BYTES), shape, 0, 0, false);
  packet.seqno = HEARTBEAT_SEQNO;
  return packet.bytes();
}
