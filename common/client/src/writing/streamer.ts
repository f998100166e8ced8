import { FailureError } from '@rfs/base/failure';
import type { Timer } from '@rfs/base/seams';
import { failure } from '@rfs/protocol/exceptions';
import {
  type ExtendedBlockProto,
  type LocatedBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
} from '@rfs/protocol/messages';
import { BlockWriting } from './block-writing.js';
import { Changes } from './changes.js';
import { Excluded } from './excluded.js';
import type { StreamerOptions } from './options.js';
import { heartbeat, type OutPacket, type PacketMemory } from './out-packet.js';
import type { Pipeline, PipelineEvents, PipelineProblem } from './pipeline.js';
import { Recovery } from './recovery.js';

/**
 * Carries packets to the pipelines of a file's blocks, in order, and keeps them until they are acknowledged. When a
 * pipeline breaks it is mended and what was not acknowledged goes out again (DataStreamer).
 */
export class Streamer implements PipelineEvents {
  private readonly options: StreamerOptions;
  private readonly memory: PacketMemory;
  private readonly changes = new Changes();
  private readonly excluded: Excluded;
  private queue: OutPacket[] = [];
  private unacknowledged: OutPacket[] = [];
  private block: BlockWriting | undefined;
  /** The last block that is finished, or that was there before an append. */
  private previous: ExtendedBlockProto | undefined;
  private pipeline: Pipeline | undefined;
  private problem: PipelineProblem | undefined;
  /** Times that the pipeline was mended since the last acknowledgement. */
  private recoveries = 0;
  /** The namenode does not know the latest block's state for good yet. */
  private unpersisted = false;
  private flushed = false;
  private failure: FailureError | undefined;
  private closed = false;
  private heartbeatTimer: Timer | undefined;
  private sentMs = 0;

  constructor(
    options: StreamerOptions,
    memory: PacketMemory,
    appendTo: LocatedBlockProto | undefined,
    previous: ExtendedBlockProto | undefined,
  ) {
    this.options = options;
    this.memory = memory;
    this.excluded = new Excluded(options.settings.excludedNodesExpiryMs, options.clock);
    this.previous = previous;
    if (appendTo !== undefined) this.block = new BlockWriting(appendTo, Stage.PIPELINE_SETUP_APPEND);
    this.run().catch((error: unknown) => this.fail(error as Error));
  }

  /** Takes a packet; done when there is room for another one. Throws what has gone wrong. */
  async enqueue(packet: OutPacket): Promise<void> {
    this.check();
    this.queue.push(packet);
    this.changes.signal();
    const limit = this.options.settings.maximumPacketsInFlight;
    while (this.queue.length + this.unacknowledged.length > limit) {
      await this.changes.next();
      this.check();
    }
  }

  /** Done when every packet so far is acknowledged. */
  async waitForAll(): Promise<void> {
    this.check();
    while (this.queue.length + this.unacknowledged.length > 0) {
      await this.changes.next();
      this.check();
    }
  }

  /** Lets the namenode keep the file's blocks, and with `updateLength` the length as it is now. */
  async persist(updateLength: boolean): Promise<void> {
    this.flushed = true;
    if (!this.unpersisted && !updateLength) return;
    this.unpersisted = false;
    const { path: src, clientName: client, fileId, namenodes } = this.options;
    const lastBlockLength = (this.block?.current ?? this.previous)?.numBytes ?? -1;
    await namenodes.call('fsync', { src, client, lastBlockLength, fileId });
  }

  /** Has the namenode close the file; repeated while its last block is not reported yet. */
  async complete(): Promise<void> {
    const { path: src, clientName, fileId, namenodes, settings } = this.options;
    const last = this.block?.current ?? this.previous;
    let pauseMs = settings.locateDelayMs;
    for (let retries = settings.locateRetries; ; retries--) {
      const { result } = await namenodes.call('complete', { src, clientName, last, fileId });
      if (result) return;
      if (retries <= 0) {
        const text = `Unable to close file because the last block ${last?.blockId} does not have enough number of replicas.`;
        throw new FailureError(failure('IOException', text));
      }
      await this.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, settings.locateMaximumDelayMs);
    }
  }

  /** Throws what has gone wrong, if anything. */
  check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /** Ends everything with this error, which every later call throws. */
  fail(error: Error): void {
    this.failure ??=
      error instanceof FailureError ? error : new FailureError(failure('IOException', error.stack ?? error.message));
    this.close();
  }

  close(): void {
    this.closed = true;
    this.heartbeatTimer?.cancel();
    this.pipeline?.close();
    this.pipeline = undefined;
    this.changes.signal();
  }

  acknowledged(seqno: number): void {
    const packet = this.unacknowledged[0];
    if (packet === undefined || packet.seqno !== seqno) {
      this.pipeline?.close();
      this.broken({ badIndex: 0, restarting: false, message: `it acknowledged packet ${seqno} out of turn` });
      return;
    }
    this.unacknowledged.shift();
    // Behind its last packet a pipeline has nothing to say: that the datanode closes the connection is no failure.
    if (packet.last) this.pipeline?.close();
    if (this.block !== undefined) this.block.acknowledged(packet.endInBlock);
    this.recoveries = 0;
    this.memory.give(packet);
    this.changes.signal();
  }

  broken(problem: PipelineProblem): void {
    this.problem ??= problem;
    this.changes.signal();
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      if (this.problem !== undefined) {
        await this.recover();
        continue;
      }
      const packet = this.queue[0];
      if (packet === undefined) {
        await this.changes.next();
        continue;
      }
      if (this.pipeline === undefined) {
        await this.prepare();
        continue;
      }
      if (packet.last) await this.sendLast(packet);
      else await this.send(packet);
    }
  }

  private async send(packet: OutPacket): Promise<void> {
    this.queue.shift();
    this.unacknowledged.push(packet);
    this.block!.sent(packet.endInBlock);
    this.sentMs = this.options.clock.monotonicMs();
    const { pipeline } = this;
    if (pipeline !== undefined && !pipeline.send(packet)) await pipeline.drained();
  }

  /** The packet that ends a block goes when all before it are acknowledged; the block ends when it is itself. */
  private async sendLast(packet: OutPacket): Promise<void> {
    await this.allAcknowledged();
    if (this.problem !== undefined || this.closed) return;
    this.block!.stage = Stage.PIPELINE_CLOSE;
    await this.send(packet);
    await this.allAcknowledged();
    if (this.problem === undefined && !this.closed) this.endBlock();
  }

  private async allAcknowledged(): Promise<void> {
    while (this.unacknowledged.length > 0 && this.problem === undefined && !this.closed) await this.changes.next();
  }

  private endBlock(): void {
    this.previous = this.block!.current;
    this.block = undefined;
    this.pipeline?.close();
    this.pipeline = undefined;
    this.heartbeatTimer?.cancel();
    this.heartbeatTimer = undefined;
    this.changes.signal();
  }

  /** Gets a pipeline for the block that is appended to, or a new block with one. */
  private async prepare(): Promise<void> {
    const recovery = this.recovery();
    if (this.block === undefined) {
      const made = await recovery.newBlock(this.previous, this.excluded);
      this.block = made.block;
      this.adopt(made.pipeline);
    } else {
      this.adopt(await recovery.mend(this.block, undefined, { flushed: this.flushed }));
    }
    this.unpersisted = true;
  }

  private async recover(): Promise<void> {
    const problem = this.problem!;
    this.problem = undefined;
    this.pipeline?.close();
    this.pipeline = undefined;
    for (const packet of this.unacknowledged) packet.abandoned = true;
    this.queue = [...this.unacknowledged, ...this.queue];
    this.unacknowledged = [];
    const { settings } = this.options;
    if (!problem.restarting && ++this.recoveries > settings.pipelineRecoveryRetries) {
      const text = `Failing write. Tried pipeline recovery ${settings.pipelineRecoveryRetries} times without success.`;
      throw new FailureError(failure('IOException', `${text} The last time: ${problem.message}`));
    }
    const block = this.block!;
    const closing = block.stage === Stage.PIPELINE_CLOSE;
    const pipeline = await this.recovery().mend(block, problem, { flushed: this.flushed });
    this.unpersisted = true;
    if (closing) {
      // The datanodes have finished the block while the pipeline was mended, and may have closed the connection since:
      // its last packet has nothing left to say.
      pipeline.close();
      this.problem = undefined;
      this.memory.give(this.queue.shift()!);
      this.endBlock();
    } else {
      this.adopt(pipeline);
    }
  }

  private recovery(): Recovery {
    return new Recovery(this.options, this, () => this.closed);
  }

  private adopt(pipeline: Pipeline): void {
    if (this.closed) {
      pipeline.close();
      return;
    }
    this.pipeline = pipeline;
    this.block!.stage = Stage.DATA_STREAMING;
    this.sentMs = this.options.clock.monotonicMs();
    this.beat();
  }

  /** While nothing is sent a heartbeat shows every half timeout that we are there. */
  private beat(): void {
    const { clock, settings } = this.options;
    const everyMs = settings.socketTimeoutMs / 2;
    this.heartbeatTimer?.cancel();
    const silentMs = clock.monotonicMs() - this.sentMs;
    this.heartbeatTimer = clock.setTimer(Math.max(1, everyMs - silentMs), () => {
      if (this.pipeline === undefined) return;
      if (clock.monotonicMs() - this.sentMs >= everyMs) {
        this.pipeline.sendBytes(heartbeat());
        this.sentMs = clock.monotonicMs();
      }
      this.beat();
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.setTimer(ms, resolve);
    });
  }
}
