import { continueCrc } from './chunk-sums.js';
import type { BlockFile, Files } from './files.js';
import { type ChecksumFormat, ChecksumType, decodeMetaHeader, META_HEADER_BYTES, sumBytes } from './meta-header.js';
import type { ReplicaPaths } from './open-replica.js';

/** What is left of a replica that nobody closed. */
export interface Survivor {
  readonly lengthBytes: number;
  /** Null when not even the header of its sums is there; the length is then 0. */
  readonly format: ChecksumFormat | null;
}

/**
 * Finds how much of a replica left in `rbw` its sums vouch for, and cuts the rest off
 * (BlockPoolSlice.validateIntegrityAndSetLength). Only the last chunk is read: data is written before its sums, so
 * earlier ones are whole. Unlike HDFS, which drops a last chunk that does not match its sum, the longest prefix of it
 * that does match is kept: that is what was acknowledged before the crash overwrote part of the chunk.
 */
export async function cutToVerified(files: Files, paths: ReplicaPaths): Promise<Survivor> {
  const dataLength = await files.sizeBytes(paths.data);
  const metaLength = await files.sizeBytes(paths.meta);
  if (dataLength === null || metaLength === null || metaLength < META_HEADER_BYTES)
    return { lengthBytes: 0, format: null };
  const data = await files.open(paths.data, 'update');
  try {
    const meta = await files.open(paths.meta, 'update');
    try {
      return await cutOpen(data, dataLength, meta, metaLength);
    } finally {
      await meta.close();
    }
  } finally {
    await data.close();
  }
}

async function cutOpen(data: BlockFile, dataLength: number, meta: BlockFile, metaLength: number): Promise<Survivor> {
  const format = decodeMetaHeader(await readBytes(meta, META_HEADER_BYTES, 0));
  if (format === null) return { lengthBytes: 0, format: null };
  if (format.type === ChecksumType.NULL) return { lengthBytes: dataLength, format };
  const { bytesPerChecksum } = format;
  const size = sumBytes(format);
  const chunks = Math.min(
    Math.ceil(dataLength / bytesPerChecksum),
    Math.floor((metaLength - META_HEADER_BYTES) / size),
  );
  let lengthBytes = 0;
  if (chunks > 0) {
    const lastStart = (chunks - 1) * bytesPerChecksum;
    const chunk = await readBytes(data, Math.min(bytesPerChecksum, dataLength - lastStart), lastStart);
    const sum = await readBytes(meta, size, META_HEADER_BYTES + (chunks - 1) * size);
    lengthBytes = lastStart + longestMatch(format, chunk, sum.readUInt32BE(0));
  }
  if (lengthBytes < dataLength) await data.truncate(lengthBytes);
  const keptMeta = META_HEADER_BYTES + Math.ceil(lengthBytes / bytesPerChecksum) * size;
  if (keptMeta < metaLength) await meta.truncate(keptMeta);
  return { lengthBytes, format };
}

/** Length of the longest prefix of `chunk` whose CRC is `sum`; 0 when none is. */
export function longestMatch(format: ChecksumFormat, chunk: Uint8Array, sum: number): number {
  let longest = 0;
  let crc = 0;
  for (let i = 0; i < chunk.length; i++) {
    crc = continueCrc(format, chunk.subarray(i, i + 1), crc);
    if (crc === sum) longest = i + 1;
  }
  return longest;
}

/** Up to `length` bytes at `position`. */
export function readBytes(file: BlockFile, length: number, position: number): Promise<Buffer> {
  const into = Buffer.allocUnsafeSlow(length);
  return new Promise((resolve, reject) => {
    file.read(into, position, (error, count) => (error === null ? resolve(into.subarray(0, count)) : reject(error)));
  });
}

export function writeBytes(file: BlockFile, bytes: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write([bytes], position, (error) => (error === null ? resolve() : reject(error)));
  });
}
