import type { DataEvents, DataLink } from '@rfs/client/network';
import type { DatanodeIDProto, ExtendedBlockProto } from '@rfs/protocol/messages';
import { type Block, blockText, closeReadable, openForRead, type ReadableReplica } from '../store/index.js';
import { rangeOf, type SendRange } from './block-sender.js';
import { reportIfDamaged, reportIfGone } from './damage.js';
import { blockFromProto } from './peers.js';
import type { TransferService } from './service.js';
import { CorruptReplica, readVerified, sumsToRead } from './verified-read.js';

/** The first piece is small: a seek that reads little gets it at once. Whole chunks of any usual size. */
const SMALL_PIECE_BYTES = 64 * 1024;
/** One piece is being taken while the next is read: a slow reader holds two of these. */
const LARGE_PIECE_BYTES = 256 * 1024;
/** Readers that may hold so much; each one more holds one small piece, so that a thousand slow ones stay cheap. */
const MOST_LARGE_READERS = 32;
/** Pieces of memory kept for later reads. */
const KEPT_PIECES = 32;

/** Memory for pieces, used again: fresh memory costs a page fault for every page of it, as much as the reading itself. */
class PieceMemory {
  readers = 0;
  private readonly small: Buffer[] = [];
  private readonly large: Buffer[] = [];

  /** A piece of at least `bytes`. */
  take(bytes: number): Buffer {
    if (bytes <= SMALL_PIECE_BYTES) return this.small.pop() ?? Buffer.allocUnsafeSlow(SMALL_PIECE_BYTES);
    return this.large.pop() ?? Buffer.allocUnsafeSlow(LARGE_PIECE_BYTES);
  }

  give(memory: Buffer): void {
    const free = memory.length === SMALL_PIECE_BYTES ? this.small : this.large;
    if (free.length < KEPT_PIECES) free.push(memory);
  }
}

/** Replicas read by this process itself, without the data port: WebHDFS is a client within the datanode. */
export class LocalReads {
  /** Bytes of files read here that came from this datanode's own replicas. */
  localBytes = 0;
  /** Bytes of files read here that came from other datanodes. */
  remoteBytes = 0;
  private readonly service: () => TransferService | null;
  private readonly dialSelf: (events: DataEvents) => DataLink;
  private readonly memory = new PieceMemory();

  /**
   * @param service null until a namenode is known
   * @param dialSelf connects to the own data port
   */
  constructor(service: () => TransferService | null, dialSelf: (events: DataEvents) => DataLink) {
    this.service = service;
    this.dialSelf = dialSelf;
  }

  /**
   * Verified pieces of a range of a block, each unchanged until the next one is asked for; undefined when no replica is
   * here. They end with an error when the replica cannot be read; what is damaged is reported to the namenodes.
   */
  open(proto: ExtendedBlockProto, offset: number, lengthBytes: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    const service = this.service();
    const block = blockFromProto(proto);
    const isHere = service !== null && service.store.viewInPool(block) !== null;
    return Promise.resolve(isHere ? this.pieces(service, block, offset, lengthBytes) : undefined);
  }

  /** @inheritdoc LocalReplicas */
  dial({ datanodeUuid }: DatanodeIDProto, events: DataEvents): DataLink | undefined {
    return this.service()?.datanodeUuid === datanodeUuid ? this.dialSelf(events) : undefined;
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
      for await (const { position, data } of verified(replica, range, this.memory)) {
        const from = Math.max(0, offset - position);
        const piece = data.subarray(from, Math.min(data.length, offset + lengthBytes - position));
        this.localBytes += piece.length;
        yield piece;
      }
      service.counters.blocksRead++;
      service.read(block.blockId, replica.view.volume);
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
  /** What `data` is a part of. */
  readonly memory: Buffer;
}

/** The range in pieces of whole chunks, each read while the one before is taken unless there are many readers. */
async function* verified(
  replica: ReadableReplica,
  range: SendRange,
  memory: PieceMemory,
): AsyncGenerator<VerifiedPiece, void> {
  const sums = Buffer.allocUnsafe(sumsToRead(replica, replica.format, LARGE_PIECE_BYTES));
  const isCrowded = (): boolean => memory.readers > MOST_LARGE_READERS;
  let position = range.startBytes;
  const start = (): Promise<VerifiedPiece> | undefined => {
    if (position >= range.endBytes) return undefined;
    const most = position === range.startBytes || isCrowded() ? SMALL_PIECE_BYTES : LARGE_PIECE_BYTES;
    const length = Math.min(most, range.endBytes - position);
    const piece = readPiece(replica, position, length, memory.take(length), sums);
    // It is awaited in its turn; a failure before that is not unheard.
    piece.catch(() => undefined);
    position += length;
    return piece;
  };
  memory.readers++;
  let next = start();
  let taken: VerifiedPiece | undefined;
  try {
    while (next !== undefined) {
      taken = await next;
      next = isCrowded() ? undefined : start();
      yield taken;
      memory.give(taken.memory);
      taken = undefined;
      next ??= start();
    }
  } finally {
    memory.readers--;
    if (taken !== undefined) memory.give(taken.memory);
    // The files are closed after this, and the memory used again, not under a read.
    const [rest] = await Promise.allSettled([next]);
    if (rest.status === 'fulfilled' && rest.value !== undefined) memory.give(rest.value.memory);
  }
}

async function readPiece(
  replica: ReadableReplica,
  position: number,
  length: number,
  memory: Buffer,
  sums: Buffer,
): Promise<VerifiedPiece> {
  const data = memory.subarray(0, length);
  await readVerified(replica, position, data, sums.subarray(0, sumsToRead(replica, replica.format, length)));
  return { position, data, memory };
}
