import { writePacketHead } from '@rfs/protocol/transfer';
import { type ChecksumFormat, ChecksumType, type ReadableReplica, sumsLength } from '../store/index.js';
import type { Connection } from './connection.js';
import { readVerified, sumsToRead } from './verified-read.js';

/** The longest packet head without the sync field. */
const HEAD_BYTES = 33;
/** Data in the first packet: a seek that reads little gets it at once. */
const FIRST_PACKET_BYTES = 64 * 1024;
/** Data in later packets, doubled up to this. */
const LARGEST_PACKET_BYTES = 512 * 1024;
/** Packets being read or sent at the same time. */
const SLOTS = 3;
/** Where more transfers than this are under way, most wait for slow readers: each holds less while it waits. */
const MANY_TRANSFERS = 64;
const LARGEST_AMONG_MANY_BYTES = 128 * 1024;
const SLOTS_AMONG_MANY = 2;

/** What part of a replica to send, widened to whole chunks. */
export interface SendRange {
  readonly startBytes: number;
  readonly endBytes: number;
}

/** The range that covers `offset` and `length` (-1: to the end) with whole chunks; null when the replica ends before. */
export function rangeOf(replica: ReadableReplica, offset: number, length: number): SendRange | null {
  const { endBytes, format } = replica;
  const wanted = length < 0 ? endBytes - offset : length;
  if (offset < 0 || offset > endBytes || offset + wanted > endBytes) return null;
  const chunk = format.bytesPerChecksum;
  return {
    startBytes: offset - (offset % chunk),
    endBytes: Math.min(endBytes, Math.ceil((offset + wanted) / chunk) * chunk),
  };
}

/**
 * Sends a part of a replica as packets (BlockSender). While one packet travels the next ones are read and checked; what
 * does not match its sums is never sent.
 */
export class BlockSender {
  private readonly replica: ReadableReplica;
  private readonly connection: Connection;
  private readonly range: SendRange;
  private readonly withSums: boolean;
  private readonly throttle: ((bytes: number) => Promise<void>) | null;
  private readonly slots: Slot[] = [];
  private readonly slotCount: number;
  private readonly largestBytes: number;
  private nextBytes = FIRST_PACKET_BYTES;
  private seqno = 0;

  /**
   * @param withSums false: the receiver wants data only; it is checked here all the same
   * @param transfers how many are under way
   */
  constructor(
    replica: ReadableReplica,
    connection: Connection,
    range: SendRange,
    withSums: boolean,
    throttle: ((bytes: number) => Promise<void>) | null,
    transfers = 0,
  ) {
    this.replica = replica;
    this.connection = connection;
    this.range = range;
    this.withSums = withSums;
    this.throttle = throttle;
    const many = transfers > MANY_TRANSFERS;
    this.slotCount = many ? SLOTS_AMONG_MANY : SLOTS;
    this.largestBytes = many ? LARGEST_AMONG_MANY_BYTES : LARGEST_PACKET_BYTES;
  }

  /** The sums that travel with the data. */
  get format(): ChecksumFormat {
    const { format } = this.replica;
    return this.withSums ? format : { type: ChecksumType.NULL, bytesPerChecksum: format.bytesPerChecksum };
  }

  /** Resolves when everything is handed to the kernel. Rejects with CorruptReplica, ConnectionLost or the disk's error. */
  async send(): Promise<void> {
    const { endBytes } = this.range;
    const reading: Promise<Slot>[] = [];
    let position = this.range.startBytes;
    let free = this.slotCount;
    try {
      while (position < endBytes || reading.length > 0) {
        while (free > 0 && position < endBytes) {
          const length = Math.min(this.nextBytes, endBytes - position);
          const slot = this.takeSlot(length);
          const ready = slot.read(this.replica, position, length);
          // It is awaited in its turn; a failure before that is not unheard.
          ready.catch(() => undefined);
          reading.push(ready);
          position += length;
          free--;
          this.nextBytes = Math.min(this.largestBytes, this.nextBytes * 2);
        }
        const slot = await reading.shift()!;
        await this.throttle?.(slot.dataLength);
        slot.sent = this.write(slot);
        // Whoever fills the slot next hears of a failure.
        slot.sent.catch(() => undefined);
        this.slots.push(slot);
        free++;
      }
      await this.lastPacket();
    } finally {
      await Promise.allSettled(reading);
    }
  }

  /** A slot that is not being sent any more. Waiting for it is left to its read. */
  private takeSlot(dataLength: number): Slot {
    const slot = this.slots.shift();
    return slot !== undefined && slot.capacity >= dataLength ? slot : new Slot(dataLength, this.replica.format, slot);
  }

  private write(slot: Slot): Promise<void> {
    return this.written(slot.packet(this.seqno++, this.withSums));
  }

  private async lastPacket(): Promise<void> {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    const end = writePacketHead(head, 0, this.seqno, this.range.endBytes, 0, 0, true, false);
    await this.written(head.subarray(0, end));
  }

  private written(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.connection.send(bytes, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}

/** Memory for one packet: head, sums and data in one piece, so that it goes out in one write without a copy. */
class Slot {
  readonly capacity: number;
  dataLength = 0;
  /** Settles when the kernel has the packet that the slot held. */
  sent: Promise<void> = Promise.resolve();
  private readonly format: ChecksumFormat;
  private readonly memory: Buffer;
  private readonly dataAt: number;
  private sumsBytes = 0;
  private position = 0;

  /** @param before a slot of the same sender that is given up: order among reads stays */
  constructor(capacity: number, format: ChecksumFormat, before: Slot | undefined) {
    this.capacity = capacity;
    this.format = format;
    this.dataAt = HEAD_BYTES + sumsLength(format, capacity);
    this.memory = Buffer.allocUnsafeSlow(this.dataAt + capacity);
    if (before !== undefined) this.sent = before.sent;
  }

  /** Fills the slot with the data at `position` and checks it. */
  async read(replica: ReadableReplica, position: number, length: number): Promise<this> {
    await this.sent;
    this.position = position;
    this.dataLength = length;
    this.sumsBytes = sumsToRead(replica, this.format, length);
    await readVerified(replica, position, this.data, this.sums);
    return this;
  }

  /** The packet, ready to be sent. */
  packet(seqno: number, withSums: boolean): Uint8Array {
    const sumsBytes = withSums ? this.sumsBytes : 0;
    const headEnd = this.dataAt - sumsBytes;
    // The head is always 31 bytes: no packet of ours asks for a sync.
    const at = headEnd - 31;
    writePacketHead(this.memory, at, seqno, this.position, sumsBytes, this.dataLength, false, false);
    return this.memory.subarray(at, this.dataAt + this.dataLength);
  }

  private get data(): Buffer {
    return this.memory.subarray(this.dataAt, this.dataAt + this.dataLength);
  }

  private get sums(): Buffer {
    return this.memory.subarray(this.dataAt - this.sumsBytes, this.dataAt);
  }
}
