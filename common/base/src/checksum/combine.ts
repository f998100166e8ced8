/** CRC32C's polynomial (Castagnoli), bits reflected as the register holds them. */
export const POLYNOMIAL = 0x82f63b78;

/**
 * The CRC of data A followed by B is shift(crc(A), length of B) xor crc(B), where shift multiplies by x^(8 * length)
 * modulo the polynomial: a linear operator on 32 bits. For one length it is four tables of 256 words, one per byte.
 */
export class CrcShift {
  private readonly tables: Int32Array;

  constructor(lengthBytes: number) {
    const power = powerOfX(lengthBytes);
    this.tables = new Int32Array(1024);
    for (let byte = 0; byte < 4; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        const column = multiply(power, 1 << (byte * 8 + bit));
        const step = 1 << bit;
        for (let value = step; value < 256; value++)
          if ((value & step) !== 0) this.tables[byte * 256 + value]! ^= column;
      }
    }
  }

  /**
   * The CRC of `count` chunks of the operator's length each, from their own CRCs, which stand big-endian from `offset`
   * of `sums`.
   */
  fold(sums: Uint8Array, offset: number, count: number): number {
    const tables = this.tables;
    let crc = 0;
    for (let at = offset, end = offset + 4 * count; at < end; at += 4) {
      crc =
        tables[crc & 0xff]! ^
        tables[256 | ((crc >>> 8) & 0xff)]! ^
        tables[512 | ((crc >>> 16) & 0xff)]! ^
        tables[768 | (crc >>> 24)]! ^
        ((sums[at]! << 24) | (sums[at + 1]! << 16) | (sums[at + 2]! << 8) | sums[at + 3]!);
    }
    return crc >>> 0;
  }
}

/** The CRC of A followed by B, from the CRCs of both and B's length; without tables, for lengths that vary. */
export function combineCrc32c(crcA: number, crcB: number, lengthB: number): number {
  return (multiply(powerOfX(lengthB), crcA) ^ crcB) >>> 0;
}

/** a * b modulo the polynomial; the highest bit is x^0 (zlib's multmodp). */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if (((a >>> bit) & 1) !== 0) product ^= shifted;
    shifted = (shifted & 1) !== 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product;
}

/** x^(8 * lengthBytes) modulo the polynomial, by squaring. */
function powerOfX(lengthBytes: number): number {
  let result = 0x80000000;
  let square = 0x00800000;
  for (let rest = lengthBytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(square, result);
    square = multiply(square, square);
  }
  return result;
}
