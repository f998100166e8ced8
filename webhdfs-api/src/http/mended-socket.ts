import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const LINE_FEED = 0x0a;

/** A connection that was taken from the parser that refused its bytes, for another one to read them mended. */
export class MendedSocket extends Duplex {
  private readonly socket: Socket;
  private mending = true;
  private attached = true;

  /** @param refused what arrived and was not understood, from the beginning of a request */
  constructor(socket: Socket, refused: Buffer) {
    super({ allowHalfOpen: true });
    this.socket = socket;
    // The parser that gave up listens no more; it is freed with the socket, by the listeners to its close.
    for (const event of ['data', 'end', 'drain', 'timeout', 'error']) socket.removeAllListeners(event);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => this.push(null));
    socket.on('timeout', () => this.emit('timeout'));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', this.onClose);
    this.receive(refused);
  }

  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.socket.remotePort;
  }

  get localAddress(): string | undefined {
    return this.socket.localAddress;
  }

  get localPort(): number | undefined {
    return this.socket.localPort;
  }

  setTimeout(ms: number): this {
    this.socket.setTimeout(ms);
    return this;
  }

  /** The socket, which this one has no more to do with: its next request was not understood either. */
  detach(): Socket {
    this.attached = false;
    this.socket.removeListener('close', this.onClose);
    this.destroy();
    return this.socket;
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, encoding, done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer; readonly encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.socket.cork();
    chunks.forEach(({ chunk, encoding }, index) => {
      this.socket.write(chunk, encoding, index === chunks.length - 1 ? done : undefined);
    });
    this.socket.uncork();
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.attached) this.socket.destroy();
    done(error);
  }

  private readonly onClose = (): void => {
    this.destroy();
  };

  private receive(chunk: Buffer): void {
    const wanted = this.push(this.mending ? this.mend(chunk) : chunk);
    if (!wanted) this.socket.pause();
  }

  /** The bytes with those of the request line that are not ASCII percent-encoded. */
  private mend(chunk: Buffer): Buffer {
    const lineFeed = chunk.indexOf(LINE_FEED);
    const end = lineFeed < 0 ? chunk.length : lineFeed;
    if (lineFeed >= 0) this.mending = false;
    const line = chunk.toString('latin1', 0, end).replace(/[\x80-\xff]/g, percent);
    const mended = Buffer.allocUnsafe(line.length + chunk.length - end);
    mended.write(line, 0, 'latin1');
    chunk.copy(mended, line.length, end);
    return mended;
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
