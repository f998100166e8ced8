import { ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import {
  BlockOpResponseProto,
  ChecksumTypeProto,
  ClientReadStatusProto,
  type DatanodeIDProto,
  type LocatedBlockProto,
  OpReadBlockProto,
  Status,
} from '@rfs/protocol/messages';
import { HEARTBEAT_SEQNO, Op, TransferReader, writeMessage, writeOp } from '@rfs/protocol/transfer';
import type { DataEvents, DataSocket } from '../network/index.js';
import { verifyRegion } from './checksums.js';
import type { DatanodeConnections } from './connections.js';
import { ReplicaProblem } from './problem.js';

/** What waits to be taken where a reader does not say how much may. */
export const READ_AHEAD_BYTES = 2 * 1024 * 1024;

export interface BlockRange {
  readonly block: LocatedBlockProto;
  /** First byte in the block. */
  readonly offset: number;
  readonly lengthBytes: number;
  readonly clientName: string;
  readonly verify: boolean;
  /** Verified bytes that wait to be taken: receiving stops above, and goes on below half of it. */
  readonly readAheadBytes: number;
}

/**
 * A range of one replica on its way from one datanode, every chunk checked (BlockReaderRemote). The datanode begins at
 * the chunk in which the range begins; what comes before the range is cut off.
 */
export class BlockReader implements DataEvents {
  private readonly range: BlockRange;
  private readonly node: DatanodeIDProto;
  private readonly connections: DatanodeConnections;
  private readonly transfer = new TransferReader();
  private socket!: DataSocket;
  private readonly pieces: Uint8Array[] = [];
  private taken = 0;
  private waitingBytes = 0;
  private paused = false;
  private state: 'asked' | 'streaming' | 'done' | 'failed' = 'asked';
  private problem: ReplicaProblem | undefined;
  private wake: (() => void) | undefined;
  private checksumType: ChecksumTypeProto = ChecksumTypeProto.CHECKSUM_NULL;
  private bytesPerChecksum = 0;
  /** Where in the block the next packet begins. */
  private position = 0;

  private constructor(range: BlockRange, node: DatanodeIDProto, connections: DatanodeConnections) {
    this.range = range;
    this.node = node;
    this.connections = connections;
  }

  /** Asks `node` for the range and waits for its consent. Throws ReplicaProblem. */
  static async open(range: BlockRange, node: DatanodeIDProto, connections: DatanodeConnections): Promise<BlockReader> {
    for (;;) {
      const reader = new BlockReader(range, node, connections);
      const { socket, reused } = await connections.take(node, reader);
      reader.socket = socket;
      socket.receiveAhead(Math.min(range.readAheadBytes, range.lengthBytes));
      socket.send([reader.request()]);
      await reader.settled(() => reader.state !== 'asked');
      // An idle connection may have been closed by the datanode at any moment: that says nothing about the replica.
      if (reused && reader.problem?.kind === 'lost') continue;
      if (reader.problem !== undefined) {
        reader.close();
        throw reader.problem;
      }
      return reader;
    }
  }

  /** The next bytes of the range, in order; undefined at its end. Throws ReplicaProblem. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.taken === this.pieces.length)
      await this.settled(() => this.pieces.length > 0 || this.state !== 'streaming');
    const piece = this.pieces[this.taken];
    if (piece === undefined) {
      if (this.problem !== undefined) throw this.problem;
      return undefined;
    }
    this.taken++;
    if (this.taken === this.pieces.length) {
      this.pieces.length = 0;
      this.taken = 0;
    }
    this.waitingBytes -= piece.length;
    if (this.paused && this.waitingBytes < this.range.readAheadBytes / 2) {
      this.paused = false;
      this.socket.expect(this.connections.patienceMs);
      this.socket.resume();
    }
    return piece;
  }

  /** Ends it, in whatever state; the datanode stops sending. */
  close(): void {
    if (this.state === 'done') return;
    if (this.state !== 'failed') this.fail('lost', 'closed by the reader');
    this.socket.destroy();
  }

  bytes(chunk: Buffer, lent: boolean): boolean {
    try {
      this.transfer.push(chunk, lent);
      if (this.state === 'asked') this.answered();
      while (this.state === 'streaming' && this.packet());
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.fail('lost', `not what a datanode says: ${error.message}`);
    }
    if (this.state === 'failed') this.socket.destroy();
    if (this.waitingBytes > this.range.readAheadBytes && this.state === 'streaming' && !this.paused) {
      this.paused = true;
      // A datanode that is not listened to cannot be blamed for saying nothing.
      this.socket.expect(0);
    }
    this.signal();
    return !this.paused;
  }

  closed(error: Error | null): void {
    if (this.state !== 'done') this.fail('lost', error?.message ?? 'the datanode closed the connection');
    this.signal();
  }

  private request(): Uint8Array {
    const { block, offset, lengthBytes, clientName, verify } = this.range;
    const writer = new ByteWriter(512);
    writeOp(writer, Op.READ_BLOCK, OpReadBlockProto, {
      header: { baseHeader: { block: block.b, token: block.blockToken }, clientName },
      offset,
      len: lengthBytes,
      sendChecksums: verify,
    });
    return writer.written();
  }

  private answered(): void {
    const answer = this.transfer.nextMessage(BlockOpResponseProto);
    if (answer === null) return;
    if (answer.status !== Status.SUCCESS) {
      const name = Object.keys(Status).find((key) => Status[key as keyof typeof Status] === answer.status);
      this.fail('refused', `${name ?? answer.status}: ${answer.message ?? 'no reason given'}`);
      return;
    }
    const info = answer.readOpChecksumInfo;
    if (info === undefined) throw new MalformedBytes('an answer to a read without checksum info');
    this.checksumType = info.checksum.type;
    this.bytesPerChecksum = info.checksum.bytesPerChecksum;
    this.position = info.chunkOffset;
    this.state = 'streaming';
  }

  /** Takes one packet; false when it has not arrived yet. */
  private packet(): boolean {
    const packet = this.transfer.nextPacket();
    if (packet === null) return false;
    if (packet.seqno === HEARTBEAT_SEQNO) return true;
    if (packet.dataLength === 0) {
      if (packet.last) this.finish();
      return true;
    }
    if (packet.offsetInBlock !== this.position) {
      throw new MalformedBytes(`a packet of offset ${packet.offsetInBlock} where ${this.position} comes next`);
    }
    if (this.range.verify && this.checksumType !== ChecksumTypeProto.CHECKSUM_NULL) {
      const sums = packet.checksums;
      const count = Math.ceil(packet.dataLength / this.bytesPerChecksum);
      if (sums.length !== count * 4) throw new MalformedBytes(`${sums.length} bytes of checksums for ${count} chunks`);
      const bad = verifyRegion(
        this.checksumType,
        packet.buffer,
        packet.dataAt,
        packet.dataLength,
        sums,
        this.bytesPerChecksum,
      );
      if (bad >= 0) {
        this.fail(
          'checksum',
          `checksum error at byte ${packet.offsetInBlock + bad * this.bytesPerChecksum} of the block`,
        );
        return false;
      }
    }
    const from = Math.max(packet.offsetInBlock, this.range.offset);
    const to = Math.min(packet.offsetInBlock + packet.dataLength, this.range.offset + this.range.lengthBytes);
    this.position = packet.offsetInBlock + packet.dataLength;
    if (from < to) {
      const at = packet.dataAt + from - packet.offsetInBlock;
      this.pieces.push(packet.buffer.subarray(at, at + to - from));
      this.waitingBytes += to - from;
    }
    // The end marker is not waited for by those who have all they wanted; it is read before the connection is reused.
    return true;
  }

  private finish(): void {
    if (this.position < this.range.offset + this.range.lengthBytes) {
      this.fail('lost', `the replica ends at byte ${this.position}`);
      return;
    }
    this.state = 'done';
    const writer = new ByteWriter(16);
    const status = this.range.verify ? Status.CHECKSUM_OK : Status.SUCCESS;
    writeMessage(writer, ClientReadStatusProto, { status });
    this.socket.send([writer.written()]);
    this.connections.giveBack(this.node, this.socket);
  }

  private fail(kind: ReplicaProblem['kind'], message: string): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    this.problem = new ReplicaProblem(kind, message);
  }

  private async settled(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private signal(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
