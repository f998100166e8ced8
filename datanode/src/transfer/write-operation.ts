import type { GenerationStamp } from '@rfs/base/ids';
import {
  BlockOpResponseProto,
  type OpWriteBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
  Status,
} from '@rfs/protocol/messages';
import {
  append,
  type Block,
  blockText,
  type ChecksumFormat,
  createRbw,
  createTemporary,
  type OpenForWrite,
  recoverAppend,
  recoverClose,
  recoverRbw,
} from '../store/index.js';
import { BlockReceiver } from './block-receiver.js';
import type { Connection } from './connection.js';
import { Mirror } from './mirror.js';
import { blockFromProto, formatFromProto, storageTypeFromProto, transferAddress } from './peers.js';
import type { TransferService } from './service.js';

/** What a new replica may grow to when the request does not say. */
const ESTIMATED_BLOCK_BYTES = 128 * 1024 * 1024;

/** WRITE_BLOCK: a client's pipeline or another datanode's copy (DataXceiver.writeBlock). The connection ends with it. */
export async function writeBlock(
  service: TransferService,
  source: Connection,
  request: OpWriteBlockProto,
): Promise<void> {
  const { stage } = request;
  const fromClient = request.header.clientName !== '';
  const transfer = stage === Stage.TRANSFER_RBW || stage === Stage.TRANSFER_FINALIZED;
  const format = formatFromProto(request.requestedChecksum);
  if (format === null) throw new Error(`unknown checksum type ${request.requestedChecksum.type}`);
  if (transfer && request.targets.length > 0) throw new Error(`stage ${stage} does not support multiple targets`);
  const asked = blockFromProto(request.header.baseHeader.block);
  const block = asked.lengthBytes === 0 ? { ...asked, lengthBytes: ESTIMATED_BLOCK_BYTES } : asked;
  if (block.poolId !== service.store.poolId) throw new Error(`unknown block pool ${block.poolId}`);
  const acks = fromClient && !transfer;

  if (fromClient && stage === Stage.PIPELINE_CLOSE_RECOVERY) {
    await recoverClose(service.store, block, stampOf(request), request.minBytesRcvd);
    const { mirror, failed } = await connectMirror(service, source, request, acks);
    mirror?.end();
    if (!failed) source.end();
    return;
  }
  const receiver = new BlockReceiver(
    {
      store: service.store,
      source,
      format,
      acks,
      ending: stage === Stage.TRANSFER_RBW ? 'rbw' : 'finalize',
      expectedDigest: request.rfsDigest,
      deleteHint: '',
      syncOnClose: service.settings.syncOnClose,
      pinned: service.settings.pinning && acks && (request.pinning ?? false),
      throttle: null,
      wait: (delayMs, action) => service.clock.setTimer(delayMs, action),
    },
    request.targets.length > 0,
  );
  service.counters.writers++;
  try {
    await openReplica(service, block, request, format, receiver);
    const { mirror, failed } = await connectMirror(service, source, request, acks);
    if (failed) {
      await receiver.stop();
      return;
    }
    receiver.start(mirror);
    await receiver.done;
    if (transfer) source.sendMessage(BlockOpResponseProto, { status: Status.SUCCESS });
    source.end();
  } catch (error) {
    await receiver.stop();
    throw error;
  } finally {
    service.counters.writers--;
  }
}

function openReplica(
  service: TransferService,
  block: Block,
  request: OpWriteBlockProto,
  format: ChecksumFormat,
  receiver: BlockReceiver,
): Promise<OpenForWrite> {
  const { store } = service;
  const { stage, minBytesRcvd, maxBytesRcvd, storageId } = request;
  const target = { storageType: storageTypeFromProto(request.storageType), storageId, format };
  if (request.header.clientName === '') return createTemporary(store, block, false, target, receiver);
  switch (stage) {
    case Stage.PIPELINE_SETUP_CREATE:
      return createRbw(store, block, stampOf(request), target, receiver);
    case Stage.PIPELINE_SETUP_STREAMING_RECOVERY:
      return recoverRbw(store, block, stampOf(request), minBytesRcvd, maxBytesRcvd, receiver);
    case Stage.PIPELINE_SETUP_APPEND:
      return append(store, block, stampOf(request), minBytesRcvd, receiver);
    case Stage.PIPELINE_SETUP_APPEND_RECOVERY:
      return recoverAppend(store, block, stampOf(request), minBytesRcvd, receiver);
    case Stage.TRANSFER_RBW:
    case Stage.TRANSFER_FINALIZED:
      return createTemporary(store, block, true, target, receiver);
    default:
      throw new Error(`Unsupported stage ${stage} while receiving block ${blockText(block)}`);
  }
}

/**
 * Connects to the next datanode if there is one, and tells the client how the whole pipeline's set-up went. A copy goes
 * on without its next datanode.
 */
async function connectMirror(
  service: TransferService,
  source: Connection,
  request: OpWriteBlockProto,
  acks: boolean,
): Promise<{ mirror: Mirror | null; failed: boolean }> {
  let mirror: Mirror | null = null;
  let status: Status = Status.SUCCESS;
  let firstBadLink = '';
  const [target] = request.targets;
  if (target !== undefined) {
    const fromClient = request.header.clientName !== '';
    const { readTimeoutMs, useHostname } = service.settings;
    try {
      const opened = await Mirror.open(service.context, request, readTimeoutMs, useHostname, fromClient);
      mirror = opened.mirror;
      status = opened.reply?.status ?? Status.SUCCESS;
      firstBadLink = opened.reply?.firstBadLink ?? '';
    } catch (error) {
      service.log.info('next datanode of a pipeline cannot be reached', { target: transferAddress(target), error });
      if (fromClient) {
        // The client compares this text with what it has of the datanode, so it is always the numeric address.
        firstBadLink = transferAddress(target);
        source.sendMessage(BlockOpResponseProto, { status: Status.ERROR, firstBadLink });
        source.end();
        return { mirror: null, failed: true };
      }
    }
  }
  if (acks) source.sendMessage(BlockOpResponseProto, { status, firstBadLink });
  return { mirror, failed: false };
}

function stampOf(request: OpWriteBlockProto): GenerationStamp {
  return request.latestGenerationStamp as GenerationStamp;
}
