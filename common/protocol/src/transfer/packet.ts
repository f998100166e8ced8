import { type ByteReader, MalformedBytes } from '@rfs/base/bytes';

/** Length prefixes before a packet's header: four bytes for the payload, two for the header. */
export const PACKET_LENGTHS_BYTES = 6;
/** The longest head that {@link writePacketHead} writes. */
export const MAX_PACKET_HEAD_BYTES = PACKET_LENGTHS_BYTES + 27;
/** A longer packet is refused (dfs.data.transfer.max.packet.size). */
export const MAX_PACKET_BYTES = 16 * 1024 * 1024;
/** Sequence number of a packet that only shows that its sender lives (DFSPacket.HEART_BEAT_SEQNO). */
export const HEARTBEAT_SEQNO = -1;

const PLAIN_HEADER_BYTES = 25;
const TWO_32 = 4294967296;

/**
 * One packet of a block, whole and in one piece of memory: lengths, header, checksums, data. It owns that memory until
 * `release`, so that disk and mirror can work on it without copies.
 */
export class Packet {
  readonly buffer: Buffer;
  /** Where the packet's first byte, the payload length, stands in `buffer`. */
  readonly start: number;
  /** Where the packet's data ends. */
  readonly end: number;
  readonly seqno: number;
  /** Position in the block of the first byte of data. */
  readonly offsetInBlock: number;
  readonly dataLength: number;
  readonly checksumsAt: number;
  readonly dataAt: number;
  /** True for the empty packet that ends a block. */
  readonly last: boolean;
  /** True when the client wants what it has sent on the disk (hsync). */
  readonly sync: boolean;
  private pool: PacketPool | null;

  constructor(
    buffer: Buffer,
    start: number,
    end: number,
    checksumsAt: number,
    header: PacketHeader,
    pool: PacketPool | null,
  ) {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    this.seqno = header.seqno;
    this.offsetInBlock = header.offsetInBlock;
    this.dataLength = header.dataLength;
    this.checksumsAt = checksumsAt;
    this.dataAt = end - header.dataLength;
    this.last = header.last;
    this.sync = header.sync;
    this.pool = pool;
  }

  get checksumsLength(): number {
    return this.dataAt - this.checksumsAt;
  }

  get data(): Buffer {
    return this.buffer.subarray(this.dataAt, this.end);
  }

  get checksums(): Buffer {
    return this.buffer.subarray(this.checksumsAt, this.dataAt);
  }

  /** The packet as it came, for a mirror. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  /** Gives the memory back for packets to come: nothing of this one may be used any more. Harmless when repeated. */
  release(): void {
    this.pool?.put(this.buffer);
    this.pool = null;
  }
}

const POOLED = 64;
/** Fits the packets that Hadoop's clients make by default, and those of datanodes that serve reads. */
const USUAL_BYTES = 66 * 1024;

/** Memory for packets, used again and again. */
export class PacketPool {
  private readonly free: Buffer[] = [];

  /** At least `length` bytes of unspecified content. */
  take(length: number): Buffer {
    if (length > USUAL_BYTES) return Buffer.allocUnsafeSlow(length);
    return this.free.pop() ?? Buffer.allocUnsafeSlow(USUAL_BYTES);
  }

  put(buffer: Buffer): void {
    if (buffer.length === USUAL_BYTES && this.free.length < POOLED) this.free.push(buffer);
  }
}

/** PacketHeaderProto, read into one reusable object. */
export class PacketHeader {
  seqno = 0;
  offsetInBlock = 0;
  dataLength = 0;
  last = false;
  sync = false;

  /** Reads from the reader's offset to `end`. Throws MalformedBytes, also without a required field. */
  read(reader: ByteReader, end: number): void {
    this.sync = false;
    let seen = 0;
    while (reader.offset < end) {
      const tag = reader.varint32();
      switch (tag) {
        case 9:
          this.offsetInBlock = reader.fixed64Signed();
          seen |= 1;
          break;
        case 17:
          this.seqno = reader.fixed64Signed();
          seen |= 2;
          break;
        case 24:
          this.last = reader.varint32() !== 0;
          seen |= 4;
          break;
        case 37:
          this.dataLength = reader.fixed32() | 0;
          seen |= 8;
          break;
        case 40:
          this.sync = reader.varint32() !== 0;
          break;
        default:
          reader.skipField(tag & 7);
      }
    }
    if (reader.offset !== end) throw new MalformedBytes('PacketHeaderProto runs past its end');
    if (seen !== 15) throw new MalformedBytes('PacketHeaderProto without a required field');
  }
}

/**
 * Writes lengths and header of a packet at `at`, where MAX_PACKET_HEAD_BYTES must be free. Answers where the checksums
 * begin; they and the data follow.
 */
export function writePacketHead(
  into: Buffer,
  at: number,
  seqno: number,
  offsetInBlock: number,
  checksumsLength: number,
  dataLength: number,
  last: boolean,
  sync: boolean,
): number {
  const headerBytes = sync ? PLAIN_HEADER_BYTES + 2 : PLAIN_HEADER_BYTES;
  // The payload's length counts its own four bytes.
  into.writeUInt32BE(4 + checksumsLength + dataLength, at);
  into.writeUInt16BE(headerBytes, at + 4);
  into[at + 6] = 9;
  writeFixed64(into, at + 7, offsetInBlock);
  into[at + 15] = 17;
  writeFixed64(into, at + 16, seqno);
  into[at + 24] = 24;
  into[at + 25] = last ? 1 : 0;
  into[at + 26] = 37;
  into.writeInt32LE(dataLength, at + 27);
  if (sync) {
    into[at + 31] = 40;
    into[at + 32] = 1;
  }
  return at + PACKET_LENGTHS_BYTES + headerBytes;
}

/** A packet as pieces for one gathered write: head, checksums and data are not copied together. */
export function packetPieces(
  seqno: number,
  offsetInBlock: number,
  checksums: Uint8Array,
  data: Uint8Array,
  last = false,
  sync = false,
): Uint8Array[] {
  const head = Buffer.allocUnsafe(MAX_PACKET_HEAD_BYTES);
  const end = writePacketHead(head, 0, seqno, offsetInBlock, checksums.length, data.length, last, sync);
  const pieces: Uint8Array[] = [head.subarray(0, end)];
  if (checksums.length > 0) pieces.push(checksums);
  if (data.length > 0) pieces.push(data);
  return pieces;
}

function writeFixed64(into: Buffer, at: number, value: number): void {
  into.writeUInt32LE(value >>> 0, at);
  into.writeInt32LE(Math.floor(value / TWO_32), at + 4);
}
