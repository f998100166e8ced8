import { continueCrc } from './chunk-sums.js';
import type { BlockFile, Files } from './files.js';
import { longestMatch, readBytes, writeBytes } from './integrity.js';
import {
  type ChecksumFormat,
  ChecksumType,
  decodeMetaHeader,
  META_HEADER_BYTES,
  metaLength,
  sumBytes,
} from './meta-header.js';
import type { ReplicaPaths } from './open-replica.js';
import { refusal } from './refusal.js';

/** A replica ready to be continued at a length. */
export interface ReadyTail {
  readonly format: ChecksumFormat;
  /** CRC of the partial chunk at the end; 0 on a chunk's border. */
  readonly crc: number;
}

/**
 * Cuts a replica that nobody writes to `lengthBytes` and gives its last chunk the sum of what is left. The chunk that
 * is cut, or that more will be appended to, is checked first: a new sum must not make damage look right. Refuses when
 * the replica is shorter or damaged there.
 */
export async function cutReplica(files: Files, paths: ReplicaPaths, lengthBytes: number): Promise<ReadyTail> {
  const data = await files.open(paths.data, 'update');
  try {
    const meta = await files.open(paths.meta, 'update');
    try {
      return await cutOpen(data, meta, paths, lengthBytes);
    } finally {
      await meta.close();
    }
  } finally {
    await data.close();
  }
}

async function cutOpen(data: BlockFile, meta: BlockFile, paths: ReplicaPaths, lengthBytes: number): Promise<ReadyTail> {
  const format = decodeMetaHeader(await readBytes(meta, META_HEADER_BYTES, 0));
  if (format === null) throw refusal('IOException', `Corrupted meta file ${paths.meta}`);
  const dataLength = await data.sizeBytes();
  if (dataLength < lengthBytes) {
    throw refusal('IOException', `${paths.data} has ${dataLength} bytes, ${lengthBytes} were expected`);
  }
  const partial = lengthBytes % format.bytesPerChecksum;
  let crc = 0;
  if (partial > 0 && format.type !== ChecksumType.NULL) {
    const start = lengthBytes - partial;
    const chunk = await readBytes(data, Math.min(format.bytesPerChecksum, dataLength - start), start);
    const sumAt = META_HEADER_BYTES + (start / format.bytesPerChecksum) * sumBytes(format);
    const sum = await readBytes(meta, sumBytes(format), sumAt);
    if (sum.length < sumBytes(format) || longestMatch(format, chunk, sum.readUInt32BE(0)) < partial) {
      throw refusal('IOException', `Partial CRC mismatch in ${paths.data} between ${start} and ${lengthBytes}`);
    }
    crc = continueCrc(format, chunk.subarray(0, partial), 0);
    if (chunk.length > partial) {
      sum.writeUInt32BE(crc, 0);
      await data.truncate(lengthBytes);
      await writeBytes(meta, sum, sumAt);
    }
  } else if (dataLength > lengthBytes) {
    await data.truncate(lengthBytes);
  }
  if ((await meta.sizeBytes()) > metaLength(format, lengthBytes)) await meta.truncate(metaLength(format, lengthBytes));
  return { format, crc };
}
