import { ByteReader, type Codec, MalformedBytes } from '@rfs/base/bytes';
import { decodePacketHeaderProto } from '@rfs/protocol/messages';
import { MAX_PACKET_BYTES, TRANSFER_VERSION } from '@rfs/protocol/transfer';
import { Packet } from './packet.js';
import { Segment, type SegmentPool } from './segments.js';

/** Longer requests and replies are refused. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** A socket is not asked to receive less than this at a time. */
const LEAST_ROOM_BYTES = 64 * 1024;
/** Payload length and header length before a packet. */
const PACKET_LENGTHS_BYTES = 6;

/**
 * Received bytes and what they hold. They stand in pooled segments, each packet whole in one of them, so that nothing is
 * copied but the beginning of a packet for which a segment has no more room.
 */
export class Inbound {
  private readonly pool: SegmentPool;
  private segment: Segment;
  /** The segment is memory of the sender's, into which nothing may be received. */
  private adopted = false;
  private start = 0;
  private end = 0;
  /** What the packet being received needs from `start` on; 0 when not known. */
  private wanted = 0;
  private readonly reader = new ByteReader(new Uint8Array(0));

  constructor(pool: SegmentPool) {
    this.pool = pool;
    this.segment = pool.take(0);
  }

  get buffered(): number {
    return this.end - this.start;
  }

  /** Where to receive next. */
  room(): Uint8Array {
    const { memory } = this.segment;
    const needed = Math.max(this.wanted, this.end - this.start + LEAST_ROOM_BYTES);
    if (this.start === this.end && this.segment.idle && !this.adopted) {
      this.start = 0;
      this.end = 0;
    }
    if (this.adopted || this.start + needed > memory.length) this.moveOn(needed);
    return this.segment.memory.subarray(this.end);
  }

  filled(count: number): void {
    this.end += count;
  }

  /** Goes on in `bytes`, which stay unchanged until they are answered; false when others must be read before them. */
  adopt(bytes: Uint8Array): boolean {
    if (this.buffered > 0) return false;
    this.segment.release();
    this.segment = new Segment(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), null);
    this.adopted = true;
    this.start = 0;
    this.end = bytes.length;
    return true;
  }

  /** Gives the memory back; nothing can be read afterwards. */
  close(): void {
    this.segment.release();
  }

  /** The op byte of a request; null until it is there. Throws MalformedBytes for another version. */
  nextOp(): number | null {
    if (this.buffered < 3) return null;
    const version = this.segment.memory.readUInt16BE(this.start);
    if (version !== TRANSFER_VERSION) throw new MalformedBytes(`data transfer version ${version}`);
    const op = this.segment.memory[this.start + 2]!;
    this.start += 3;
    return op;
  }

  /** A message with its length before it; null until it is there. Throws MalformedBytes. */
  nextMessage<T>(codec: Codec<T>): T | null {
    const { memory } = this.segment;
    let prefix = 1;
    while (prefix <= this.buffered && memory[this.start + prefix - 1]! >= 0x80) prefix++;
    if (prefix > 5) throw new MalformedBytes(`the length of ${codec.name} is not one`);
    if (prefix > this.buffered) return null;
    this.reader.reset(memory, this.start, this.start + prefix);
    const length = this.reader.varint32();
    if (length > MAX_MESSAGE_BYTES) throw new MalformedBytes(`${codec.name} of ${length} bytes`);
    this.wanted = prefix + length;
    if (this.buffered < this.wanted) return null;
    const end = this.start + this.wanted;
    this.reader.reset(memory, this.start + prefix, end);
    const message = codec.decode(this.reader, end);
    this.start = end;
    this.wanted = 0;
    return message;
  }

  /** A packet, held once for the caller; null until it is there. Throws MalformedBytes. */
  nextPacket(): Packet | null {
    if (this.buffered < PACKET_LENGTHS_BYTES) return null;
    const { memory } = this.segment;
    const payload = memory.readInt32BE(this.start);
    const headerLength = memory.readInt16BE(this.start + 4);
    if (payload < 4 || headerLength < 0 || payload + headerLength > MAX_PACKET_BYTES) {
      throw new MalformedBytes(`a packet of ${payload} bytes with a header of ${headerLength}`);
    }
    this.wanted = PACKET_LENGTHS_BYTES + headerLength + payload - 4;
    if (this.buffered < this.wanted) return null;
    const sumsAt = this.start + PACKET_LENGTHS_BYTES + headerLength;
    const end = this.start + this.wanted;
    this.reader.reset(memory, this.start + PACKET_LENGTHS_BYTES, sumsAt);
    const header = decodePacketHeaderProto(this.reader, sumsAt);
    if (header.dataLen < 0 || header.dataLen > end - sumsAt) {
      throw new MalformedBytes(`a packet with ${header.dataLen} bytes of data in ${end - sumsAt}`);
    }
    const packet = new Packet(this.segment, this.start, sumsAt, end - header.dataLen, header);
    this.start = end;
    this.wanted = 0;
    return packet;
  }

  /** Goes on in another segment, with what of an unfinished thing is here. */
  private moveOn(needed: number): void {
    const next = this.pool.take(needed);
    this.segment.memory.copy(next.memory, 0, this.start, this.end);
    this.segment.release();
    this.segment = next;
    this.adopted = false;
    this.end -= this.start;
    this.start = 0;
  }
}
