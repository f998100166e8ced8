import net from 'node:net';
import type { Clock } from '@rfs/base/seams';
import { Patience } from './patience.js';

/** What happens on a connection to a datanode. `closed` comes exactly once, last. */
export interface DataEvents {
  /** Bytes that nobody changes afterwards, or before it returns when they are `lent`. False stops reading until `resume`. */
  bytes(chunk: Buffer, lent: boolean): boolean;
  closed(error: Error | null): void;
}

/** What a writer needs of the way to a datanode. */
export interface DataLink {
  /** The other end must say something every `ms` from now on, or the connection fails; 0 lifts that. */
  expect(ms: number): void;
  /** Sends `pieces`, which stay unchanged until they are answered, with one system call. False when much is waiting already: then `drained` first. */
  send(pieces: readonly Uint8Array[]): boolean;
  /** Done when there is room for more again, or the connection has ended. */
  drained(): Promise<void>;
  /** Closes at once; `closed` follows. */
  destroy(error?: Error): void;
}

/** PERF: reads land in slabs of at most this size, so that one system call brings many packets and few of them span chunks. */
const LARGEST_SLAB_BYTES = 1024 * 1024;
/** Those who read more than this at a time get slabs of their own. */
const MOST_LENT_BYTES = 128 * 1024;
/** Where all others receive, so that those who wait hold nothing: what arrives is taken before another connection is read. */
const common = Buffer.allocUnsafeSlow(64 * 1024);
/** A slab with less than this part of it free is left to those who still look at it. */
const LEAST_ROOM_PART = 8;

/** One TCP connection to a datanode's data port. */
export class DataSocket implements DataLink {
  private readonly socket: net.Socket;
  private handler: DataEvents;
  private readonly patience: Patience;
  private slab: Buffer = common;
  private slabAt = 0;
  /** 0: receives into the common memory. */
  private slabBytes = 0;
  private ended = false;
  private failed: Error | null = null;

  /** Use {@link dialDatanode}. */
  constructor(host: string, port: number, clock: Clock, handler: DataEvents) {
    this.patience = new Patience(clock, (error) => this.destroy(error));
    this.handler = handler;
    this.socket = net.connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      onread: { buffer: () => this.room(), callback: (length) => this.read(length) },
    });
    this.socket.on('error', (error) => {
      this.failed = error;
    });
    this.socket.once('close', () => this.finish());
  }

  get open(): boolean {
    return !this.ended;
  }

  whenConnected(action: () => void): void {
    this.socket.once('connect', action);
  }

  /** Gives the connection to somebody else. */
  handOver(handler: DataEvents): void {
    this.handler = handler;
  }

  /** Receives into memory that fits a reader who wants at most `bytes` ahead. */
  receiveAhead(bytes: number): void {
    this.slabBytes = bytes <= MOST_LENT_BYTES ? 0 : Math.min(LARGEST_SLAB_BYTES, bytes);
  }

  /** @inheritdoc DataLink */
  expect(ms: number): void {
    this.patience.expect(ms);
  }

  /** @inheritdoc DataLink */
  send(pieces: readonly Uint8Array[]): boolean {
    if (this.ended) return true;
    if (pieces.length === 1) return this.socket.write(pieces[0]!);
    this.socket.cork();
    let more = true;
    for (const piece of pieces) more = this.socket.write(piece);
    this.socket.uncork();
    return more;
  }

  /** @inheritdoc DataLink */
  drained(): Promise<void> {
    const { socket } = this;
    if (this.ended || !socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        socket.removeListener('drain', done);
        socket.removeListener('close', done);
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
    });
  }

  resume(): void {
    if (!this.ended) this.socket.resume();
  }

  /** @inheritdoc DataLink */
  destroy(error?: Error): void {
    this.failed ??= error ?? null;
    this.socket.destroy();
  }

  private room(): Buffer {
    if (this.slabBytes === 0) {
      this.slab = common;
      this.slabAt = 0;
    } else if (this.slab === common || this.slab.length - this.slabAt < this.slabBytes / LEAST_ROOM_PART) {
      this.slab = Buffer.allocUnsafeSlow(this.slabBytes);
      this.slabAt = 0;
    }
    return this.slabAt === 0 ? this.slab : this.slab.subarray(this.slabAt);
  }

  private read(length: number): boolean {
    const chunk = this.slab.subarray(this.slabAt, this.slabAt + length);
    this.slabAt += length;
    this.patience.heard();
    return this.handler.bytes(chunk, this.slab === common);
  }

  private finish(): void {
    this.ended = true;
    this.patience.end();
    this.handler.closed(this.failed);
  }
}

/** Connects to a datanode's data port; the socket, or why there is none. `events` come from then on. */
export function dialDatanode(
  host: string,
  port: number,
  timeoutMs: number,
  clock: Clock,
  events: DataEvents,
): Promise<DataSocket | Error> {
  return new Promise((resolve) => {
    const attempt: DataEvents = {
      bytes: () => false,
      closed: (error) => {
        timer.cancel();
        resolve(error ?? new Error('the connection was closed'));
      },
    };
    const socket = new DataSocket(host, port, clock, attempt);
    const timer = clock.setTimer(timeoutMs, () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)));
    socket.whenConnected(() => {
      timer.cancel();
      socket.handOver(events);
      resolve(socket);
    });
  });
}
