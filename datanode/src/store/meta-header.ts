/** Checksum types by their numbers in meta files and on the wire (DataChecksum.Type). */
export const ChecksumType = { NULL: 0, CRC32: 1, CRC32C: 2 } as const;
export type ChecksumType = (typeof ChecksumType)[keyof typeof ChecksumType];

/** Two bytes version, one byte type, four bytes bytesPerChecksum (BlockMetadataHeader). */
export const META_HEADER_BYTES = 7;
const META_VERSION = 1;
/** A chunk larger than this is refused: a packet carries at least one whole chunk. */
const MAX_BYTES_PER_CHECKSUM = 16 * 1024 * 1024;

/** How a replica's data is cut into chunks, each with its sum in the meta file. */
export interface ChecksumFormat {
  readonly type: ChecksumType;
  readonly bytesPerChecksum: number;
}

/** Bytes that one chunk's sum takes. */
export function sumBytes(format: ChecksumFormat): number {
  return format.type === ChecksumType.NULL ? 0 : 4;
}

/** Length of the sums for `dataBytes` of data that starts on a chunk. */
export function sumsLength(format: ChecksumFormat, dataBytes: number): number {
  return Math.ceil(dataBytes / format.bytesPerChecksum) * sumBytes(format);
}

/** Length of the meta file of a replica of `dataBytes`. */
export function metaLength(format: ChecksumFormat, dataBytes: number): number {
  return META_HEADER_BYTES + sumsLength(format, dataBytes);
}

export function encodeMetaHeader(format: ChecksumFormat): Buffer {
  const header = Buffer.allocUnsafeSlow(META_HEADER_BYTES);
  header.writeUInt16BE(META_VERSION, 0);
  header.writeUInt8(format.type, 2);
  header.writeUInt32BE(format.bytesPerChecksum, 3);
  return header;
}

/** Null when the bytes are no header of a version and type that we know. */
export function decodeMetaHeader(bytes: Uint8Array): ChecksumFormat | null {
  if (bytes.length < META_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, META_HEADER_BYTES);
  if (view.getUint16(0) !== META_VERSION) return null;
  return checksumFormat(view.getUint8(2), view.getUint32(3));
}

/** Null for a type that we cannot compute or a chunk size out of range. */
export function checksumFormat(type: number, bytesPerChecksum: number): ChecksumFormat | null {
  if (bytesPerChecksum < 1 || bytesPerChecksum > MAX_BYTES_PER_CHECKSUM) return null;
  switch (type) {
    case ChecksumType.NULL:
    case ChecksumType.CRC32:
    case ChecksumType.CRC32C:
      return { type, bytesPerChecksum };
    default:
      return null;
  }
}
