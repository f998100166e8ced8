import {
  BlockOpResponseProto,
  OpCopyBlockProto,
  type OpReplaceBlockProto,
  type OpTransferBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
  Status,
} from '@rfs/protocol/messages';
import { Op } from '@rfs/protocol/transfer';
import {
  type Block,
  blockText,
  closeReadable,
  createTemporary,
  moveToVolume,
  openForRead,
  type ReadableReplica,
} from '../store/index.js';
import { BlockReceiver } from './block-receiver.js';
import { Connection, peerText } from './connection.js';
import { reportIfDamaged } from './damage.js';
import { blockFromProto, formatFromProto, storageTypeFromProto } from './peers.js';
import { copyReplica } from './replica-copier.js';
import type { TransferService } from './service.js';
import { readVerified, sumsToRead } from './verified-read.js';

/** What a moved replica may need, if its length is not in the request. */
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
  const block = blockFromProto(request.header.block);
  connection.idleLimitMs = settings.writeTimeoutMs;
  if (counters.moves >= settings.maxMoves) {
    const message =
      `Not able to receive block ${block.blockId} from ${peerText(connection)} because threads ` +
      `quota=${settings.maxMoves} is exceeded.`;
    connection.sendMessage(BlockOpResponseProto, { status: Status.ERROR, message });
    connection.end();
    return;
  }
  counters.moves++;
  const alive = sayInProgress(service, connection);
  try {
    if (request.source.id.datanodeUuid === service.datanodeUuid) await moveHere(service, block, request);
    else await receiveFrom(service, { ...block, lengthBytes: block.lengthBytes || ESTIMATED_BLOCK_BYTES }, request);
    connection.sendMessage(BlockOpResponseProto, { status: Status.SUCCESS });
  } catch (error) {
    const message = `opReplaceBlock ${blockText(block)} received exception ${String(error)}`;
    service.log.info('a move failed', { block: blockText(block), error });
    const status = error instanceof CopyRefused ? error.status : Status.ERROR;
    connection.sendMessage(BlockOpResponseProto, { status, message });
  } finally {
    alive.cancel();
    counters.moves--;
    connection.end();
  }
}

/** The source does not give its replica away; a pinned one never, which the balancer must learn (BlockPinningException). */
class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
  readonly status: Status;

  constructor(status: Status, message: string) {
    super(message);
    this.status = status === Status.ERROR_BLOCK_PINNED ? status : Status.ERROR;
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

/** From one of our own volumes to another, for a mover or a datanode that is out of balance in itself. */
async function moveHere(service: TransferService, block: Block, request: OpReplaceBlockProto): Promise<void> {
  const { store, balancing } = service;
  const readable = await openForRead(store, block, 0);
  try {
    const { storageId, delHint: deleteHint } = request;
    const storageType = storageTypeFromProto(request.storageType);
    await moveToVolume(store, readable, block.lengthBytes, {
      storageType,
      storageId,
      deleteHint,
      fill: (position, data) => readVerified(readable, position, data, sumsFor(readable, data.length)),
      throttle: (bytes) => balancing.wait(bytes),
    });
    service.log.info('moved a replica', { block: blockText(block), to: storageType });
  } catch (error) {
    reportIfDamaged(service, block, readable, error);
    throw error;
  } finally {
    await closeReadable(readable);
  }
}

function sumsFor(readable: ReadableReplica, dataLength: number): Buffer {
  return Buffer.allocUnsafe(sumsToRead(readable, readable.format, dataLength));
}

async function receiveFrom(service: TransferService, block: Block, request: OpReplaceBlockProto): Promise<void> {
  const { context, settings, store, balancing } = service;
  const { id } = request.source;
  const host = settings.useHostname ? id.hostName : id.ipAddr;
  const source = await Connection.connect(context, host, id.xferPort, settings.readTimeoutMs, settings.readTimeoutMs);
  try {
    source.sendOp(Op.COPY_BLOCK, OpCopyBlockProto, { header: request.header });
    const reply = await source.nextMessage(BlockOpResponseProto);
    const sums = reply.readOpChecksumInfo?.checksum;
    if (reply.status !== Status.SUCCESS || sums === undefined) {
      throw new CopyRefused(reply.status, `copy of ${blockText(block)} was refused: ${reply.message ?? reply.status}`);
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
        pinned: false,
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
