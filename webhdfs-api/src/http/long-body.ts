import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket, type SocketConstructorOpts } from 'node:net';

/** For less it is not worth a connection, which serves no further request. */
const LEAST_BYTES = 4 * 1024 * 1024;
/** What is received at once; it stays in the processor's cache until it is written. */
export const PIECE_BYTES = 256 * 1024;

/** A libuv handle, which Node passes between its own sockets through the `handle` option but does not declare. */
interface WithHandle {
  _handle: object | null;
}

/**
 * A long body taken out of the hands of Node's HTTP parser, which copies each 64 KiB of it into new memory: that, and
 * finding such memory again, costs as much as everything else that is done with them. The rest of the connection belongs
 * to the body and its answer (docs/decisions/one-pass-uploads.md).
 */
export class LongBody {
  /** Where the request is to be answered; the connection is closed afterwards. */
  readonly response: ServerResponse;
  private readonly socket: Socket;
  /** What the parser had when the body was taken from it. */
  private readonly first: Buffer;
  private readonly memory = Buffer.allocUnsafeSlow(PIECE_BYTES);
  private leftBytes: number;
  /** Bytes of the piece that has been received and not taken. */
  private filled = 0;
  private discarding = false;
  private wake: (() => void) | undefined;

  /** The body of `request` if it is long, of known length, and comes by TCP as it is; undefined to read it as usual. */
  static of(request: IncomingMessage, answer: ServerResponse): LongBody | undefined {
    const { socket } = request;
    const lengthBytes = Number(request.headers['content-length']);
    const isPlain = socket.constructor === Socket && (socket as unknown as WithHandle)._handle !== null;
    const isIdle = !request.complete && !socket.destroyed && socket.writableLength === 0;
    if (!isPlain || !isIdle || request.headers['transfer-encoding'] !== undefined) return undefined;
    return lengthBytes >= LEAST_BYTES ? new LongBody(request, answer, lengthBytes) : undefined;
  }

  private constructor(request: IncomingMessage, answer: ServerResponse, lengthBytes: number) {
    this.first = request.read() ?? Buffer.alloc(0);
    this.leftBytes = lengthBytes - this.first.length;
    this.socket = this.takeOver(request.socket);
    this.response = new ServerResponse(request);
    for (const [name, value] of Object.entries(answer.getHeaders())) this.response.setHeader(name, value!);
    this.response.setHeader('Connection', 'close');
    this.response.assignSocket(this.socket);
    this.response.once('finish', () => this.endWhenRead());
  }

  /** The body, in pieces that stay unchanged until the next one is asked for. An end before its time is thrown. */
  async *pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      if (this.first.length > 0) yield this.first;
      while (this.leftBytes > 0) {
        await this.received();
        const count = Math.min(this.filled, this.leftBytes);
        this.leftBytes -= count;
        this.filled = 0;
        yield this.memory.subarray(0, count);
      }
    } finally {
      // A client that is still sending would not read an answer.
      this.discarding = true;
      this.socket.resume();
    }
  }

  private takeOver(socket: Socket): Socket {
    // This makes the parser let go of the handle.
    socket.on('readable', () => undefined);
    const owner = socket as unknown as WithHandle;
    const { _handle: handle } = owner;
    owner._handle = null;
    const taken = new Socket({
      handle,
      allowHalfOpen: true,
      readable: true,
      writable: true,
      onread: { buffer: this.memory, callback: (count: number) => this.arrived(count) },
    } as SocketConstructorOpts);
    taken.on('end', () => {
      if (this.leftBytes > 0) taken.destroy();
    });
    taken.on('error', () => undefined);
    taken.once('close', () => {
      this.wake?.();
      // The server counts it, and waits for it when it closes.
      socket.destroy();
    });
    socket.once('close', () => taken.destroy());
    return taken;
  }

  /** Whether to go on receiving. */
  private arrived(count: number): boolean {
    if (this.discarding) {
      this.leftBytes -= Math.min(count, this.leftBytes);
      this.endWhenRead();
      return true;
    }
    this.filled = count;
    this.wake?.();
    return false;
  }

  private async received(): Promise<void> {
    if (this.filled > 0) return;
    if (!this.socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        this.socket.resume();
      });
    }
    this.wake = undefined;
    if (this.filled === 0) throw new Error('the connection was closed within the body');
  }

  private endWhenRead(): void {
    if (this.response.writableFinished && this.leftBytes === 0) this.socket.destroySoon();
  }
}
