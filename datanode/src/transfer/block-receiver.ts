import { assert } from '@rfs/base/assert';
import type { PipelineAckProto } from '@rfs/protocol/messages';
import { PipelineAckProto as PipelineAckCodec, Status } from '@rfs/protocol/messages';
import {
  type ChecksumFormat,
  ChecksumType,
  convertTemporaryToRbw,
  finalizeReplica,
  findBadChunk,
  type OpenForWrite,
  pinReplica,
  type ReplicaStore,
  type ReplicaUser,
  sumsOf,
} from '../store/index.js';
import { AckLine, type AckUser } from './ack-line.js';
import type { Connection } from './connection.js';
import type { Mirror } from './mirror.js';
import type { Packet } from './packet.js';

/** What one connection may keep in memory before it is not read any more. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** What becomes of the replica once the last packet is in. */
export type Ending = 'finalize' | 'rbw';

export interface ReceiverOptions {
  readonly store: ReplicaStore;
  /** Where packets come from. */
  readonly source: Connection;
  /** Sums as the sender makes them. */
  readonly format: ChecksumFormat;
  /** Acks are sent back on the source: for clients' pipelines. */
  readonly acks: boolean;
  readonly ending: Ending;
  /** BLAKE3 that the whole replica must have. */
  readonly expectedDigest: Uint8Array | undefined;
  readonly deleteHint: string;
  readonly syncOnClose: boolean;
  /** The replica is to stay on this datanode. */
  readonly pinned: boolean;
  /** Called with the data bytes of each packet; answers how long to stop reading (ms), 0 for not at all. */
  readonly throttle: ((bytes: number) => number) | null;
  readonly wait: (delayMs: number, action: () => void) => void;
}

/**
 * Receives a block (BlockReceiver): checks each packet, passes it on, writes it, acknowledges it. A client's pipeline is
 * finalized before its last ack; a copy when its last packet is on disk.
 */
export class BlockReceiver implements ReplicaUser, AckUser {
  private readonly options: ReceiverOptions;
  private readonly line: AckLine;
  private opening: OpenForWrite | null = null;
  private mirror: Mirror | null = null;
  private mirrorWorks = false;
  private inPacketLoop = false;
  private paused = false;
  private throttled = false;
  private lastSeen = false;
  private dirSync = false;
  private finished = false;
  /** The replica has been closed, by finishing or by giving up. */
  private closing: Promise<void> | null = null;
  private resolve!: () => void;
  private reject!: (error: Error) => void;
  /** Settles when the block is complete, or rejects when it will not be. */
  readonly done: Promise<void>;

  constructor(options: ReceiverOptions, hasMirror: boolean) {
    this.options = options;
    this.line = new AckLine(this, options.acks && hasMirror);
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever started the receiver awaits it later; until then a failure must not count as unheard.
    this.done.catch(() => undefined);
  }

  /** The replica and its writer, handed over in the block's turn. */
  opened(opened: OpenForWrite): void {
    this.opening = opened;
    if (this.finished) this.closing = this.giveUp(this.closing);
  }

  /** Begins to take packets. */
  start(mirror: Mirror | null): void {
    this.mirror = mirror;
    this.mirrorWorks = mirror !== null;
    if (this.finished) {
      this.dropMirror();
      return;
    }
    const { source } = this.options;
    if (mirror !== null && this.options.acks) {
      mirror.listen({
        mirrorAcks: (acks) => {
          source.hold();
          this.line.mirrorTold(acks);
          source.flush();
        },
        mirrorLost: () => this.mirrorGone(),
      });
    }
    source.pull(() => this.takePackets());
    source.whenLost((error) => {
      // A sender of a copy, or a client that died, may close once everything is here.
      if (!this.lastSeen || this.line.mirrorIsLost) this.fail(error);
    });
  }

  /** ReplicaOwner: somebody else must have the replica. */
  async stop(): Promise<void> {
    this.fail(new Error('the replica was taken over'));
    await this.closing;
  }

  written(lengthBytes: number): void {
    const { source } = this.options;
    source.hold();
    this.line.written(lengthBytes, this.taken.writer.syncsDone);
    source.flush();
    if (this.paused && !this.throttled && this.line.waitingBytes < MAX_WAITING_BYTES / 2) this.goOn();
  }

  failed(error: Error): void {
    this.options.store.diskError(this.taken.replica.volume, error);
    this.fail(error);
  }

  sendAck(ack: PipelineAckProto): void {
    if (this.options.acks && !this.finished) this.options.source.sendMessage(PipelineAckCodec, ack);
  }

  acknowledged(endBytes: number): void {
    const { replica } = this.taken;
    if (endBytes > replica.ackedBytes) replica.ackedBytes = endBytes;
  }

  settleLast(): void {
    if (this.closing !== null) return;
    this.closing = this.finalize();
    this.closing.then(
      () => this.line.lastIsSettled(),
      (error: Error) => this.fail(error),
    );
  }

  complete(): void {
    if (this.finished) return;
    this.finished = true;
    this.options.source.pull(null);
    this.mirror?.end();
    this.line.drop();
    this.resolve();
  }

  abandon(reason: string): void {
    this.fail(new Error(reason));
  }

  private takePackets(): void {
    const { source } = this.options;
    this.inPacketLoop = true;
    this.mirror?.hold();
    try {
      // Also when paused: what has been received is taken, so that no segment is left half read.
      while (!this.finished && !this.lastSeen) {
        const packet = source.inbound.nextPacket();
        if (packet === null) break;
        this.takePacket(packet);
      }
    } finally {
      this.inPacketLoop = false;
      this.mirror?.flush();
    }
  }

  private takePacket(packet: Packet): void {
    const { writer } = this.taken;
    if (packet.offset > writer.lengthBytes) {
      packet.release();
      this.fail(
        new Error(`Received an out-of-sequence packet at offset ${packet.offset}, expected ${writer.lengthBytes}`),
      );
      return;
    }
    const sums = this.checkedSums(packet);
    if (sums === null) {
      this.lastSeen = true;
      this.line.add(packet, Status.ERROR_CHECKSUM, 0);
      this.written(this.taken.replica.onDiskBytes);
      return;
    }
    this.forward(packet);
    const isNew = packet.dataLength > 0 && this.write(packet, sums);
    if (packet.last) {
      this.lastSeen = true;
      this.dirSync = packet.sync || this.options.syncOnClose;
    }
    const syncNumber = packet.sync || (packet.last && this.options.syncOnClose) ? writer.sync() : 0;
    this.line.add(packet, Status.SUCCESS, syncNumber);
    if (!isNew) this.written(this.taken.replica.onDiskBytes);
    const delayMs = this.options.throttle?.(packet.dataLength) ?? 0;
    if (delayMs > 0) {
      this.throttled = true;
      this.pause();
      this.options.wait(delayMs, () => {
        this.throttled = false;
        this.goOn();
      });
    } else if (this.line.waitingBytes > MAX_WAITING_BYTES) this.pause();
  }

  /** The packet's sums as they go to disk; null when the data does not match the ones that came. */
  private checkedSums(packet: Packet): Uint8Array | null {
    const { format, source } = this.options;
    const disk = this.taken.replica.format ?? format;
    const { data, sums } = packet;
    if (data.length === 0) return sums;
    const sent = format.type !== ChecksumType.NULL && sums.length > 0;
    if (sent && sums.length !== Math.ceil(data.length / format.bytesPerChecksum) * 4) return null;
    if (sent && !source.inProcess && findBadChunk(format, data, sums) >= 0) return null;
    const same = sent && disk.type === format.type && disk.bytesPerChecksum === format.bytesPerChecksum;
    return same ? sums : sumsOf(disk, data);
  }

  /** Appends what of the packet is new, if anything: a client that recovered may send again what is here already. */
  private write(packet: Packet, sums: Uint8Array): boolean {
    const { writer, replica } = this.taken;
    const { bytesPerChecksum } = replica.format!;
    const have = writer.lengthBytes - packet.offset;
    if (have >= packet.dataLength) return false;
    const data = have === 0 ? packet.data : packet.data.subarray(have);
    if (packet.offset % bytesPerChecksum === 0) {
      const skipped = Math.floor(writer.lengthBytes / bytesPerChecksum) - packet.offset / bytesPerChecksum;
      writer.append(data, skipped === 0 ? sums : sums.subarray(skipped * 4));
      return true;
    }
    if ((packet.offset % bytesPerChecksum) + packet.dataLength > bytesPerChecksum) {
      this.fail(new Error(`a partial chunk must be sent in an individual packet (data length = ${packet.dataLength})`));
      return false;
    }
    // The sum that came covers only the packet's part of the chunk.
    const sum = Buffer.allocUnsafeSlow(sums.length === 0 ? 0 : 4);
    if (sum.length > 0) sum.writeUInt32BE(writer.sumAfter(data));
    writer.append(data, sum);
    return true;
  }

  private forward(packet: Packet): void {
    if (this.mirrorWorks) this.mirror?.forward(packet);
  }

  private mirrorGone(): void {
    if (!this.mirrorWorks || this.finished) return;
    this.mirrorWorks = false;
    this.line.mirrorLost();
    if (this.line.mirrorIsLost && this.options.source.isLost) this.fail(new Error('both neighbours are gone'));
  }

  private get taken(): OpenForWrite {
    assert(this.opening !== null, 'a packet was taken before the replica was open');
    return this.opening;
  }

  private pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.options.source.pause();
  }

  private goOn(): void {
    if (!this.paused || this.finished) return;
    this.paused = false;
    this.options.source.resume();
    if (!this.inPacketLoop) this.takePackets();
  }

  private async finalize(): Promise<void> {
    const { store, expectedDigest, deleteHint, ending } = this.options;
    const { replica, writer } = this.taken;
    await writer.close();
    const digest = writer.digest();
    if (expectedDigest !== undefined && digest !== null && !Buffer.from(expectedDigest).equals(digest)) {
      throw new Error(`the copy's digest is not that of its source: ${replica}`);
    }
    if (ending === 'rbw') {
      await convertTemporaryToRbw(store, replica);
      replica.owner = null;
      return;
    }
    await store.inTurn(replica.blockId, async () => {
      replica.owner = null;
      if (store.openReplica(replica.blockId) !== replica || replica.state === 'RUR') {
        throw new Error(`the replica was taken over: ${replica}`);
      }
      await finalizeReplica(store, replica, digest, deleteHint);
      if (this.options.pinned) await pinReplica(store, replica);
      if (this.dirSync) await store.files.syncFolder(replica.volume.finalizedPath(replica.blockId));
    });
  }

  /** Ends everything; the replica stays for recovery, an unfinished copy goes. */
  private fail(error: Error): void {
    if (this.finished) return;
    this.finished = true;
    this.options.source.pull(null);
    this.options.source.finish();
    this.dropMirror();
    const closing = this.closing;
    this.closing = this.giveUp(closing).then(() => this.reject(error));
  }

  private async giveUp(finalizing: Promise<void> | null): Promise<void> {
    await finalizing?.catch(() => undefined);
    const { source, store } = this.options;
    await source.gone();
    if (this.opening !== null) {
      const { replica, writer } = this.opening;
      if (finalizing === null) await writer.close();
      this.line.drop();
      replica.owner = null;
      if (replica.state === 'TEMPORARY' && store.openReplica(replica.blockId) === replica) await store.discard(replica);
    } else this.line.drop();
  }

  private dropMirror(): void {
    this.mirrorWorks = false;
    void this.mirror?.destroy();
  }
}
