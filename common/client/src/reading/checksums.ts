import { crc32 } from 'node:zlib';
import { verifyChunks } from '@rfs/base/checksum';
import { ChecksumTypeProto } from '@rfs/protocol/messages';

const BYTES_PER_SUM = 4;

/** The index of the first chunk of the region that does not match its checksum of the given type, or -1. */
export function verifyRegion(
  type: ChecksumTypeProto,
  data: Buffer,
  dataAt: number,
  dataLength: number,
  sums: Buffer,
  bytesPerChecksum: number,
): number {
  if (type === ChecksumTypeProto.CHECKSUM_CRC32C) {
    return verifyChunks(data, dataAt, dataLength, sums, 0, bytesPerChecksum);
  }
  for (let done = 0, index = 0; done < dataLength; done += bytesPerChecksum, index++) {
    const end = Math.min(dataLength, done + bytesPerChecksum);
    if (crc32(data.subarray(dataAt + done, dataAt + end)) !== sums.readUInt32BE(index * BYTES_PER_SUM)) return index;
  }
  return -1;
}
