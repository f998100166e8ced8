import assert from 'node:assert/strict';
import net from 'node:net';
import { ByteWriter } from '@rfs/base/bytes';
import { computeChunks, verifyChunks } from '@rfs/base/checksum';
import {
  BlockOpResponseProto,
  ChecksumTypeProto,
  ClientReadStatusProto,
  type DatanodeInfoProto,
  OpReadBlockProto,
  OpTransferBlockProto,
  OpWriteBlockProto,
  PipelineAckProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
  Status,
} from '@rfs/protocol/messages';
import {
  chunkStart,
  HEARTBEAT_SEQNO,
  makeAck,
  Op,
  type Packet,
  packetPieces,
  TransferReader,
  writeMessage,
} from '@rfs/protocol/transfer';

const CHUNK_BYTES = 512;
const SENT_BYTES = 8 * CHUNK_BYTES;

/** What goes wrong in a fake datanode, and when. */
export interface Faults {
  /** Ends the connection after so many packets of a block. */
  cutAfterPackets?: number | undefined;
  /** Ends the connection when a block's last packet comes. */
  cutAtLast?: boolean;
  /** Answers the packet of this number in a pipeline with an error of the datanode at `index`. */
  badAck?: { readonly packet: number; readonly index: number } | undefined;
  /** Refuses to build pipelines that hold this datanode. */
  badLink?: string | undefined;
  /** Ends a reader's connection after so many bytes. */
  cutReadAfter?: number | undefined;
  /** Flips a bit of this byte of every block it reads out. */
  corruptByte?: number | undefined;
}

/** A datanode in memory: takes pipelines for all of their datanodes, and serves what it has. */
export class FakeDatanode {
  readonly info: DatanodeInfoProto;
  readonly blocks = new Map<number, Buffer>();
  readonly faults: Faults = {};
  /** Bytes that each request to read asked for. */
  readonly asked: number[] = [];
  /** Connections on which somebody is served. */
  open = 0;
  /** Connections so far. */
  accepted = 0;
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private readonly others: ReadonlyMap<string, FakeDatanode>;

  private constructor(server: net.Server, name: string, others: ReadonlyMap<string, FakeDatanode>) {
    this.server = server;
    this.others = others;
    const { port } = server.address() as net.AddressInfo;
    this.info = {
      id: { ipAddr: '127.0.0.1', hostName: name, datanodeUuid: name, xferPort: port, infoPort: 0, ipcPort: 0 },
    };
    server.on('connection', (socket) => this.accept(socket));
  }

  static async start(name: string, others: Map<string, FakeDatanode>): Promise<FakeDatanode> {
    const server = net.createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const node = new FakeDatanode(server, name, others);
    others.set(name, node);
    return node;
  }

  /** Goes away, as if killed. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: net.Socket): void {
    this.sockets.add(socket);
    this.open++;
    this.accepted++;
    const session = new Session(this, this.others, socket);
    socket.on('data', (chunk) => session.take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.open--;
    });
  }
}

class Session {
  private readonly node: FakeDatanode;
  private readonly others: ReadonlyMap<string, FakeDatanode>;
  private readonly socket: net.Socket;
  private readonly reader = new TransferReader();
  private op: number | undefined;
  private write: OpWriteBlockProto | undefined;
  private packets = 0;
  private served = false;

  constructor(node: FakeDatanode, others: ReadonlyMap<string, FakeDatanode>, socket: net.Socket) {
    this.node = node;
    this.others = others;
    this.socket = socket;
  }

  take(chunk: Buffer): void {
    this.reader.push(chunk);
    while (this.step());
  }

  private step(): boolean {
    if (this.socket.destroyed) return false;
    if (this.write !== undefined) {
      const packet = this.reader.nextPacket();
      if (packet !== null) this.store(this.write, packet);
      return packet !== null;
    }
    if (this.served) {
      // A reader that is content says so before it asks for more.
      if (this.reader.nextMessage(ClientReadStatusProto) === null) return false;
      this.served = false;
    }
    if (this.op === undefined) {
      const op = this.reader.nextOp();
      if (op === null) return false;
      this.op = op;
    }
    return this.begin(this.op);
  }

  private begin(op: number): boolean {
    if (op === Op.READ_BLOCK) {
      const request = this.reader.nextMessage(OpReadBlockProto);
      if (request === null) return false;
      this.op = undefined;
      this.serve(request);
    } else if (op === Op.WRITE_BLOCK) {
      const request = this.reader.nextMessage(OpWriteBlockProto);
      if (request === null) return false;
      this.accept(request);
    } else {
      assert.equal(op, Op.TRANSFER_BLOCK);
      const request = this.reader.nextMessage(OpTransferBlockProto);
      if (request === null) return false;
      const { blockId } = request.header.baseHeader.block;
      const bytes = this.node.blocks.get(blockId);
      assert.ok(bytes, 'a replica to copy');
      for (const { id } of request.targets) this.others.get(id.hostName)?.blocks.set(blockId, bytes);
      this.answer({ status: Status.SUCCESS });
    }
    return true;
  }

  private answer(answer: BlockOpResponseProto): void {
    const writer = new ByteWriter();
    writeMessage(writer, BlockOpResponseProto, answer);
    this.socket.write(writer.copy());
  }

  private accept(request: OpWriteBlockProto): void {
    const bad = [this.node.info, ...request.targets].find(({ id }) => id.hostName === this.node.faults.badLink);
    if (bad !== undefined) {
      const firstBadLink = bad === this.node.info ? '' : `${bad.id.ipAddr}:${bad.id.xferPort}`;
      this.answer({ status: Status.ERROR, firstBadLink });
      return;
    }
    this.write = request;
    this.answer({ status: Status.SUCCESS, firstBadLink: '' });
    // All packets but the last, which says nothing, were there: the block is finished.
    if (request.stage === Stage.PIPELINE_CLOSE_RECOVERY) this.socket.end();
  }

  private store(request: OpWriteBlockProto, packet: Packet): void {
    const { blockId } = request.header.baseHeader.block;
    const { faults, blocks } = this.node;
    const count = request.targets.length + 1;
    if (packet.seqno !== HEARTBEAT_SEQNO) {
      if (faults.cutAfterPackets === this.packets || (faults.cutAtLast && packet.last)) {
        faults.cutAfterPackets = undefined;
        faults.cutAtLast = false;
        this.socket.destroy();
        return;
      }
      this.packets++;
      const old = blocks.get(blockId) ?? Buffer.alloc(0);
      assert.ok(packet.offsetInBlock <= old.length, `offset ${packet.offsetInBlock} of ${old.length}`);
      const { checksums } = packet;
      const isGood = verifyChunks(packet.buffer, packet.dataAt, packet.dataLength, checksums, 0, CHUNK_BYTES) < 0;
      assert.ok(isGood, 'checksums of a packet');
      const fits =
        packet.offsetInBlock % CHUNK_BYTES === 0 ||
        packet.dataLength <= CHUNK_BYTES - (packet.offsetInBlock % CHUNK_BYTES);
      assert.ok(fits, 'a packet begins with a chunk, or fills one up');
      const length = Math.max(old.length, packet.offsetInBlock + packet.dataLength);
      const bytes = Buffer.alloc(length);
      old.copy(bytes);
      packet.data.copy(bytes, packet.offsetInBlock);
      blocks.set(blockId, bytes);
      for (const { id } of request.targets) this.others.get(id.hostName)?.blocks.set(blockId, bytes);
      if (faults.badAck?.packet === this.packets - 1) {
        const flags: Status[] = new Array(count).fill(Status.SUCCESS);
        flags[faults.badAck.index] = Status.ERROR;
        faults.badAck = undefined;
        this.acknowledge(packet.seqno, flags);
        return;
      }
    }
    this.acknowledge(packet.seqno, new Array(count).fill(Status.SUCCESS));
  }

  private acknowledge(seqno: number, statuses: Status[]): void {
    const writer = new ByteWriter();
    writeMessage(writer, PipelineAckProto, makeAck(seqno, statuses));
    this.socket.write(writer.copy());
  }

  private serve(request: OpReadBlockProto): void {
    const { faults, blocks } = this.node;
    this.node.asked.push(request.len);
    const stored = blocks.get(request.header.baseHeader.block.blockId);
    if (stored === undefined) {
      this.answer({ status: Status.ERROR, message: 'no such replica' });
      return;
    }
    const start = chunkStart(CHUNK_BYTES, request.offset);
    const end = Math.min(stored.length, Math.ceil((request.offset + request.len) / CHUNK_BYTES) * CHUNK_BYTES);
    const checksum = { type: ChecksumTypeProto.CHECKSUM_CRC32C, bytesPerChecksum: CHUNK_BYTES };
    this.answer({ status: Status.SUCCESS, readOpChecksumInfo: { checksum, chunkOffset: start } });
    this.served = true;
    let seqno = 0;
    for (let at = start; at < end; at += SENT_BYTES) {
      if (faults.cutReadAfter !== undefined && at - start >= faults.cutReadAfter) {
        this.socket.end();
        return;
      }
      const data = Buffer.from(stored.subarray(at, Math.min(end, at + SENT_BYTES)));
      const sums = Buffer.alloc(4 * Math.ceil(data.length / CHUNK_BYTES));
      computeChunks(data, 0, data.length, CHUNK_BYTES, sums, 0);
      const bad = (faults.corruptByte ?? -1) - at;
      if (bad >= 0 && bad < data.length) data[bad]! ^= 1;
      for (const piece of packetPieces(seqno++, at, sums, data)) this.socket.write(piece);
    }
    for (const piece of packetPieces(seqno, end, Buffer.alloc(0), Buffer.alloc(0), true)) this.socket.write(piece);
  }
}
