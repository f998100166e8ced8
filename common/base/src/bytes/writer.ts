import { idHigh, idLow } from '../ids/index.js';

const TWO_32 = 4294967296;
const TWO_28 = 2 ** 28;
const TWO_56 = 2 ** 56;
const TWO_63 = 2 ** 63;
/** Views of fewer bytes than this are made once. */
const KEPT_VIEWS = 256;

/**
 * Appends numbers, strings and protobuf primitives to a buffer that grows. Reusable: `reset` starts again in the same
 * memory, so what `written()` returned before is then overwritten; use `take()` for bytes that must stay.
 */
export class ByteWriter {
  buffer: Buffer;
  offset = 0;
  private view: DataView;
  /** Of the first bytes of `buffer`, by their number: most of what is written is short and its lengths come again. */
  private starts: (Buffer | undefined)[] = [];

  constructor(capacity = 1024) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
  }

  reset(): void {
    this.offset = 0;
  }

  /** Everything written since `reset`, as a view that the next write may move away from or overwrite. */
  written(): Buffer {
    const length = this.offset;
    if (length >= KEPT_VIEWS) return this.buffer.subarray(0, length);
    let start = this.starts[length];
    if (start === undefined) {
      start = this.buffer.subarray(0, length);
      this.starts[length] = start;
    }
    return start;
  }

  /** A copy of everything written since `reset`. */
  copy(): Buffer {
    const out = Buffer.allocUnsafeSlow(this.offset);
    this.buffer.copy(out, 0, 0, this.offset);
    return out;
  }

  /** Hands over what was written and starts in fresh memory of `capacity` bytes. */
  take(capacity = this.buffer.length): Buffer {
    const out = this.buffer.subarray(0, this.offset);
    this.use(Buffer.allocUnsafeSlow(capacity));
    this.offset = 0;
    return out;
  }

  /** Makes room for `length` more bytes. */
  ensure(length: number): void {
    const needed = this.offset + length;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.offset);
    this.use(grown);
  }

  uint8(value: number): void {
    this.ensure(1);
    this.buffer[this.offset++] = value;
  }

  uint16(value: number): void {
    this.ensure(2);
    this.view.setUint16(this.offset, value);
    this.offset += 2;
  }

  int32(value: number): void {
    this.ensure(4);
    this.view.setInt32(this.offset, value);
    this.offset += 4;
  }

  uint32(value: number): void {
    this.ensure(4);
    this.view.setUint32(this.offset, value);
    this.offset += 4;
  }

  /** Overwrites four bytes at `offset`: for lengths known only afterwards. */
  setUint32(offset: number, value: number): void {
    this.view.setUint32(offset, value);
  }

  /** An id in its form in memory, as big-endian 64 bits. */
  id64(id: number): void {
    this.ensure(8);
    this.view.setUint32(this.offset, idHigh(id));
    this.view.setUint32(this.offset + 4, idLow(id));
    this.offset += 8;
  }

  /** A safe integer as big-endian signed 64 bits. */
  int64(value: number): void {
    this.ensure(8);
    this.view.setInt32(this.offset, Math.floor(value / TWO_32));
    this.view.setUint32(this.offset + 4, value >>> 0);
    this.offset += 8;
  }

  float64(value: number): void {
    this.ensure(8);
    this.view.setFloat64(this.offset, value);
    this.offset += 8;
  }

  bytes(value: Uint8Array): void {
    this.ensure(value.length);
    this.buffer.set(value, this.offset);
    this.offset += value.length;
  }

  /** A few bytes of others. PERF: unlike `bytes`, it needs no view of them. */
  copyFrom(source: Uint8Array, start: number, length: number): void {
    this.ensure(length);
    const { buffer, offset } = this;
    for (let i = 0; i < length; i++) buffer[offset + i] = source[start + i] as number;
    this.offset = offset + length;
  }

  /** UTF-8 without a length; the number of bytes written. */
  utf8(text: string): number {
    const length = text.length;
    this.ensure(length * 3);
    const buffer = this.buffer;
    const start = this.offset;
    if (length <= 48) {
      let at = start;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code >= 0x80) break;
        buffer[at++] = code;
      }
      if (i === length) {
        this.offset = at;
        return length;
      }
    }
    const written = buffer.write(text, start, 'utf8');
    this.offset = start + written;
    return written;
  }

  /** A number below 2^32, or a negative int32 in protobuf's ten-byte form. */
  varint32(value: number): void {
    if (value < 0) {
      this.varint64(value);
      return;
    }
    this.ensure(5);
    const buffer = this.buffer;
    let at = this.offset;
    let rest = value;
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.offset = at;
  }

  /**
   * Any safe integer; negative ones in two's complement (protobuf int64). 2^63 and above is written as Java's
   * Long.MAX_VALUE, which is read as 2^63 and means "no limit" in Hadoop's messages.
   */
  varint64(value: number): void {
    if (value >= 0 && value < TWO_32) this.varint32(value);
    else if (value >= TWO_32 && value < TWO_56) this.varintLong(value);
    else if (value >= TWO_63) this.varintHalves(0x7fffffff, 0xffffffff);
    else this.varintHalves(Math.floor(value / TWO_32) >>> 0, value >>> 0);
  }

  /** From 2^28 to 2^56. PERF: four bytes at once, as of every time in ms, instead of one by one out of two halves. */
  private varintLong(value: number): void {
    this.ensure(9);
    const { buffer, offset } = this;
    const high = Math.floor(value / TWO_28);
    const low = value - high * TWO_28;
    buffer[offset] = low | 0x80;
    buffer[offset + 1] = (low >>> 7) | 0x80;
    buffer[offset + 2] = (low >>> 14) | 0x80;
    buffer[offset + 3] = (low >>> 21) | 0x80;
    this.offset = offset + 4;
    this.varint32(high);
  }

  /** An id in its form in memory as protobuf uint64 or int64. */
  varintId(id: number): void {
    if (id >= 0) this.varint64(id);
    else this.varintHalves(idHigh(id), idLow(id));
  }

  /** All 64 bits of `value` as protobuf uint64 or int64. */
  varintExact(value: bigint): void {
    const bits = BigInt.asUintN(64, value);
    this.varintHalves(Number(bits >> 32n), Number(bits & 0xffffffffn));
  }

  /** An id in its form in memory as protobuf sint64. */
  zigzagId(id: number): void {
    this.zigzagHalves(idHigh(id), idLow(id));
  }

  zigzag32(value: number): void {
    this.varint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** A safe integer as protobuf sint64. */
  zigzag64(value: number): void {
    this.zigzagHalves(Math.floor(value / TWO_32) >>> 0, value >>> 0);
  }

  fixed32(value: number): void {
    this.ensure(4);
    this.view.setUint32(this.offset, value, true);
    this.offset += 4;
  }

  fixed64(value: number): void {
    this.ensure(8);
    this.view.setUint32(this.offset, value >>> 0, true);
    this.view.setUint32(this.offset + 4, Math.floor(value / TWO_32) >>> 0, true);
    this.offset += 8;
  }

  double(value: number): void {
    this.ensure(8);
    this.view.setFloat64(this.offset, value, true);
    this.offset += 8;
  }

  /** Length-delimited UTF-8 (protobuf string). */
  string(text: string): void {
    const at = this.beginDelimited();
    this.utf8(text);
    this.endDelimited(at);
  }

  /** Length-delimited bytes (protobuf bytes). */
  delimited(value: Uint8Array): void {
    this.varint32(value.length);
    this.bytes(value);
  }

  /** Leaves one byte for a length; give the result to `endDelimited` after the content. */
  beginDelimited(): number {
    this.ensure(1);
    return this.offset++;
  }

  /** Writes the length of all since `beginDelimited` before it; content of 128 bytes or more moves to make room. */
  endDelimited(at: number): void {
    const length = this.offset - at - 1;
    if (length < 0x80) {
      this.buffer[at] = length;
      return;
    }
    const extra = varintSize(length) - 1;
    this.ensure(extra);
    this.buffer.copyWithin(at + 1 + extra, at + 1, this.offset);
    const end = this.offset + extra;
    this.offset = at;
    this.varint32(length);
    this.offset = end;
  }

  private use(buffer: Buffer): void {
    this.buffer = buffer;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.starts = [];
  }

  private zigzagHalves(high: number, low: number): void {
    const sign = (high | 0) >> 31;
    const shiftedHigh = ((high << 1) | (low >>> 31)) ^ sign;
    const shiftedLow = (low << 1) ^ sign;
    this.varintHalves(shiftedHigh >>> 0, shiftedLow >>> 0);
  }

  private varintHalves(high: number, low: number): void {
    this.ensure(10);
    const buffer = this.buffer;
    let at = this.offset;
    let lowRest = low;
    let highRest = high;
    while (highRest > 0 || lowRest > 0x7f) {
      buffer[at++] = (lowRest & 0x7f) | 0x80;
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
      highRest >>>= 7;
    }
    buffer[at++] = lowRest;
    this.offset = at;
  }
}

/** Bytes that `value` (below 2^32) takes as a varint. */
function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}
