import { ChecksumTypeProto } from '../messages/index.js';

/** Bytes of one chunk's checksum (DataChecksum.Type). */
function checksumBytes(type: ChecksumTypeProto): number {
  return type === ChecksumTypeProto.CHECKSUM_NULL ? 0 : 4;
}

/** Bytes that the checksums of `dataLength` bytes of data take, a partial last chunk included. */
export function checksumsLength(type: ChecksumTypeProto, bytesPerChecksum: number, dataLength: number): number {
  return checksumBytes(type) * Math.ceil(dataLength / bytesPerChecksum);
}

/** The chunk boundary at or below `offset`: where a read must begin so that its first chunk can be checked. */
export function chunkStart(bytesPerChecksum: number, offset: number): number {
  return offset - (offset % bytesPerChecksum);
}
