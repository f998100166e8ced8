import { ByteWriter, type Codec, MalformedBytes } from '@rfs/base/bytes';
import type { Clock } from '@rfs/base/seams';
import { type Op, writeMessage, writeOp } from '@rfs/protocol/transfer';
import { Inbound } from './inbound.js';
import type { SegmentPool } from './segments.js';
import type { SocketUser, TransferNetwork, TransferSocket } from './sockets.js';

/** With more than this that nobody has asked for yet, such as a copy whose replica is being opened, no more is read. */
const MOST_UNASKED_BYTES = 64 * 1024;

/** The other side is gone, or had to be dropped. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** What all connections of a datanode share. */
export interface TransferContext {
  readonly clock: Clock;
  readonly network: TransferNetwork;
  readonly pool: SegmentPool;
  /** Open connections, for the sweep that ends idle ones. */
  readonly connections: Set<Connection>;
}

/**
 * A data connection, accepted or opened: messages one at a time as promises, or everything as it comes to a handler.
 * Malformed bytes end it.
 */
export class Connection implements SocketUser {
  readonly inbound: Inbound;
  /** When bytes last came or went, on the monotonic clock. */
  activeMs: number;
  /** Idle for longer than this it is dropped. */
  idleLimitMs: number;
  private readonly context: TransferContext;
  private readonly writer = new ByteWriter(512);
  private socket: TransferSocket | null = null;
  private handler: (() => void) | null = null;
  /** Rejects the message that is waited for. */
  private rejectNext: ((error: ConnectionLost) => void) | null = null;
  /** Reading has stopped because nobody takes what has come. */
  private unasked = false;
  private lost: ConnectionLost | null = null;
  private finished = false;
  private answered = false;
  private open = true;
  private readonly lostListeners: ((error: ConnectionLost) => void)[] = [];
  private readonly goneListeners: (() => void)[] = [];

  constructor(context: TransferContext, idleLimitMs: number) {
    this.context = context;
    this.inbound = new Inbound(context.pool);
    this.activeMs = context.clock.monotonicMs();
    this.idleLimitMs = idleLimitMs;
    context.connections.add(this);
  }

  /** Opens a connection to another datanode. */
  static async connect(
    context: TransferContext,
    host: string,
    port: number,
    connectTimeoutMs: number,
    idleLimitMs: number,
  ): Promise<Connection> {
    const connection = new Connection(context, idleLimitMs);
    try {
      await context.network.connect(host, port, connectTimeoutMs, (socket) => connection.attach(socket));
    } catch (error) {
      connection.closed(error as Error);
      throw error;
    }
    return connection;
  }

  attach(socket: TransferSocket): this {
    this.socket = socket;
    return this;
  }

  get remoteAddress(): string {
    return this.socket?.remoteAddress ?? '';
  }

  get remotePort(): number {
    return this.socket?.remotePort ?? 0;
  }

  get localAddress(): string {
    return this.socket?.localAddress ?? '';
  }

  /** What comes is what the other side had in its memory: sums that it made need no checking. */
  get inProcess(): boolean {
    return this.socket?.inProcess ?? false;
  }

  /** Written but not sent. */
  get waitingBytes(): number {
    return this.socket?.waitingBytes ?? 0;
  }

  get isLost(): boolean {
    return this.lost !== null;
  }

  room(): Uint8Array {
    return this.inbound.room();
  }

  filled(count: number): void {
    this.inbound.filled(count);
    this.arrived();
  }

  adopt(bytes: Uint8Array): boolean {
    if (!this.inbound.adopt(bytes)) return false;
    this.arrived();
    return true;
  }

  ended(): void {
    this.lose(new ConnectionLost(`${this.remoteAddress} closed the connection`));
    // What has come but is not taken yet, a copy that is still being opened, is taken first.
    if (this.handler === null && this.inbound.buffered === 0) this.end();
  }

  closed(error: Error | null): void {
    this.lose(new ConnectionLost(error?.message ?? `connection to ${this.remoteAddress} is closed`));
    this.open = false;
    this.context.connections.delete(this);
    this.inbound.close();
    for (const listener of this.goneListeners.splice(0)) listener();
  }

  /** Calls `handler` now and whenever more bytes have come, until it is replaced; it takes what it can from `inbound`. */
  pull(handler: (() => void) | null): void {
    this.handler = handler;
    if (handler === null || !this.open) return;
    if (this.unasked) {
      this.unasked = false;
      this.socket?.resume();
    }
    this.deliver();
  }

  /** Calls `listener` once when nothing more can come; at once if that is so already. */
  whenLost(listener: (error: ConnectionLost) => void): void {
    if (this.lost !== null) listener(this.lost);
    else this.lostListeners.push(listener);
  }

  /** Resolves when the socket is closed and uses no memory any more. */
  gone(): Promise<void> {
    return this.open ? new Promise((resolve) => this.goneListeners.push(resolve)) : Promise.resolve();
  }

  /** The op byte of the next request; null when the other side has ended properly instead. */
  async nextOp(): Promise<number | null> {
    try {
      return await this.next(() => this.inbound.nextOp());
    } catch (error) {
      if (error instanceof ConnectionLost && this.inbound.buffered === 0) return null;
      throw error;
    }
  }

  nextMessage<T>(codec: Codec<T>): Promise<T> {
    return this.next(() => this.inbound.nextMessage(codec));
  }

  sendMessage<T>(codec: Codec<T>, message: T): void {
    writeMessage(this.writer, codec, message);
    this.send(this.writer.take(512));
  }

  sendOp<T>(op: Op, codec: Codec<T>, message: T): void {
    writeOp(this.writer, op, codec, message);
    this.send(this.writer.take(512));
  }

  /** Sends `bytes`, which must stay unchanged until `done`; that comes once, with an error when they did not go. */
  send(bytes: Uint8Array, done?: (error: Error | null) => void): void {
    if (!this.open || this.finished || this.socket === null) {
      done?.(this.lost ?? new ConnectionLost(`connection to ${this.remoteAddress} is closed`));
      return;
    }
    if (!this.answered) this.activeMs = this.context.clock.monotonicMs();
    this.socket.write(bytes, done);
  }

  /**
   * From now on everything that is sent is answered: only what comes shows that the other side is alive, as the kernel
   * takes bytes for one that hangs.
   */
  expectAnswers(): void {
    this.answered = true;
    this.activeMs = this.context.clock.monotonicMs();
  }

  hold(): void {
    this.socket?.hold();
  }

  flush(): void {
    this.socket?.flush();
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    if (this.open) this.socket?.resume();
  }

  /** Sends what was written, then says that no more comes. */
  end(): void {
    this.finished = true;
    this.socket?.end();
  }

  /** Sends what was written, then closes. */
  finish(): void {
    this.finished = true;
    this.socket?.finish();
  }

  destroy(): void {
    this.finished = true;
    this.socket?.destroy();
  }

  private arrived(): void {
    this.activeMs = this.context.clock.monotonicMs();
    this.deliver();
    if (this.handler !== null || this.inbound.buffered < MOST_UNASKED_BYTES) return;
    this.unasked = true;
    this.socket?.pause();
  }

  private next<T>(attempt: () => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      this.rejectNext = reject;
      this.pull(() => {
        const value = attempt();
        if (value === null) return;
        this.handler = null;
        this.rejectNext = null;
        resolve(value);
      });
      if (this.lost !== null) this.rejectWaiting(this.lost);
    });
  }

  private rejectWaiting(error: ConnectionLost): void {
    if (this.rejectNext === null) return;
    const reject = this.rejectNext;
    this.rejectNext = null;
    this.handler = null;
    reject(error);
  }

  private deliver(): void {
    try {
      this.handler?.();
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.lose(new ConnectionLost(error.message));
      this.destroy();
    }
  }

  private lose(error: ConnectionLost): void {
    if (this.lost !== null) return;
    this.lost = error;
    this.rejectWaiting(error);
    for (const listener of this.lostListeners.splice(0)) listener(error);
  }
}

/** The other end as Java shows an address (Peer.getRemoteAddressString). */
export function peerText({ remoteAddress, remotePort }: Connection): string {
  return `/${remoteAddress}:${remotePort}`;
}
