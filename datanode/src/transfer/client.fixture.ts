import assert from 'node:assert/strict';
import type { BlockId } from '@rfs/base/ids';
import { seededRandom, systemClock } from '@rfs/base/system';
import {
  BlockOpResponseProto,
  ChecksumTypeProto,
  ClientReadStatusProto,
  type DatanodeInfoProto,
  OpReadBlockProto,
  OpWriteBlockProto,
  PipelineAckProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
  Status,
  StorageTypeProto,
} from '@rfs/protocol/messages';
import { Op, packetPieces } from '@rfs/protocol/transfer';
import { type Block, ChecksumType, findBadChunk, sumsOf } from '../store/index.js';
import { Connection, type TransferContext } from './connection.js';
import { POOL_ID, type TestNode } from './node.fixture.js';
import { nodeNetwork } from './node-sockets.js';
import type { Packet } from './packet.js';
import { blockToProto } from './peers.js';
import { SegmentPool } from './segments.js';

export const FORMAT = { type: ChecksumType.CRC32C, bytesPerChecksum: 512 } as const;

/** The connections of test clients. */
export function clientContext(): TransferContext {
  return { clock: systemClock, network: nodeNetwork, pool: new SegmentPool(), connections: new Set() };
}

export function testBlock(id: number, generationStamp = 1001, lengthBytes = 1 << 20): Block {
  return { poolId: POOL_ID, blockId: id, generationStamp, lengthBytes } as Block;
}

export function testData(length: number, seed = 1): Buffer {
  return Buffer.from(seededRandom(seed).bytes(length));
}

export interface WriteOptions {
  readonly stage?: Stage;
  readonly newStamp?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly clientName?: string;
  readonly digest?: Uint8Array;
  /** The replica is to stay where it is. */
  readonly pinned?: boolean;
}

/** Writes one block the way Hadoop's client does, a packet at a time as the test wants. */
export class BlockWriter {
  readonly connection: Connection;
  reply: BlockOpResponseProto | null = null;
  private seqno = 0;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  static async open(
    context: TransferContext,
    nodes: readonly DatanodeInfoProto[],
    block: Block,
    options: WriteOptions = {},
  ): Promise<BlockWriter> {
    const connection = await Connection.connect(context, '127.0.0.1', nodes[0]!.id.xferPort, 60_000, 60_000);
    const writer = new BlockWriter(connection);
    const stage = options.stage ?? Stage.PIPELINE_SETUP_CREATE;
    const clientName = options.clientName ?? 'client';
    connection.sendOp(Op.WRITE_BLOCK, OpWriteBlockProto, {
      header: { baseHeader: { block: blockToProto(block) }, clientName },
      targets: nodes.slice(1),
      stage,
      pipelineSize: nodes.length,
      minBytesRcvd: options.minBytes ?? 0,
      maxBytesRcvd: options.maxBytes ?? 0,
      latestGenerationStamp: options.newStamp ?? 0,
      requestedChecksum: { type: ChecksumTypeProto.CHECKSUM_CRC32C, bytesPerChecksum: 512 },
      storageType: StorageTypeProto.DISK,
      targetStorageTypes: nodes.slice(1).map(() => StorageTypeProto.DISK),
      pinning: options.pinned,
      targetPinnings: [],
      targetStorageIds: [],
      rfsDigest: options.digest,
    });
    const answered = clientName !== '' && stage !== Stage.TRANSFER_RBW && stage !== Stage.TRANSFER_FINALIZED;
    if (answered) writer.reply = await connection.nextMessage(BlockOpResponseProto);
    return writer;
  }

  /** Sends a packet; its ack is to be read with `ack`. */
  packet(
    offset: number,
    data: Uint8Array,
    flags: { last?: boolean; sync?: boolean; sums?: Uint8Array; seqno?: number } = {},
  ): number {
    const seqno = flags.seqno ?? this.seqno++;
    const sums = flags.sums ?? sumsOf(FORMAT, data);
    for (const piece of packetPieces(seqno, offset, sums, data, flags.last === true, flags.sync === true)) {
      this.connection.send(piece);
    }
    return seqno;
  }

  ack(): Promise<PipelineAckProto> {
    return this.connection.nextMessage(PipelineAckProto);
  }

  /** Sends the data in packets of `packetBytes` and waits for every ack. */
  async send(data: Uint8Array, packetBytes = 65_024, from = 0): Promise<void> {
    let packets = 0;
    for (let at = from; at < data.length; at += packetBytes) {
      this.packet(at, data.subarray(at, at + packetBytes));
      packets++;
    }
    for (let i = 0; i < packets; i++) {
      const { reply } = await this.ack();
      if (reply.some((status) => status !== Status.SUCCESS)) throw new Error(`ack with ${reply}`);
    }
  }

  /** Ends the block at `length`. */
  async finish(length: number): Promise<PipelineAckProto> {
    this.packet(length, new Uint8Array(0), { last: true });
    const ack = await this.ack();
    this.connection.end();
    return ack;
  }
}

/** What a read gave: the data from `offset` on, or why not. */
export interface ReadResult {
  readonly status: Status;
  readonly data: Buffer;
}

/**
 * Reads through an open connection, which stays usable. Rejects when the datanode drops it.
 * @param verdict what the datanode is told of the data
 */
export async function readThrough(
  connection: Connection,
  block: Block,
  offset: number,
  length: number,
  verdict: Status = Status.CHECKSUM_OK,
): Promise<ReadResult> {
  connection.sendOp(Op.READ_BLOCK, OpReadBlockProto, {
    header: { baseHeader: { block: blockToProto(block) }, clientName: 'client' },
    offset,
    len: length,
  });
  const reply = await connection.nextMessage(BlockOpResponseProto);
  if (reply.status !== Status.SUCCESS) return { status: reply.status, data: Buffer.alloc(0) };
  const first = reply.readOpChecksumInfo!.chunkOffset;
  const into = Buffer.alloc(length + 1024);
  let end = 0;
  for (;;) {
    const packet = await nextPacket(connection);
    if (findBadChunk(FORMAT, packet.data, packet.sums) >= 0) throw new Error('the datanode sent damaged data');
    into.set(packet.data, packet.offset - first);
    end = packet.offset - first + packet.dataLength;
    packet.release();
    if (packet.last) break;
  }
  connection.sendMessage(ClientReadStatusProto, { status: verdict });
  return { status: reply.status, data: into.subarray(offset - first, Math.min(end, offset - first + length)) };
}

export async function read(
  context: TransferContext,
  port: number,
  block: Block,
  offset: number,
  length: number,
): Promise<ReadResult> {
  const connection = await Connection.connect(context, '127.0.0.1', port, 60_000, 60_000);
  try {
    return await readThrough(connection, block, offset, length);
  } finally {
    connection.end();
  }
}

function nextPacket(connection: Connection): Promise<Packet> {
  return new Promise((resolve, reject) => {
    connection.whenLost(reject);
    connection.pull(() => {
      const packet = connection.inbound.nextPacket();
      if (packet === null) return;
      connection.pull(null);
      resolve(packet);
    });
  });
}

/** Writes a block through a pipeline of the nodes. */
export async function writeBlock(
  context: TransferContext,
  on: readonly TestNode[],
  id: number,
  data: Buffer,
  options: WriteOptions = {},
): Promise<void> {
  const writer = await BlockWriter.open(
    context,
    on.map((node) => node.info),
    testBlock(id),
    options,
  );
  await writer.send(data);
  const ack = await writer.finish(data.length);
  assert.deepEqual(
    ack.reply,
    on.map(() => Status.SUCCESS),
  );
}

/** The file of a node's replica. */
export function dataPath(node: TestNode, id: number): string {
  const view = node.store.view(id as BlockId)!;
  return node.store.pathsAt(view.volume, view.blockId, view.generationStamp).data;
}
