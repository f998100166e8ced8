import { ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import type { Clock } from '@rfs/base/seams';
import {
  BlockOpResponseProto,
  ChecksumTypeProto,
  type DatanodeInfoProto,
  type ExtendedBlockProto,
  OpTransferBlockProto,
  OpWriteBlockProto,
  type OpWriteBlockProto_BlockConstructionStage,
  PipelineAckProto,
  Status,
  type StorageTypeProto,
  type TokenProto,
} from '@rfs/protocol/messages';
import { flagsOf, HEARTBEAT_SEQNO, Op, statusOfFlag, TransferReader, writeOp } from '@rfs/protocol/transfer';
import { type DataEvents, type DataLink, dialDatanode } from '../network/index.js';
import type { LocalReplicas } from '../reading/index.js';
import type { ClientSettings } from '../settings/index.js';
import type { OutPacket } from './out-packet.js';

/** What each datanode more in a pipeline adds to the time an answer may take (HdfsConstants.READ_TIMEOUT_EXTENSION). */
const READ_TIMEOUT_EXTENSION_MS = 5000;

/** The datanodes of a pipeline, nearest first, and the storages that the namenode chose on them. */
export interface Targets {
  readonly nodes: readonly DatanodeInfoProto[];
  readonly storageTypes: readonly StorageTypeProto[];
  readonly storageIds: readonly string[];
}

export interface PipelineSetup {
  readonly targets: Targets;
  readonly block: ExtendedBlockProto;
  readonly token: TokenProto;
  readonly clientName: string;
  readonly stage: OpWriteBlockProto_BlockConstructionStage;
  /** Bytes of the block that every datanode has acknowledged, and bytes that were sent. */
  readonly ackedBytes: number;
  readonly sentBytes: number;
  /** 0 for a new block. */
  readonly newGenerationStamp: number;
  readonly blockSizeBytes: number;
  readonly bytesPerChecksum: number;
  readonly lazyPersist: boolean;
}

/** What broke a pipeline, and whose fault it seems to be. */
export interface PipelineProblem {
  readonly badIndex: number;
  /** The datanode said that it will be back. */
  readonly restarting: boolean;
  readonly message: string;
}

export interface PipelineEvents {
  /** All datanodes have the packet. */
  acknowledged(seqno: number): void;
  broken(problem: PipelineProblem): void;
}

/** A connection to the first datanode of a pipeline: packets go down, their acknowledgements come back. */
export class Pipeline implements DataEvents {
  private readonly setup: PipelineSetup;
  private readonly events: PipelineEvents;
  private readonly transfer = new TransferReader();
  private socket!: DataLink;
  private onAnswer: ((answer: BlockOpResponseProto | string) => void) | undefined;
  /** The datanodes have agreed: from here on problems are events. */
  private established = false;
  private over = false;

  private constructor(setup: PipelineSetup, events: PipelineEvents) {
    this.setup = setup;
    this.events = events;
  }

  /** Has the pipeline built; the result, or what stood in the way. */
  static async open(
    setup: PipelineSetup,
    events: PipelineEvents,
    settings: ClientSettings,
    clock: Clock,
    local: LocalReplicas | undefined,
  ): Promise<Pipeline | PipelineProblem> {
    const pipeline = new Pipeline(setup, events);
    const { nodes } = setup.targets;
    const first = nodes[0]!.id;
    const host = settings.useDatanodeHostname ? first.hostName : first.ipAddr;
    const socket =
      local?.dial(first, pipeline) ??
      (await dialDatanode(host, first.xferPort, settings.socketTimeoutMs, clock, pipeline));
    if (socket instanceof Error) return { badIndex: 0, restarting: false, message: socket.message };
    pipeline.socket = socket;
    socket.expect(settings.socketTimeoutMs + READ_TIMEOUT_EXTENSION_MS * nodes.length);
    const answer = await new Promise<BlockOpResponseProto | string>((resolve) => {
      pipeline.onAnswer = resolve;
      socket.send([pipeline.request()]);
    });
    const problem = pipeline.judge(answer);
    if (problem === undefined) return pipeline;
    pipeline.close();
    return problem;
  }

  /** False when the system's buffers are full: then wait for `drained` before sending more. */
  send(packet: OutPacket): boolean {
    return this.socket.send([packet.bytes()]);
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.send([bytes]);
  }

  drained(): Promise<void> {
    return this.socket.drained();
  }

  close(): void {
    this.over = true;
    this.socket.destroy();
  }

  bytes(chunk: Buffer, lent: boolean): boolean {
    try {
      this.transfer.push(chunk, lent);
      if (this.onAnswer !== undefined) {
        const answer = this.transfer.nextMessage(BlockOpResponseProto);
        if (answer === null) return true;
        this.established = answer.status === Status.SUCCESS;
        this.answer(answer);
      }
      for (let ack = this.transfer.nextMessage(PipelineAckProto); ack !== null && !this.over; ) {
        this.take(ack);
        ack = this.transfer.nextMessage(PipelineAckProto);
      }
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      const message = `not what a datanode says: ${error.message}`;
      this.answer(message);
      this.break({ badIndex: 0, restarting: false, message });
    }
    return true;
  }

  closed(error: Error | null): void {
    const message = error?.message ?? 'the datanode closed the connection';
    this.answer(message);
    this.break({ badIndex: 0, restarting: false, message });
  }

  private answer(answer: BlockOpResponseProto | string): void {
    const { onAnswer } = this;
    this.onAnswer = undefined;
    onAnswer?.(answer);
  }

  private take(ack: PipelineAckProto): void {
    const flags = flagsOf(ack);
    for (let index = flags.length - 1; index >= 0; index--) {
      const status = statusOfFlag(flags[index]!);
      if (status === Status.SUCCESS) continue;
      const restarting = status === Status.OOB_RESTART;
      const message = restarting ? 'it is restarting' : `it answered ${statusName(status)}`;
      this.break({ badIndex: index, restarting, message });
      return;
    }
    if (ack.seqno !== HEARTBEAT_SEQNO) this.events.acknowledged(ack.seqno);
  }

  private break(problem: PipelineProblem): void {
    if (this.over) return;
    this.over = true;
    this.socket.destroy();
    if (this.established) this.events.broken(problem);
  }

  private judge(answer: BlockOpResponseProto | string): PipelineProblem | undefined {
    if (typeof answer === 'string') return { badIndex: 0, restarting: false, message: answer };
    if (answer.status === Status.SUCCESS) return undefined;
    const { nodes } = this.setup.targets;
    const link = answer.firstBadLink ?? '';
    const index = link === '' ? 0 : nodes.findIndex(({ id }) => `${id.ipAddr}:${id.xferPort}` === link);
    const message = `${statusName(answer.status)} ${answer.message ?? ''}`.trim();
    return { badIndex: Math.max(0, index), restarting: answer.status === Status.OOB_RESTART, message };
  }

  private request(): Uint8Array {
    const { targets, block, token, clientName, stage, blockSizeBytes } = this.setup;
    const { nodes, storageTypes, storageIds } = targets;
    const writer = new ByteWriter(2048);
    writeOp(writer, Op.WRITE_BLOCK, OpWriteBlockProto, {
      header: { baseHeader: { block: { ...block, numBytes: blockSizeBytes }, token }, clientName },
      // The first datanode is the one that is asked; it builds the pipeline to the others.
      targets: nodes.slice(1),
      stage,
      pipelineSize: nodes.length,
      minBytesRcvd: this.setup.ackedBytes,
      maxBytesRcvd: this.setup.sentBytes,
      latestGenerationStamp: this.setup.newGenerationStamp,
      requestedChecksum: {
        type: ChecksumTypeProto.CHECKSUM_CRC32C,
        bytesPerChecksum: this.setup.bytesPerChecksum,
      },
      cachingStrategy: {},
      storageType: storageTypes[0],
      targetStorageTypes: storageTypes.slice(1),
      allowLazyPersist: this.setup.lazyPersist,
      pinning: false,
      targetPinnings: [],
      storageId: storageIds[0],
      targetStorageIds: storageIds.slice(1),
    });
    return writer.written();
  }
}

/**
 * Has the datanode `from` copy a block that is being written to a datanode that is to join its pipeline. What stood in
 * the way, or undefined.
 */
export async function transferReplica(
  from: DatanodeInfoProto,
  target: Targets,
  block: ExtendedBlockProto,
  token: TokenProto,
  clientName: string,
  settings: ClientSettings,
  clock: Clock,
): Promise<string | undefined> {
  const writer = new ByteWriter(1024);
  writeOp(writer, Op.TRANSFER_BLOCK, OpTransferBlockProto, {
    header: { baseHeader: { block, token }, clientName },
    targets: [...target.nodes],
    targetStorageTypes: [...target.storageTypes],
    targetStorageIds: [...target.storageIds],
  });
  const transfer = new TransferReader();
  let done: (outcome: string | undefined) => void = () => {};
  const outcome = new Promise<string | undefined>((resolve) => {
    done = resolve;
  });
  const host = settings.useDatanodeHostname ? from.id.hostName : from.id.ipAddr;
  const socket = await dialDatanode(host, from.id.xferPort, settings.socketTimeoutMs, clock, {
    bytes: (chunk, lent) => {
      try {
        transfer.push(chunk, lent);
        const answer = transfer.nextMessage(BlockOpResponseProto);
        if (answer !== null) done(answer.status === Status.SUCCESS ? undefined : statusName(answer.status));
      } catch (error) {
        if (!(error instanceof MalformedBytes)) throw error;
        done(error.message);
      }
      return true;
    },
    closed: (error) => done(error?.message ?? 'the datanode closed the connection'),
  });
  if (socket instanceof Error) return socket.message;
  // Half a megabyte a second at least, as DataStreamer.computeTransferReadTimeout reckons with 200 packets a step.
  const steps = 2 + Math.floor((block.numBytes ?? 0) / settings.writePacketBytes / 200);
  socket.expect(settings.socketTimeoutMs + READ_TIMEOUT_EXTENSION_MS * steps);
  socket.send([writer.written()]);
  try {
    return await outcome;
  } finally {
    socket.destroy();
  }
}

function statusName(status: Status): string {
  return Object.keys(Status).find((key) => Status[key as keyof typeof Status] === status) ?? String(status);
}
