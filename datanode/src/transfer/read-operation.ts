import {
  BlockOpResponseProto,
  ClientReadStatusProto,
  type OpBlockChecksumProto,
  type OpCopyBlockProto,
  type OpReadBlockProto,
  Status,
} from '@rfs/protocol/messages';
import { type Block, blockText, closeReadable, isPinned, openForRead, type ReadableReplica } from '../store/index.js';
import { blockChecksum } from './block-checksum.js';
import { BlockSender, rangeOf, type SendRange } from './block-sender.js';
import { type Connection, peerText } from './connection.js';
import { reportIfDamaged, reportIfGone } from './damage.js';
import { blockFromProto, formatToProto } from './peers.js';
import type { TransferService } from './service.js';

/** READ_BLOCK (DataXceiver.readBlock). The connection stays open for the next request. */
export async function readBlock(
  service: TransferService,
  connection: Connection,
  request: OpReadBlockProto,
): Promise<void> {
  const block = blockFromProto(request.header.baseHeader.block);
  const opened = await openRange(service, connection, block, request.offset, request.len);
  if (opened === null) return;
  const { replica, range } = opened;
  try {
    const withSums = request.sendChecksums ?? true;
    const sender = new BlockSender(replica, connection, range, withSums, null, service.counters.active);
    connection.idleLimitMs = service.settings.writeTimeoutMs;
    connection.sendMessage(BlockOpResponseProto, success(sender, range));
    await send(service, block, replica, sender, range);
    connection.idleLimitMs = service.settings.readTimeoutMs;
    service.counters.blocksRead++;
    service.read(block.blockId, replica.view.volume);
  } finally {
    await closeReadable(replica);
  }
  const { status } = await connection.nextMessage(ClientReadStatusProto);
  // What was sent had been checked here: its memory, its way or the file, which a scan can tell.
  if (status === Status.ERROR_CHECKSUM) service.suspect(block, replica.view.volume);
}

/** COPY_BLOCK: the balancer's move as its source sees it (DataXceiver.copyBlock). */
export async function copyBlock(
  service: TransferService,
  connection: Connection,
  request: OpCopyBlockProto,
): Promise<void> {
  const { counters, settings, balancing } = service;
  const block = blockFromProto(request.header.block);
  if (settings.pinning && (await isPinned(service.store, block))) {
    const message = `Not able to copy block ${block.blockId} to ${peerText(connection)} because it's pinned `;
    connection.sendMessage(BlockOpResponseProto, { status: Status.ERROR_BLOCK_PINNED, message });
    connection.end();
    return;
  }
  if (counters.moves >= settings.maxMoves) {
    const message =
      `Not able to copy block ${block.blockId} to ${peerText(connection)} because threads ` +
      `quota=${settings.maxMoves} is exceeded.`;
    connection.sendMessage(BlockOpResponseProto, { status: Status.ERROR, message });
    connection.end();
    return;
  }
  counters.moves++;
  try {
    const opened = await openRange(service, connection, block, 0, -1);
    if (opened === null) return;
    const { replica, range } = opened;
    try {
      const sender = new BlockSender(replica, connection, range, true, (bytes) => balancing.wait(bytes));
      connection.sendMessage(BlockOpResponseProto, success(sender, range));
      await send(service, block, replica, sender, range);
    } finally {
      await closeReadable(replica);
    }
    // The receiver waits for one character, which says that nothing here is in use any more.
    connection.send(Buffer.from([0, 0x64]));
    connection.end();
  } finally {
    counters.moves--;
  }
}

/** BLOCK_CHECKSUM (DataXceiver.blockChecksum). */
export async function checksumBlock(
  service: TransferService,
  connection: Connection,
  request: OpBlockChecksumProto,
): Promise<void> {
  const checksumResponse = await blockChecksum(service.store, blockFromProto(request.header.block), request);
  connection.sendMessage(BlockOpResponseProto, { status: Status.SUCCESS, checksumResponse });
  connection.end();
}

/** Opens what is to be read; null when the answer was a refusal, which ended the connection. */
async function openRange(
  service: TransferService,
  connection: Connection,
  block: Block,
  offset: number,
  length: number,
): Promise<{ replica: ReadableReplica; range: SendRange } | null> {
  let replica: ReadableReplica | null = null;
  let problem: string;
  try {
    replica = await openForRead(service.store, block, length < 0 ? 0 : offset + length);
    const range = rangeOf(replica, offset, length);
    if (range !== null) return { replica, range };
    problem = `Offset ${offset} and length ${length} don't match block ${blockText(block)} ( blockLen ${replica.endBytes} )`;
    await closeReadable(replica);
  } catch (error) {
    problem = String(error);
    reportIfGone(service, block, error);
  }
  service.log.info('a read was refused', { block: blockText(block), problem });
  const message = `opReadBlock ${blockText(block)} received exception ${problem}`;
  connection.sendMessage(BlockOpResponseProto, { status: Status.ERROR, message });
  connection.end();
  return null;
}

async function send(
  service: TransferService,
  block: Block,
  replica: ReadableReplica,
  sender: BlockSender,
  range: SendRange,
): Promise<void> {
  try {
    await sender.send();
    service.counters.bytesRead += range.endBytes - range.startBytes;
  } catch (error) {
    reportIfDamaged(service, block, replica, error);
    throw error;
  }
}

function success(sender: BlockSender, range: SendRange): BlockOpResponseProto {
  return {
    status: Status.SUCCESS,
    readOpChecksumInfo: { checksum: formatToProto(sender.format), chunkOffset: range.startBytes },
  };
}
