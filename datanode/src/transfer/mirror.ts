import {
  BlockOpResponseProto,
  type DatanodeInfoProto,
  OpWriteBlockProto,
  PipelineAckProto,
} from '@rfs/protocol/messages';
import { Op } from '@rfs/protocol/transfer';
import { Connection, type TransferContext } from './connection.js';
import type { Packet } from './packet.js';

/** Each further datanode may take this much longer to answer (HdfsConstants.READ_TIMEOUT_EXTENSION). */
const TIMEOUT_EXTENSION_MS = 5000;

/** Hears from the next datanode of a pipeline. */
export interface MirrorListener {
  mirrorAcks(acks: readonly PipelineAckProto[]): void;
  mirrorLost(error: Error): void;
}

/** The next datanode of a pipeline. */
export class Mirror {
  private readonly connection: Connection;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Passes a write request on to its first target.
   * @param awaitReply whether the target answers (to clients' requests only)
   * @returns the answer is undefined when none was awaited. Rejects when the target cannot be reached
   */
  static async open(
    context: TransferContext,
    request: OpWriteBlockProto,
    readTimeoutMs: number,
    useHostname: boolean,
    awaitReply: boolean,
  ): Promise<{ mirror: Mirror; reply: BlockOpResponseProto | undefined }> {
    const target = request.targets[0] as DatanodeInfoProto;
    const timeoutMs = readTimeoutMs + TIMEOUT_EXTENSION_MS * request.targets.length;
    const host = useHostname ? target.id.hostName : target.id.ipAddr;
    const connection = await Connection.connect(context, host, target.id.xferPort, timeoutMs, timeoutMs);
    try {
      connection.sendOp(Op.WRITE_BLOCK, OpWriteBlockProto, withoutFirstTarget(request));
      const reply = awaitReply ? await connection.nextMessage(BlockOpResponseProto) : undefined;
      return { mirror: new Mirror(connection), reply };
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  listen(listener: MirrorListener): void {
    this.connection.expectAnswers();
    this.connection.pull(() => {
      const acks: PipelineAckProto[] = [];
      for (;;) {
        const ack = this.connection.inbound.nextMessage(PipelineAckProto);
        if (ack === null) break;
        acks.push(ack);
      }
      if (acks.length > 0) listener.mirrorAcks(acks);
    });
    this.connection.whenLost((error) => listener.mirrorLost(error));
  }

  /** Sends the packet as it came, holding its memory until the kernel has it. */
  forward(packet: Packet): void {
    packet.retain();
    this.connection.send(packet.bytes, () => packet.release());
  }

  hold(): void {
    this.connection.hold();
  }

  flush(): void {
    this.connection.flush();
  }

  end(): void {
    this.connection.end();
  }

  /** Resolves when nothing that was to be sent is in use any more. */
  async destroy(): Promise<void> {
    this.connection.destroy();
    await this.connection.gone();
  }
}

/** The request as the next datanode gets it: what was meant for it stands in the targets' lists (Sender.writeBlock). */
function withoutFirstTarget(request: OpWriteBlockProto): OpWriteBlockProto {
  return {
    ...request,
    targets: request.targets.slice(1),
    storageType: request.targetStorageTypes[0],
    targetStorageTypes: request.targetStorageTypes.slice(1),
    pinning: request.targetPinnings[0] ?? false,
    targetPinnings: request.targetPinnings.slice(1),
    storageId: request.targetStorageIds[0],
    targetStorageIds: request.targetStorageIds.slice(1),
  };
}
