import type { ExtendedBlockProto } from '@rfs/protocol/messages';
import { type Block, blockText, closeReadable, openForRead, type ReadableReplica } from '../store/index.js';
import { rangeOf, type SendRange } from './block-sender.js';
import { reportIfDamaged, reportIfGone } from './damage.js';
import { blockFromProto } from './peers.js';
import type { TransferService } from './service.js';
import { CorruptReplica, readVerified, sumsToRead } from './verified-read.js';

/** The first piece is small: a seek that reads little gets it at once. */
const FIRST_PIECE_BYTES = 64 * 1024;
/** One piece is being taken while the next is read: a slow reader holds two of these. Whole chunks of any usual size. */
const PIECE_BYTES = 256 * 1024;

/** Replicas read by this process itself, without the data port: WebHDFS is a client within the datanode. */
export class LocalReads {
  /** Bytes of files read here that came from this datanode's own replicas. */
  localBytes = 0;
  /** Bytes of files read here that came from other datanodes. */
  remoteBytes = 0;
  private readonly service: () => TransferService | null;

  /** @param service null until a namenode is known */
  constructor(service: () => TransferService | null) {
    this.service = service;
  }

  /**
   * Verified pieces of a range of a block, which belong to whoever takes them; undefined when no replica is here. They
   * end with an error when the replica cannot be read; what is damaged is reported to the namenodes.
   */
  open(proto: ExtendedBlockProto, offset: number, lengthBytes: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    const service = this.service();
    const block = blockFromProto(proto);
    const isHere = service !== null && service.store.viewInPool(block) !== null;
    return Promise.resolve(isHere ? this.pieces(service, block, offset, lengthBytes) : undefined);
  }

  noteRemote(bytes: number): void {
    this.remoteBytes += bytes;
  }

  private async *pieces(
    service: TransferService,
    block: Block,
    offset: number,
    lengthBytes: number,
  ): AsyncGenerator<Uint8Array, void> {
    let replica: ReadableReplica;
    try {
      replica = await openForRead(service.store, block, offset + lengthBytes);
    } catch (error) {
      reportIfGone(service, block, error);
      throw error;
    }
    try {
      const range = rangeOf(replica, offset, lengthBytes);
      if (range === null) throw new CorruptReplica(`${blockText(block)} has ${replica.endBytes} bytes here`);
      for await (const { position, data } of verified(replica, range)) {
        const from = Math.max(0, offset - position);
        const piece = data.subarray(from, Math.min(data.length, offset + lengthBytes - position));
        this.localBytes += piece.length;
        yield piece;
      }
      service.counters.blocksRead++;
    } catch (error) {
      reportIfDamaged(service, block, replica, error);
      throw error;
    } finally {
      await closeReadable(replica);
    }
  }
}

interface VerifiedPiece {
  readonly position: number;
  readonly data: Buffer;
}

/** The range in pieces of whole chunks, each read while the one before is taken. */
async function* verified(replica: ReadableReplica, range: SendRange): AsyncGenerator<VerifiedPiece, void> {
  let position = range.startBytes;
  let pieceBytes = FIRST_PIECE_BYTES;
  const start = (): Promise<VerifiedPiece> | undefined => {
    if (position >= range.endBytes) return undefined;
    const piece = readPiece(replica, position, Math.min(pieceBytes, range.endBytes - position));
    // It is awaited in its turn; a failure before that is not unheard.
    piece.catch(() => undefined);
    position += pieceBytes;
    pieceBytes = PIECE_BYTES;
    return piece;
  };
  let next = start();
  try {
    while (next !== undefined) {
      const piece = await next;
      next = start();
      yield piece;
    }
  } finally {
    // The files are closed after this, not under a read.
    await Promise.allSettled([next]);
  }
}

async function readPiece(replica: ReadableReplica, position: number, length: number): Promise<VerifiedPiece> {
  const data = Buffer.allocUnsafeSlow(length);
  await readVerified(replica, position, data, Buffer.allocUnsafe(sumsToRead(replica, replica.format, length)));
  return { position, data };
}
