import { Blake3 } from '@rfs/base/checksum';
import { findBadChunk, META_HEADER_BYTES, type ReadableReplica, sumBytes, sumsLength } from '../store/index.js';

/** Read and checked in one turn of the loop: well below a millisecond of work. */
const SLICE_BYTES = 1024 * 1024;

export type Verdict =
  | { readonly kind: 'good'; readonly digest: Uint8Array }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'damaged'; readonly detail: string };

/**
 * Reads a whole replica and checks every chunk against its sum, and all of it against its digest.
 * @param recorded the digest that was taken when the replica was written; null when none was
 * @param spend called before each read with what it takes of the disk; false ends the verification
 * @throws the disk's error
 */
export async function verifyReplica(
  replica: ReadableReplica,
  recorded: Uint8Array | null,
  spend: (bytes: number) => Promise<boolean>,
): Promise<Verdict> {
  const { data, meta, format, endBytes } = replica;
  const chunk = format.bytesPerChecksum;
  const sliceBytes = Math.max(chunk, SLICE_BYTES - (SLICE_BYTES % chunk));
  const dataBuffer = Buffer.allocUnsafeSlow(Math.min(sliceBytes, endBytes));
  const sumsBuffer = Buffer.allocUnsafeSlow(sumsLength(format, dataBuffer.length));
  const hasher = new Blake3();
  for (let position = 0; position < endBytes; position += sliceBytes) {
    const length = Math.min(sliceBytes, endBytes - position);
    const bytes = dataBuffer.subarray(0, length);
    const sums = sumsBuffer.subarray(0, meta === null ? 0 : sumsLength(format, length));
    if (!(await spend(length + sums.length))) return { kind: 'stopped' };
    if ((await read(data, bytes, position)) < length) return damaged(`the file ends before ${endBytes}`);
    if (meta !== null) {
      const sumsAt = META_HEADER_BYTES + (position / chunk) * sumBytes(format);
      if ((await read(meta, sums, sumsAt)) < sums.length) return damaged(`sums from ${position} on are missing`);
      const bad = findBadChunk(format, bytes, sums);
      if (bad >= 0) return damaged(`the chunk at ${position + bad * chunk} does not match its sum`);
    }
    hasher.update(bytes);
  }
  const digest = hasher.digest();
  if (recorded !== null && Buffer.compare(digest, recorded) !== 0) {
    return damaged('the data matches its sums, but not its digest');
  }
  return { kind: 'good', digest };
}

function damaged(detail: string): Verdict {
  return { kind: 'damaged', detail };
}

/** Fills `into` as far as the file goes; the bytes that were there. */
function read(file: ReadableReplica['data'], into: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    file.read(into, position, (error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
