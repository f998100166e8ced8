import {
  type ChecksumFormat,
  findBadChunk,
  META_HEADER_BYTES,
  type ReadableReplica,
  sumBytes,
  sumsLength,
} from '../store/index.js';

/** The replica's data on disk does not match its sums. */
export class CorruptReplica extends Error {
  override readonly name = 'CorruptReplica';
}

/** Bytes of sums to read with `dataLength` bytes of a replica's data. */
export function sumsToRead(replica: ReadableReplica, format: ChecksumFormat, dataLength: number): number {
  return replica.meta === null ? 0 : sumsLength(format, dataLength);
}

/**
 * Fills `data` and `sums` from `position`, which begins a chunk, and checks one against the other. Rejects with
 * CorruptReplica or the disk's error.
 */
export async function readVerified(
  replica: ReadableReplica,
  position: number,
  data: Buffer,
  sums: Buffer,
): Promise<void> {
  const { format, meta, tail } = replica;
  const reads = [filled(replica.data, data, position)];
  if (meta !== null) {
    const sumsPosition = META_HEADER_BYTES + (position / format.bytesPerChecksum) * sumBytes(format);
    reads.push(filled(meta, sums, sumsPosition));
  }
  await Promise.all(reads);
  if (tail !== null && tail.lengthBytes === position + data.length && sums.length > 0) {
    sums.writeUInt32BE(tail.sum, sums.length - 4);
  }
  const bad = meta === null ? -1 : findBadChunk(format, data, sums);
  if (bad >= 0) throw new CorruptReplica(`chunk at ${position + bad * format.bytesPerChecksum} is damaged`);
}

/** Resolves when `into` is full; a file that ends before is damaged. */
function filled(file: ReadableReplica['data'], into: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    file.read(into, position, (error, count) => {
      if (error !== null) reject(error);
      else if (count < into.length) reject(new CorruptReplica(`the file ends at ${position + count}`));
      else resolve();
    });
  });
}
