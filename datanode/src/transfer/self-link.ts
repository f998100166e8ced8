import type { Clock } from '@rfs/base/seams';
import { type DataEvents, type DataLink, Patience } from '@rfs/client/network';
import type { SocketUser, TransferSocket } from './sockets.js';

/** With more than this on its way the sender waits, as it would for a socket. */
const MOST_WAITING_BYTES = 1024 * 1024;
/** Smaller pieces, messages of which the server may keep parts, are copied. */
const LEAST_ADOPTED_BYTES = 4096;
const HERE = 'this process';

/**
 * A connection of the datanode to its own data port, without the network: WebHDFS is a client within the datanode, and
 * each byte through the kernel and back costs as much as writing it to the disk's cache. Both ends are here: the client's
 * ({@link DataLink}) and the server's ({@link TransferSocket}). What one of them says the other hears in a later
 * microtask, never within the call.
 */
export class SelfLink implements DataLink, TransferSocket {
  readonly remoteAddress = HERE;
  readonly remotePort = 0;
  readonly localAddress = HERE;
  readonly inProcess = true;
  private readonly client: DataEvents;
  private readonly server: SocketUser;
  private readonly patience: Patience;
  private toServer: Uint8Array[] = [];
  /** Bytes of the first piece that the server has. */
  private given = 0;
  private toServerBytes = 0;
  private toClient: Answer[] = [];
  private waiters: (() => void)[] = [];
  private scheduled = false;
  private paused = false;
  /** The server says no more. */
  private ended = false;
  private closing = false;
  private closed = false;
  private failure: Error | null = null;

  /** @param accept the data port, which serves the socket */
  constructor(accept: (socket: TransferSocket) => SocketUser, client: DataEvents, clock: Clock) {
    this.client = client;
    this.patience = new Patience(clock, (error) => this.destroy(error));
    this.server = accept(this);
  }

  /** @inheritdoc TransferSocket */
  get waitingBytes(): number {
    return this.toClient.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  expect(ms: number): void {
    this.patience.expect(ms);
  }

  send(pieces: readonly Uint8Array[]): boolean {
    if (this.closing) return true;
    for (const piece of pieces) {
      this.toServer.push(piece);
      this.toServerBytes += piece.length;
    }
    this.schedule();
    return this.toServerBytes < MOST_WAITING_BYTES;
  }

  drained(): Promise<void> {
    if (this.closing || this.toServerBytes < MOST_WAITING_BYTES) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  write(bytes: Uint8Array, done?: (error: Error | null) => void): void {
    // The server uses its memory again; the client may keep what it hears.
    if (!this.closing) this.toClient.push({ bytes: Buffer.from(bytes), done });
    this.schedule();
  }

  /** Nothing is gained by waiting for more. */
  hold(): void {}

  flush(): void {}

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.schedule();
  }

  end(): void {
    this.ended = true;
    this.schedule();
  }

  finish(): void {
    this.end();
  }

  destroy(error?: Error): void {
    this.failure ??= error ?? null;
    this.closing = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.closed) return;
    this.scheduled = true;
    queueMicrotask(this.pump);
  }

  private readonly pump = (): void => {
    this.scheduled = false;
    if (!this.closing) this.serve();
    if (!this.closing) this.answer();
    if (this.ended && this.toClient.length === 0) this.closing = true;
    if (this.closing) this.close();
  };

  /** Gives the server what the client sent: packets where they are, the rest into the server's own memory. */
  private serve(): void {
    let taken = 0;
    while (taken < this.toServer.length && !this.paused && !this.closing) {
      const piece = this.toServer[taken]!;
      if (this.given === 0 && piece.length >= LEAST_ADOPTED_BYTES && this.server.adopt(piece)) {
        this.toServerBytes -= piece.length;
        taken++;
        continue;
      }
      const room = this.server.room();
      const count = Math.min(room.length, piece.length - this.given);
      room.set(count === piece.length ? piece : piece.subarray(this.given, this.given + count));
      this.given += count;
      this.toServerBytes -= count;
      if (this.given === piece.length) {
        this.given = 0;
        taken++;
      }
      this.server.filled(count);
    }
    this.toServer.splice(0, taken);
    if (this.toServerBytes < MOST_WAITING_BYTES) this.release();
  }

  private answer(): void {
    const answers = this.toClient;
    if (answers.length === 0) return;
    this.toClient = [];
    this.patience.heard();
    for (const { bytes, done } of answers) {
      if (!this.closing) this.client.bytes(bytes, false);
      done?.(null);
    }
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.patience.end();
    for (const { done } of this.toClient) done?.(new Error('the connection is closed'));
    this.toClient = [];
    this.toServer = [];
    this.release();
    this.server.closed(this.failure);
    this.client.closed(this.failure);
  }

  private release(): void {
    const { waiters } = this;
    if (waiters.length === 0) return;
    this.waiters = [];
    for (const resume of waiters) resume();
  }
}

interface Answer {
  readonly bytes: Buffer;
  readonly done: ((error: Error | null) => void) | undefined;
}
