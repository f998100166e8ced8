import {
  type DatanodeInfoProto,
  DNTransferAckProto,
  OpWriteBlockProto,
  type OpWriteBlockProto_BlockConstructionStage as Stage,
  Status,
  type StorageTypeProto,
} from '@rfs/protocol/messages';
import { Op } from '@rfs/protocol/transfer';
import { type Block, blockText, closeReadable, openForRead, subdirOf } from '../store/index.js';
import { BlockSender, rangeOf } from './block-sender.js';
import { Connection } from './connection.js';
import { blockToProto, formatToProto, storageTypeToProto } from './peers.js';
import type { TransferService } from './service.js';
import { CorruptReplica } from './verified-read.js';

/** A copy of one of our replicas for other datanodes. */
export interface CopyOrder {
  /** With the replica's own stamp; its length is what to copy. */
  readonly block: Block;
  readonly targets: readonly DatanodeInfoProto[];
  readonly targetStorageTypes: readonly StorageTypeProto[];
  readonly targetStorageIds: readonly string[];
  readonly stage: Stage;
  /** Empty when no client waits for the copy. */
  readonly clientName: string;
}

/** Sends a replica to the first target, which passes it on to the others (DataNode.DataTransfer). */
export async function copyReplica(service: TransferService, order: CopyOrder): Promise<void> {
  const { context, store, settings, reportBad } = service;
  const { block, targets, clientName } = order;
  const target = targets[0]!;
  const timeoutMs = settings.readTimeoutMs + 5000 * targets.length;
  const host = settings.useHostname ? target.id.hostName : target.id.ipAddr;
  const replica = await openForRead(store, block, block.lengthBytes);
  try {
    const { view } = replica;
    const range = rangeOf(replica, 0, block.lengthBytes);
    if (range === null) throw new Error(`${blockText(block)} has ${replica.endBytes} bytes, not ${block.lengthBytes}`);
    const whole = view.state === 'FINALIZED' && block.lengthBytes === view.lengthBytes;
    const digest = whole
      ? await view.volume.catalog.find(subdirOf(view.blockId), view.blockId, view.generationStamp)
      : null;
    const connection = await Connection.connect(context, host, target.id.xferPort, timeoutMs, timeoutMs);
    try {
      const sender = new BlockSender(replica, connection, range, true, null);
      connection.sendOp(Op.WRITE_BLOCK, OpWriteBlockProto, {
        header: { baseHeader: { block: blockToProto(block) }, clientName },
        targets: targets.slice(1),
        stage: order.stage,
        pipelineSize: 0,
        minBytesRcvd: 0,
        maxBytesRcvd: 0,
        latestGenerationStamp: 0,
        requestedChecksum: formatToProto(sender.format),
        storageType: order.targetStorageTypes[0] ?? storageTypeToProto('DISK'),
        targetStorageTypes: order.targetStorageTypes.slice(1),
        targetPinnings: [],
        storageId: order.targetStorageIds[0],
        targetStorageIds: order.targetStorageIds.slice(1),
        rfsDigest: digest ?? undefined,
      });
      try {
        await sender.send();
      } catch (error) {
        if (error instanceof CorruptReplica)
          reportBad({ ...block, generationStamp: view.generationStamp }, view.volume);
        throw error;
      }
      if (clientName !== '') {
        const { status } = await connection.nextMessage(DNTransferAckProto);
        if (status !== Status.SUCCESS) throw new Error(`the copy of ${blockText(block)} ended with status ${status}`);
      }
      connection.end();
    } catch (error) {
      connection.destroy();
      throw error;
    }
  } finally {
    await closeReadable(replica);
  }
}
