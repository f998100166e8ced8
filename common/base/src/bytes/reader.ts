import { Buffer } from 'node:buffer';
import { idFromHalves } from '../ids/index.js';

/** Bytes from outside that are not what their format says. Costs the sender one connection, or a file its trust. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

const TWO_28 = 2 ** 28;
const TWO_32 = 4294967296;

/**
 * Reads numbers, strings and protobuf primitives from a buffer at a moving offset. Reusable: `reset` points it at
 * other bytes. Every read is bounded by `end`; going past it throws MalformedBytes.
 */
export class ByteReader {
  buffer: Buffer;
  offset: number;
  end: number;
  /** Of `buffer`, made when it is first needed: most readers of small rows never do. */
  private lazyView: DataView | null = null;
  private low = 0;
  private high = 0;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.buffer = asBuffer(bytes);
    this.offset = offset;
    this.end = end;
  }

  reset(bytes: Uint8Array, offset = 0, end = bytes.length): void {
    if (bytes !== this.buffer) {
      this.buffer = asBuffer(bytes);
      this.lazyView = null;
    }
    this.offset = offset;
    this.end = end;
  }

  /** Goes on in a copy of what is left, which nobody else writes to. */
  copyRest(): void {
    const rest = Buffer.allocUnsafeSlow(this.end - this.offset);
    this.buffer.copy(rest, 0, this.offset, this.end);
    this.reset(rest);
  }

  private get view(): DataView {
    this.lazyView ??= new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
    return this.lazyView;
  }

  /** PERF: unlike a view, it costs nothing at first: most of what is decoded from a store is one short row. */
  private word(at: number): number {
    const { buffer } = this;
    const low = ((buffer[at + 1] as number) << 16) | ((buffer[at + 2] as number) << 8) | (buffer[at + 3] as number);
    return (buffer[at] as number) * 16_777_216 + low;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  uint8(): number {
    return this.buffer[this.advance(1)] as number;
  }

  uint16(): number {
    const at = this.advance(2);
    return ((this.buffer[at] as number) << 8) | (this.buffer[at + 1] as number);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4));
  }

  uint32(): number {
    return this.word(this.advance(4));
  }

  /** Big-endian 64-bit id in its form in memory; FOREIGN_ID if no number stands for it. */
  id64(): number {
    const at = this.advance(8);
    return idFromHalves(this.word(at), this.word(at + 4));
  }

  /** Big-endian signed 64 bits; exact below 2^53, else the nearest double. */
  int64(): number {
    const at = this.advance(8);
    return this.view.getInt32(at) * TWO_32 + this.view.getUint32(at + 4);
  }

  float64(): number {
    return this.view.getFloat64(this.advance(8));
  }

  /** `length` bytes as a view of the buffer, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.advance(length);
    return this.buffer.subarray(at, at + length);
  }

  /** `length` bytes as a copy that outlives the buffer. */
  bytesCopy(length: number): Uint8Array {
    return new Uint8Array(this.bytes(length));
  }

  utf8(length: number): string {
    const at = this.advance(length);
    // PERF: what `toString` comes to, a quarter faster.
    return (this.buffer as Slices).utf8Slice(at, at + length);
  }

  skip(length: number): void {
    this.advance(length);
  }

  /** Protobuf varint as an unsigned 32-bit number; higher bits are dropped as protobuf does for uint32, int32, bool and enum. */
  varint32(): number {
    const buffer = this.buffer;
    const end = this.end;
    let at = this.offset;
    if (at < end) {
      const first = buffer[at] as number;
      if (first < 0x80) {
        this.offset = at + 1;
        return first;
      }
    }
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw new MalformedBytes(`varint runs past byte ${end}`);
      const byte = buffer[at++] as number;
      if (shift < 28) value |= (byte & 0x7f) << shift;
      else if (shift === 28) value |= (byte & 0x0f) << 28;
      if (byte < 0x80) {
        this.offset = at;
        return value >>> 0;
      }
    }
    throw new MalformedBytes(`varint at byte ${this.offset} is longer than ten bytes`);
  }

  /** uint64 as a number; exact below 2^53, else the nearest double. */
  varint64(): number {
    const { buffer, offset: at } = this;
    // PERF: most are below 2^7, or times in ms, which take six bytes.
    if (at + 6 <= this.end) {
      const first = buffer[at] as number;
      if (first < 0x80) {
        this.offset = at + 1;
        return first;
      }
      const second = buffer[at + 1] as number;
      const third = buffer[at + 2] as number;
      const fourth = buffer[at + 3] as number;
      const fifth = buffer[at + 4] as number;
      const sixth = buffer[at + 5] as number;
      if ((second & third & fourth & fifth) >= 0x80 && sixth < 0x80) {
        this.offset = at + 6;
        const low = (first & 0x7f) | ((second & 0x7f) << 7) | ((third & 0x7f) << 14) | ((fourth & 0x7f) << 21);
        return ((fifth & 0x7f) | (sixth << 7)) * TWO_28 + low;
      }
    }
    this.halves();
    // PERF: a small number must not come as a floating one, or objects that keep it change their shape.
    return this.high === 0 ? this.low : this.high * TWO_32 + this.low;
  }

  /** int64 as a number; exact between -2^53 and 2^53, else the nearest double. */
  varint64Signed(): number {
    this.halves();
    return (this.high | 0) * TWO_32 + this.low;
  }

  /** uint64 or int64 that carries an id, in its form in memory; FOREIGN_ID if no number stands for it. */
  varintId(): number {
    this.halves();
    return idFromHalves(this.high, this.low);
  }

  /** uint64 to the last bit: for values that somebody else made up and wants back. */
  varintExact(): bigint {
    this.halves();
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  /** sint64 that carries an id (block reports). */
  zigzagId(): number {
    this.halves();
    const sign = -(this.low & 1);
    const low = ((this.low >>> 1) | (this.high << 31)) ^ sign;
    const high = (this.high >>> 1) ^ sign;
    return idFromHalves(high >>> 0, low >>> 0);
  }

  zigzag32(): number {
    const raw = this.varint32();
    return (raw >>> 1) ^ -(raw & 1);
  }

  zigzag64(): number {
    this.halves();
    const sign = -(this.low & 1);
    const low = (((this.low >>> 1) | (this.high << 31)) ^ sign) >>> 0;
    const high = (this.high >>> 1) ^ sign;
    return high * TWO_32 + low;
  }

  fixed32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  fixed64(): number {
    const at = this.advance(8);
    return this.view.getUint32(at + 4, true) * TWO_32 + this.view.getUint32(at, true);
  }

  fixed64Signed(): number {
    const at = this.advance(8);
    return this.view.getInt32(at + 4, true) * TWO_32 + this.view.getUint32(at, true);
  }

  double(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  /** The end offset of a length-delimited protobuf field whose length stands at the offset. */
  delimitedEnd(): number {
    const length = this.varint32();
    const end = this.offset + length;
    if (end > this.end)
      throw new MalformedBytes(`field of ${length} bytes at ${this.offset} runs past byte ${this.end}`);
    return end;
  }

  /** Skips the value of an unknown protobuf field of the given wire type. */
  skipField(wireType: number): void {
    switch (wireType) {
      case 0:
        this.halves();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.offset = this.delimitedEnd();
        return;
      case 5:
        this.advance(4);
        return;
      default:
        throw new MalformedBytes(`wire type ${wireType} at byte ${this.offset}`);
    }
  }

  private advance(length: number): number {
    const at = this.offset;
    if (!(length >= 0 && at + length <= this.end)) {
      throw new MalformedBytes(`${length} bytes wanted at ${at}, the data ends at ${this.end}`);
    }
    this.offset = at + length;
    return at;
  }

  /** Decodes a varint of up to 64 bits into `low` and `high`, both unsigned. */
  private halves(): void {
    const buffer = this.buffer;
    const end = this.end;
    let at = this.offset;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw new MalformedBytes(`varint runs past byte ${end}`);
      const byte = buffer[at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) {
        this.offset = at;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new MalformedBytes(`varint at byte ${this.offset} is longer than ten bytes`);
  }
}

/** What every Buffer of Node.js has and its types do not declare. */
interface Slices extends Buffer {
  utf8Slice(start: number, end: number): string;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
