import { Ring } from '@rfs/base/collections';
import { type PipelineAckProto, Status } from '@rfs/protocol/messages';
import { ackFlag, flagsOf, makeAck, outOfBandStatus, statusOfFlag, UNKNOWN_SEQNO } from '@rfs/protocol/transfer';
import type { Packet } from './packet.js';

/** What the line needs of the receiver it belongs to. */
export interface AckUser {
  /** Sends an ack to the previous datanode or client. */
  sendAck(ack: PipelineAckProto): void;
  /** The whole pipeline has everything below `endBytes`. */
  acknowledged(endBytes: number): void;
  /** Everything is written here and below: finalize, then call `lastIsSettled`. */
  settleLast(): void;
  /** The last ack is sent. */
  complete(): void;
  /** This datanode must leave the pipeline. */
  abandon(reason: string): void;
}

interface Entry {
  readonly seqno: number;
  /** Where the packet's data ends in the block; 0 for packets without data. */
  readonly endBytes: number;
  readonly last: boolean;
  readonly status: Status;
  /** The sync that must be done first; 0 for none. */
  readonly syncNumber: number;
  packet: Packet | null;
}

/**
 * Packets of a pipeline that are not acknowledged yet, in order (BlockReceiver.PacketResponder). A packet is
 * acknowledged to the previous datanode when it is on this disk, synced if that was asked for, and acknowledged by the
 * next datanode, whose statuses follow ours in the ack.
 */
export class AckLine {
  private readonly user: AckUser;
  private readonly hasMirror: boolean;
  private readonly entries = new Ring<Entry>();
  private readonly mirrorAcks = new Ring<PipelineAckProto>();
  /** How many of the oldest entries are on disk. */
  private onDisk = 0;
  private heldBytes = 0;
  private mirrorFailed = false;
  private settling = false;
  private settled = false;

  constructor(user: AckUser, hasMirror: boolean) {
    this.user = user;
    this.hasMirror = hasMirror;
  }

  /** Bytes in memory that wait for the disk. */
  get waitingBytes(): number {
    return this.heldBytes;
  }

  /** A packet has been taken over; the line releases it when it is on disk. */
  add(packet: Packet, status: Status, syncNumber: number): void {
    const endBytes = packet.dataLength === 0 ? 0 : packet.offset + packet.dataLength;
    this.entries.push({ seqno: packet.seqno, endBytes, last: packet.last, status, syncNumber, packet });
    this.heldBytes += packet.dataLength;
  }

  /** The disk has everything below `lengthBytes` and so many syncs. */
  written(lengthBytes: number, syncsDone: number): void {
    for (;;) {
      const entry = this.entries.at(this.onDisk);
      const bad = entry?.status !== Status.SUCCESS;
      if (entry === undefined || (!bad && entry.endBytes > lengthBytes) || entry.syncNumber > syncsDone) break;
      this.heldBytes -= entry.packet?.dataLength ?? 0;
      entry.packet?.release();
      entry.packet = null;
      this.onDisk++;
    }
    this.advance();
  }

  /** The next datanode's acks have come. */
  mirrorTold(acks: readonly PipelineAckProto[]): void {
    if (this.mirrorFailed) return;
    for (const ack of acks) {
      if (outOfBandStatus(ack) === undefined) this.mirrorAcks.push(ack);
      else this.user.sendAck(makeAck(UNKNOWN_SEQNO, [ackFlag(Status.SUCCESS), ...flagsOf(ack)]));
    }
    this.advance();
  }

  /**
   * The next datanode is gone: the client is told at once, by an ack that answers no packet, and will take the pipeline
   * apart. One that has acknowledged the last packet may go.
   */
  mirrorLost(): void {
    const newest = this.entries.at(this.entries.length - 1);
    const complete = newest?.last === true && this.mirrorAcks.length >= this.entries.length;
    if (this.mirrorFailed || this.settling || complete) return;
    this.mirrorFailed = true;
    this.user.sendAck(makeAck(UNKNOWN_SEQNO, [ackFlag(Status.SUCCESS), ackFlag(Status.ERROR)]));
  }

  get mirrorIsLost(): boolean {
    return this.mirrorFailed;
  }

  lastIsSettled(): void {
    this.settled = true;
    this.advance();
  }

  /** Releases all memory: nothing is acknowledged any more. */
  drop(): void {
    for (let entry = this.entries.shift(); entry !== undefined; entry = this.entries.shift()) entry.packet?.release();
    this.mirrorAcks.clear();
    this.onDisk = 0;
    this.heldBytes = 0;
  }

  private advance(): void {
    while (this.onDisk > 0 && !this.mirrorFailed) {
      const entry = this.entries.peek()!;
      let flags = [ackFlag(entry.status)];
      if (this.hasMirror && entry.status === Status.SUCCESS) {
        const ack = this.mirrorAcks.peek();
        if (ack === undefined) return;
        if (ack.seqno !== entry.seqno) {
          this.user.abandon(`seqno: expected=${entry.seqno}, received=${ack.seqno}`);
          return;
        }
        flags = flags.concat(flagsOf(ack));
        if (statusOfFlag(flags[1]!) === Status.ERROR_CHECKSUM) {
          // The next datanode found damage in what came from here: this one is to blame, not the next.
          this.user.abandon('the next datanode reported that the data sent by this one is corrupt');
          return;
        }
      }
      if (entry.last && entry.status === Status.SUCCESS && !this.settled) {
        if (!this.settling) {
          this.settling = true;
          this.user.settleLast();
        }
        return;
      }
      this.entries.shift();
      this.mirrorAcks.shift();
      this.onDisk--;
      if (flags.every((flag) => statusOfFlag(flag) === Status.SUCCESS)) this.user.acknowledged(entry.endBytes);
      this.user.sendAck(makeAck(entry.seqno, flags));
      if (entry.status === Status.ERROR_CHECKSUM) {
        this.user.abandon('a packet that came was corrupt');
        return;
      }
      if (entry.last) {
        this.user.complete();
        return;
      }
    }
  }
}
