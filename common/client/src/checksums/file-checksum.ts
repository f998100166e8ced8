import { ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { FailureError } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import {
  BlockOpResponseProto,
  ChecksumTypeProto,
  type DatanodeIDProto,
  type LocatedBlockProto,
  OpBlockChecksumProto,
  type OpBlockChecksumResponseProto,
  Status,
} from '@rfs/protocol/messages';
import { Op, TransferReader, writeOp } from '@rfs/protocol/transfer';
import { dialDatanode } from '../network/index.js';
import type { ClientSettings } from '../settings/index.js';
import { md5 } from './md5.js';

/** A checksum of a whole file, in HDFS's form: bytes per CRC, CRCs per block, MD5. */
export interface FileChecksum {
  /** Such as `MD5-of-0MD5-of-512CRC32C`. */
  readonly algorithm: string;
  readonly bytes: Uint8Array;
}

const TYPE_NAMES: Record<number, string> = {
  [ChecksumTypeProto.CHECKSUM_NULL]: 'NULL',
  [ChecksumTypeProto.CHECKSUM_CRC32]: 'CRC32',
  [ChecksumTypeProto.CHECKSUM_CRC32C]: 'CRC32C',
};
/** Least length of what the MD5 is taken of; it doubles until the blocks' MD5s fit (FileChecksumHelper's buffer). */
const LEAST_SUMMED_BYTES = 32;

/**
 * The MD5 of the MD5s of the CRCs of a file's blocks, each asked from a datanode that has the block: equal for equal
 * bytes, block size and kind of checksum (FileChecksumHelper).
 */
export async function fileChecksum(
  path: string,
  blocks: readonly LocatedBlockProto[],
  settings: ClientSettings,
  clock: Clock,
): Promise<FileChecksum> {
  const sums: Uint8Array[] = [];
  let first: OpBlockChecksumResponseProto | undefined;
  for (const block of blocks) {
    const answer = await blockChecksum(path, block, settings, clock);
    first ??= answer;
    sums.push(answer.blockChecksum);
  }
  const writer = new ByteWriter(28);
  const perCrc = first?.bytesPerCrc ?? 0;
  // How many CRCs a block has says something only where there are several blocks.
  const perBlock = blocks.length > 1 ? (first?.crcPerBlock ?? 0) : 0;
  writer.int32(perCrc);
  writer.int64(perBlock);
  writer.bytes(md5([...sums, zerosBehind(sums)]));
  const type = TYPE_NAMES[first?.crcType ?? ChecksumTypeProto.CHECKSUM_CRC32] ?? 'CRC32';
  return { algorithm: `MD5-of-${perBlock}MD5-of-${perCrc}${type}`, bytes: writer.copy() };
}

/** The MD5 covers the whole of Java's buffer, the zeros behind the blocks' MD5s included. */
function zerosBehind(sums: readonly Uint8Array[]): Uint8Array {
  const used = sums.reduce((length, sum) => length + sum.length, 0);
  let length = LEAST_SUMMED_BYTES;
  while (length < used) length *= 2;
  return new Uint8Array(length - used);
}

async function blockChecksum(
  path: string,
  block: LocatedBlockProto,
  settings: ClientSettings,
  clock: Clock,
): Promise<OpBlockChecksumResponseProto> {
  const stories: string[] = [];
  for (const { id } of block.locs) {
    const answer = await ask(id, block, settings, clock);
    if (typeof answer !== 'string') return answer;
    stories.push(`${id.ipAddr}:${id.xferPort}: ${answer}`);
  }
  const text = `Fail to get block checksum for block ${block.b.blockId} of ${path} (${stories.join('; ') || 'no replica'})`;
  throw new FailureError(failure('IOException', text));
}

/** One datanode's answer, or what stood in the way. */
async function ask(
  node: DatanodeIDProto,
  block: LocatedBlockProto,
  settings: ClientSettings,
  clock: Clock,
): Promise<OpBlockChecksumResponseProto | string> {
  const transfer = new TransferReader();
  let done: (outcome: OpBlockChecksumResponseProto | string) => void = () => {};
  const outcome = new Promise<OpBlockChecksumResponseProto | string>((resolve) => {
    done = resolve;
  });
  const host = settings.useDatanodeHostname ? node.hostName : node.ipAddr;
  const socket = await dialDatanode(host, node.xferPort, settings.socketTimeoutMs, clock, {
    bytes: (chunk, lent) => {
      try {
        transfer.push(chunk, lent);
        const answer = transfer.nextMessage(BlockOpResponseProto);
        if (answer === null) return true;
        const sum = answer.status === Status.SUCCESS ? answer.checksumResponse : undefined;
        done(sum ?? answer.message ?? `status ${answer.status}`);
      } catch (error) {
        if (!(error instanceof MalformedBytes)) throw error;
        done(error.message);
      }
      return true;
    },
    closed: (error) => done(error?.message ?? 'the datanode closed the connection'),
  });
  if (socket instanceof Error) return socket.message;
  const writer = new ByteWriter(512);
  writeOp(writer, Op.BLOCK_CHECKSUM, OpBlockChecksumProto, {
    header: { block: block.b, token: block.blockToken },
  });
  socket.expect(settings.socketTimeoutMs);
  socket.send([writer.written()]);
  try {
    return await outcome;
  } finally {
    socket.destroy();
  }
}
