import { ByteReader, type Codec, MalformedBytes } from '@rfs/base/bytes';
import { TRANSFER_VERSION } from './ops.js';
import { MAX_PACKET_BYTES, PACKET_LENGTHS_BYTES, Packet, PacketHeader, PacketPool } from './packet.js';

const SMALL_BYTES = 512;
/** Memory kept after a long message; what it needed beyond is given back. */
const KEPT_BYTES = 65536;

/**
 * Takes the chunks of a data connection and gives what they hold, one thing at a time: the caller knows what must come
 * next (an op, a message, a packet). A thing that lies within a chunk is read in place, one that does not is put
 * together first. Each `next...` answers null until enough has arrived; give the next chunk only then.
 */
export class TransferReader {
  private readonly pool: PacketPool;
  private readonly maxMessageBytes: number;
  private readonly reader = new ByteReader(new Uint8Array(0));
  private readonly header = new PacketHeader();
  private chunk: Buffer = Buffer.alloc(0);
  private at = 0;
  private lent = false;
  /** Bytes of an unfinished thing: `joined` of them stand at the start of `joint`. */
  private joint: Buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);
  private joined = 0;
  private source: Buffer = this.joint;
  private sourceAt = 0;

  /** `pool`: memory for packets that span chunks, best shared by all readers. */
  constructor(pool: PacketPool = new PacketPool(), maxMessageBytes = 1024 * 1024) {
    this.pool = pool;
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * Gives more bytes, which nobody may change afterwards. What was not asked for yet stays before them. Bytes that are
   * `lent` may be changed once null was answered: nothing is read in place then.
   */
  push(chunk: Buffer, lent = false): void {
    this.lent = lent;
    const left = this.chunk.length - this.at;
    if (left === 0) this.chunk = chunk;
    else {
      const both = Buffer.allocUnsafeSlow(left + chunk.length);
      this.chunk.copy(both, 0, this.at);
      chunk.copy(both, left);
      this.chunk = both;
    }
    this.at = 0;
  }

  /** Bytes that have arrived and belong to nothing yet. */
  get buffered(): number {
    return this.joined + this.chunk.length - this.at;
  }

  /** The op byte of a request, of whatever value. Throws MalformedBytes for another version of the protocol. */
  nextOp(): number | null {
    if (!this.need(3)) return null;
    const version = ((this.source[this.sourceAt] as number) << 8) | (this.source[this.sourceAt + 1] as number);
    if (version !== TRANSFER_VERSION) throw new MalformedBytes(`data transfer version ${version}`);
    const op = this.source[this.sourceAt + 2] as number;
    this.used(3);
    return op;
  }

  /** A message with its length before it. Throws MalformedBytes. */
  nextMessage<T>(codec: Codec<T>): T | null {
    let prefix = 0;
    do {
      if (prefix === 5) throw new MalformedBytes(`the length of ${codec.name} is not one`);
      if (!this.need(++prefix)) return null;
    } while ((this.source[this.sourceAt + prefix - 1] as number) >= 0x80);
    this.reader.reset(this.source, this.sourceAt, this.sourceAt + prefix);
    const length = this.reader.varint32();
    if (length > this.maxMessageBytes) throw new MalformedBytes(`${codec.name} of ${length} bytes`);
    if (!this.need(prefix + length)) return null;
    const start = this.sourceAt + prefix;
    this.reader.reset(this.source, start, start + length);
    const message = codec.decode(this.reader, start + length);
    this.used(prefix + length);
    return message;
  }

  /** A packet, to be released by the caller. Throws MalformedBytes; checksums are not verified here. */
  nextPacket(): Packet | null {
    if (!this.need(PACKET_LENGTHS_BYTES)) return null;
    const payload = this.source.readInt32BE(this.sourceAt);
    const headerLength = this.source.readInt16BE(this.sourceAt + 4);
    if (payload < 4 || headerLength < 0 || payload + headerLength > MAX_PACKET_BYTES) {
      throw new MalformedBytes(`a packet of ${payload} bytes with a header of ${headerLength}`);
    }
    const total = PACKET_LENGTHS_BYTES + headerLength + payload - 4;
    if (!this.need(total, true)) return null;
    const { source, sourceAt: start, header } = this;
    const checksumsAt = start + PACKET_LENGTHS_BYTES + headerLength;
    const end = start + total;
    this.reader.reset(source, start + PACKET_LENGTHS_BYTES, checksumsAt);
    header.read(this.reader, checksumsAt);
    if (header.dataLength < 0 || header.dataLength > end - checksumsAt) {
      throw new MalformedBytes(`a packet with ${header.dataLength} bytes of data in ${end - checksumsAt}`);
    }
    const joined = this.joined > 0;
    const packet = new Packet(source, start, end, checksumsAt, header, joined ? this.pool : null);
    if (joined) this.joint = Buffer.allocUnsafe(SMALL_BYTES);
    this.used(total);
    return packet;
  }

  /** Makes `length` bytes from the next one on readable at `source`, `sourceAt`; false when they have not arrived. */
  private need(length: number, packet = false): boolean {
    const there = this.chunk.length - this.at;
    if (this.joined === 0 && there >= length && !this.lent) {
      this.source = this.chunk;
      this.sourceAt = this.at;
      return true;
    }
    const missing = length - this.joined;
    if (missing > 0) {
      const taken = Math.min(missing, there);
      this.reserve(packet ? length : this.joined + taken, packet);
      this.chunk.copy(this.joint, this.joined, this.at, this.at + taken);
      this.joined += taken;
      this.at += taken;
      if (taken < missing) return false;
    }
    this.source = this.joint;
    this.sourceAt = 0;
    return true;
  }

  private reserve(length: number, packet: boolean): void {
    if (length <= this.joint.length) return;
    const larger = packet ? this.pool.take(length) : Buffer.allocUnsafeSlow(Math.max(length, this.joint.length * 2));
    this.joint.copy(larger, 0, 0, this.joined);
    this.joint = larger;
  }

  private used(length: number): void {
    if (this.joined === 0) {
      this.at += length;
      return;
    }
    this.joined = 0;
    if (this.joint.length > KEPT_BYTES) this.joint = Buffer.allocUnsafeSlow(SMALL_BYTES);
  }
}
