import type { ByteWriter, Codec } from '@rfs/base/bytes';

/** DataTransferProtocol.DATA_TRANSFER_VERSION. */
export const TRANSFER_VERSION = 28;

/** The byte that says what a request on a datanode's data port wants (datatransfer.Op). */
export const Op = {
  WRITE_BLOCK: 80,
  READ_BLOCK: 81,
  READ_METADATA: 82,
  REPLACE_BLOCK: 83,
  COPY_BLOCK: 84,
  BLOCK_CHECKSUM: 85,
  TRANSFER_BLOCK: 86,
  REQUEST_SHORT_CIRCUIT_FDS: 87,
  RELEASE_SHORT_CIRCUIT_FDS: 88,
  REQUEST_SHORT_CIRCUIT_SHM: 89,
  BLOCK_GROUP_CHECKSUM: 90,
  CUSTOM: 127,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** A message with its length before it, as everything but packets travels on the data port. */
export function writeMessage<T>(writer: ByteWriter, codec: Codec<T>, message: T): void {
  const at = writer.beginDelimited();
  codec.encode(writer, message);
  writer.endDelimited(at);
}

/** A request: version, op, message. */
export function writeOp<T>(writer: ByteWriter, op: Op, codec: Codec<T>, message: T): void {
  writer.uint16(TRANSFER_VERSION);
  writer.uint8(op);
  writeMessage(writer, codec, message);
}
