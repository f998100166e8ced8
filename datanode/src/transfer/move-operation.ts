import {
  BlockOpResponseProto,
  OpCopyBlockProto,
  type OpReplaceBlockProto,
  type OpTransferBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
  Status,
} from '@rfs/protocol/messages';
import { Op } from '@rfs/protocol/transfer';
import { type Block, blockText, createTemporary } from '../store/index.js';
import { BlockReceiver } from './block-receiver.js';
import { Connection } from './connection.js';
import { blockFromProto, formatFromProto, storageTypeFromProto } from './peers.js';
import { copyReplica } from './replica-copier.js';
import type { TransferService } from './service.js';

/** What a moved replica may need, as its length is not in the request. */
const ESTIMATED_BLOCK_BYTES = 128 * 1024 * 1024;

/** TRANSFER_BLOCK: a client wants our replica on the datanode that joins its pipeline (DataXceiver.transferBlock). */
export async function transferBlock(
  service: TransferService,
  connection: Connection,
  request: OpTransferBlockProto,
): Promise<void> {
  const { store, counters } = service;
  const asked = blockFromProto(request.header.baseHeader.block);
  const view = store.viewInPool(asked);
  if (view === null) throw new Error(`${blockText(asked)} not found in datanode.`);
  if (view.generationStamp < asked.generationStamp) {
    throw new Error(`${view.generationStamp} = storedGS < b.getGenerationStamp(), b=${blockText(asked)}`);
  }
  if (view.state !== 'RBW' && view.state !== 'FINALIZED') {
    throw new Error(`${blockText(asked)} is neither a RBW nor a Finalized, r=${view.state}`);
  }
  connection.idleLimitMs = service.settings.writeTimeoutMs;
  if (request.targets.length > 0) {
    counters.copies++;
    try {
      await copyReplica(service, {
        block: { ...asked, generationStamp: view.generationStamp, lengthBytes: view.visibleBytes },
        targets: request.targets,
        targetStorageTypes: request.targetStorageTypes,
        targetStorageIds: request.targetStorageIds,
        stage: view.state === 'RBW' ? Stage.TRANSFER_RBW : Stage.TRANSFER_FINALIZED,
        clientName: request.header.clientName,
      });
    } finally {
      counters.copies--;
    }
  }
  connection.sendMessage(BlockOpResponseProto, { status: Status.SUCCESS });
  connection.end();
}

/** REPLACE_BLOCK: the balancer's move as its target sees it (DataXceiver.replaceBlock). */
export async function replaceBlock(
  service: TransferService,
  connection: Connection,
  request: OpReplaceBlockProto,
): Promise<void> {
  const { counters, settings } = service;
  const block = { ...blockFromProto(request.header.block), lengthBytes: ESTIMATED_BLOCK_BYTES };
  connection.idleLimitMs = settings.writeTimeoutMs;
  if (counters.moves >= settings.maxMoves) {
    const message = `Not able to receive block ${block.blockId} because threads quota=${settings.maxMoves} is exceeded.`;
    connection.sendMessage(BlockOpResponseProto, { status: Status.ERROR, message });
    connection.end();
    return;
  }
  counters.moves++;
  const alive = sayInProgress(service, connection);
  try {
    await receiveFrom(service, block, request);
    connection.sendMessage(BlockOpResponseProto, { status: Status.SUCCESS });
  } catch (error) {
    const message = `opReplaceBlock ${blockText(block)} received exception ${String(error)}`;
    service.log.info('a move failed', { block: blockText(block), error });
    connection.sendMessage(BlockOpResponseProto, { status: Status.ERROR, message });
  } finally {
    alive.cancel();
    counters.moves--;
    connection.end();
  }
}

/** The balancer hears from us at half its patience, or it would give up a throttled move (HDFS-6247). */
function sayInProgress(service: TransferService, connection: Connection): { cancel(): void } {
  const arm = () => service.clock.setTimer(service.settings.readTimeoutMs / 2, tell);
  const tell = (): void => {
    connection.sendMessage(BlockOpResponseProto, { status: Status.IN_PROGRESS });
    timer = arm();
  };
  let timer = arm();
  return { cancel: () => timer.cancel() };
}

async function receiveFrom(service: TransferService, block: Block, request: OpReplaceBlockProto): Promise<void> {
  const { context, settings, store, balancing } = service;
  const { id } = request.source;
  if (id.datanodeUuid === service.datanodeUuid)
    throw new Error('moving between volumes of one datanode is not supported');
  const host = settings.useHostname ? id.hostName : id.ipAddr;
  const source = await Connection.connect(context, host, id.xferPort, settings.readTimeoutMs, settings.readTimeoutMs);
  try {
    source.sendOp(Op.COPY_BLOCK, OpCopyBlockProto, { header: request.header });
    const reply = await source.nextMessage(BlockOpResponseProto);
    const sums = reply.readOpChecksumInfo?.checksum;
    if (reply.status !== Status.SUCCESS || sums === undefined) {
      throw new Error(`copy of ${blockText(block)} was refused with status ${reply.status}: ${reply.message ?? ''}`);
    }
    const format = formatFromProto(sums);
    if (format === null) throw new Error(`unknown checksum type ${sums.type}`);
    const receiver = new BlockReceiver(
      {
        store,
        source,
        format,
        acks: false,
        ending: 'finalize',
        expectedDigest: undefined,
        deleteHint: request.delHint,
        syncOnClose: settings.syncOnClose,
        throttle: (bytes) => balancing.take(bytes),
        wait: (delayMs, action) => service.clock.setTimer(delayMs, action),
      },
      false,
    );
    const target = { storageType: storageTypeFromProto(request.storageType), storageId: request.storageId, format };
    try {
      await createTemporary(store, block, false, target, receiver);
      receiver.start(null);
      await receiver.done;
    } catch (error) {
      await receiver.stop();
      throw error;
    }
  } finally {
    source.end();
  }
}
