import { ByteWriter, MalformedBytes } from '@rfs/base/bytes';
import { FailureError } from '@rfs/base/failure';
import type { Clock } from '@rfs/base/seams';
import { dialDatanode } from '@rfs/client/network';
import { failure } from '@rfs/protocol/exceptions';
import { BlockOpResponseProto, OpReplaceBlockProto, Status } from '@rfs/protocol/messages';
import { Op, TransferReader, writeOp } from '@rfs/protocol/transfer';
import type { Move } from './planner/index.js';

export interface ReplaceOptions {
  readonly poolId: string;
  /** How long to wait for a connection. */
  readonly connectTimeoutMs: number;
  /** No sign of life for so long ends the wait: datanodes say every half a minute that a move goes on. */
  readonly silenceMs: number;
  /** A move that takes longer is given up, though the datanode may still finish it; 0 for never. */
  readonly moveTimeoutMs: number;
  readonly useHostname: boolean;
  /** Ends the wait; what the datanodes have begun they finish. */
  readonly stop: AbortSignal;
}

/** The way moves went wrong that is no fault of the datanodes: the block stays where a client wanted it. */
export class BlockPinned extends Error {
  override readonly name = 'BlockPinned';
}

/**
 * Has the target of a move fetch the block from the proxy, and waits until it has it (PendingMove.dispatch). Throws
 * FailureError or BlockPinned.
 */
export async function replaceBlock(move: Move, options: ReplaceOptions, clock: Clock): Promise<void> {
  const { ipAddr, hostName, xferPort } = move.target.node.info.id;
  const reader = new TransferReader();
  let settle: (result: Error | null) => void = () => undefined;
  const ended = new Promise<Error | null>((resolve) => {
    settle = resolve;
  });
  const startedMs = clock.monotonicMs();
  const host = options.useHostname ? hostName : ipAddr;
  const socket = await dialDatanode(host, xferPort, options.connectTimeoutMs, clock, {
    bytes: (chunk) => {
      reader.push(chunk);
      const late = options.moveTimeoutMs > 0 && clock.monotonicMs() - startedMs > options.moveTimeoutMs;
      const result = outcome(reader, late);
      if (result !== undefined) settle(result);
      return true;
    },
    closed: (error) => settle(error ?? new Error(`datanode ${host}:${xferPort} closed the connection`)),
  });
  if (socket instanceof Error) throw refused(socket);
  const stopped = (): void => settle(new Error('the balancer was stopped'));
  options.stop.addEventListener('abort', stopped);
  if (options.stop.aborted) stopped();
  socket.expect(options.silenceMs);
  socket.send([request(move, options.poolId)]);
  const result = await ended;
  options.stop.removeEventListener('abort', stopped);
  socket.destroy();
  if (result !== null) throw result instanceof BlockPinned ? result : refused(result);
}

/** Null when the block is there, undefined while it is on its way. */
function outcome(reader: TransferReader, late: boolean): Error | null | undefined {
  try {
    for (;;) {
      const reply = reader.nextMessage(BlockOpResponseProto);
      if (reply === null) return undefined;
      if (reply.status === Status.SUCCESS) return null;
      if (reply.status === Status.ERROR_BLOCK_PINNED) return new BlockPinned(reply.message ?? 'the block is pinned');
      if (reply.status !== Status.IN_PROGRESS) return new Error(reply.message ?? `status ${reply.status}`);
      if (late) return new Error('Block move timed out');
    }
  } catch (error) {
    if (error instanceof MalformedBytes) return error;
    throw error;
  }
}

function request({ block, source, target, proxy }: Move, poolId: string): Uint8Array {
  const writer = new ByteWriter(512);
  writeOp(writer, Op.REPLACE_BLOCK, OpReplaceBlockProto, {
    header: { block: { poolId, blockId: block.id, generationStamp: block.stamp, numBytes: block.bytes } },
    delHint: source.node.uuid,
    source: proxy.info,
    storageType: target.type,
  });
  return writer.copy();
}

function refused(error: Error): FailureError {
  return new FailureError(failure('IOException', error.message));
}
