import { crc32 } from 'node:zlib';
import { chunkCount, computeChunks, crc32c, verifyChunks } from '@rfs/base/checksum';
import { type ChecksumFormat, ChecksumType } from './meta-header.js';

/** The CRC of `bytes` after those that `initial` is the CRC of. */
export function continueCrc(format: ChecksumFormat, bytes: Uint8Array, initial: number): number {
  return format.type === ChecksumType.CRC32 ? crc32(bytes, initial) : crc32c(bytes, initial);
}

/**
 * Index of the first chunk of `data` that its sum does not match, or -1. `sums` holds four big-endian bytes a chunk and
 * none for type NULL, which matches anything.
 */
export function findBadChunk(format: ChecksumFormat, data: Uint8Array, sums: Uint8Array): number {
  if (format.type === ChecksumType.NULL) return -1;
  if (format.type === ChecksumType.CRC32C) {
    return verifyChunks(data, 0, data.length, sums, 0, format.bytesPerChecksum);
  }
  const view = new DataView(sums.buffer, sums.byteOffset, sums.length);
  const chunks = chunkCount(data.length, format.bytesPerChecksum);
  for (let i = 0; i < chunks; i++) {
    const start = i * format.bytesPerChecksum;
    const end = Math.min(start + format.bytesPerChecksum, data.length);
    if (crc32(data.subarray(start, end)) !== view.getUint32(i * 4)) return i;
  }
  return -1;
}

/** The sums of `data`, which starts on a chunk. */
export function sumsOf(format: ChecksumFormat, data: Uint8Array): Buffer {
  if (format.type === ChecksumType.NULL) return Buffer.alloc(0);
  const chunks = chunkCount(data.length, format.bytesPerChecksum);
  const sums = Buffer.allocUnsafeSlow(chunks * 4);
  if (format.type === ChecksumType.CRC32C) {
    computeChunks(data, 0, data.length, format.bytesPerChecksum, sums, 0);
    return sums;
  }
  for (let i = 0; i < chunks; i++) {
    const start = i * format.bytesPerChecksum;
    sums.writeUInt32BE(crc32(data.subarray(start, Math.min(start + format.bytesPerChecksum, data.length))), i * 4);
  }
  return sums;
}
