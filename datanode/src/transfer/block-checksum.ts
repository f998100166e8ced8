import { CrcShift, combineCrc32c } from '@rfs/base/checksum';
import { md5 } from '@rfs/client/checksums';
import {
  BlockChecksumTypeProto,
  type ChecksumTypeProto,
  type OpBlockChecksumProto,
  type OpBlockChecksumResponseProto,
} from '@rfs/protocol/messages';
import {
  type Block,
  type BlockFile,
  ChecksumType,
  closeReadable,
  continueCrc,
  META_HEADER_BYTES,
  openForRead,
  type ReadableReplica,
  type ReplicaStore,
} from '../store/index.js';

/**
 * The checksum of a replica, made of its chunks' CRCs (BlockChecksumHelper.ReplicatedBlockChecksumComputer): their MD5,
 * or the CRC of the data that they combine to. The block's length says how much of the replica counts.
 */
export async function blockChecksum(
  store: ReplicaStore,
  block: Block,
  request: OpBlockChecksumProto,
): Promise<OpBlockChecksumResponseProto> {
  const replica = await openForRead(store, block, 0);
  try {
    const { format, view } = replica;
    const lengthBytes = Math.min(block.lengthBytes, view.visibleBytes);
    const sums = await sumsUpTo(replica, lengthBytes);
    const composite = request.blockChecksumOptions?.blockChecksumType === BlockChecksumTypeProto.COMPOSITE_CRC;
    if (composite && format.type !== ChecksumType.CRC32C) {
      throw new Error(`composite checksums need CRC32C, the replica has type ${format.type}`);
    }
    return {
      bytesPerCrc: format.bytesPerChecksum,
      crcPerBlock: format.type === ChecksumType.NULL ? 0 : Math.ceil(view.onDiskBytes / format.bytesPerChecksum),
      blockChecksum: composite ? compositeCrc(sums, lengthBytes, format.bytesPerChecksum) : md5([sums]),
      crcType: format.type as ChecksumTypeProto,
      blockChecksumOptions: request.blockChecksumOptions,
    };
  } finally {
    await closeReadable(replica);
  }
}

/** The sums of the first `lengthBytes`; the last one computed from the data when the chunk goes on behind them. */
async function sumsUpTo(replica: ReadableReplica, lengthBytes: number): Promise<Buffer> {
  const { format, meta, tail } = replica;
  if (meta === null) return Buffer.alloc(0);
  const partial = lengthBytes % format.bytesPerChecksum;
  const sums = await readExactly(meta, Math.ceil(lengthBytes / format.bytesPerChecksum) * 4, META_HEADER_BYTES);
  if (partial > 0 && lengthBytes < replica.endBytes) {
    const data = await readExactly(replica.data, partial, lengthBytes - partial);
    sums.writeUInt32BE(continueCrc(format, data, 0), sums.length - 4);
  } else if (tail !== null && tail.lengthBytes === lengthBytes) sums.writeUInt32BE(tail.sum, sums.length - 4);
  return sums;
}

/** CRC32C of the data, from the CRCs of its chunks (CrcComposer). */
function compositeCrc(sums: Buffer, lengthBytes: number, bytesPerChecksum: number): Uint8Array {
  const whole = Math.floor(lengthBytes / bytesPerChecksum);
  const rest = lengthBytes - whole * bytesPerChecksum;
  let crc = new CrcShift(bytesPerChecksum).fold(sums, 0, whole);
  if (rest > 0) crc = combineCrc32c(crc, sums.readUInt32BE(whole * 4), rest);
  const out = Buffer.alloc(4);
  out.writeUInt32BE(crc);
  return out;
}

function readExactly(file: BlockFile, length: number, position: number): Promise<Buffer> {
  const into = Buffer.allocUnsafeSlow(length);
  return new Promise((resolve, reject) => {
    file.read(into, position, (error, count) => {
      if (error !== null) reject(error);
      else if (count < length) reject(new Error(`the file ends at ${position + count}`));
      else resolve(into);
    });
  });
}
