import { connect, type Socket } from 'node:net';
import { type ReplyHead, ReplyReader } from './reply-reader.js';

/** One request, its head complete but for the host. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, or a whole URL of the connection's host. */
  readonly target: string;
  /** The body: `count` times `piece`. */
  readonly body?: { readonly piece: Buffer; readonly count: number };
}

export interface HttpReply {
  readonly head: ReplyHead;
  readonly bodyBytes: number;
  /** The body's first bytes: what is wrong, in a reply that is not the expected one. */
  readonly begin: Buffer | undefined;
}

/** Gets the bytes of a reply's body as they come. */
export type BodySink = (bytes: Buffer) => void;

/** One connection that sends a request, waits for the reply, and opens itself again when the server has closed it. */
export class HttpConnection {
  private readonly host: string;
  private readonly port: number;
  private socket: Socket | undefined;
  private exchange: Exchange | undefined;

  /** `address` is host:port. */
  constructor(address: string) {
    const [host, port] = address.split(':') as [string, string];
    this.host = host;
    this.port = Number(port);
  }

  send(request: HttpRequest, body?: BodySink): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      this.exchange = { request, body, bodyBytes: 0, begin: undefined, resolve, fail: reject };
      const socket = this.socket ?? this.open();
      socket.write(this.headOf(request), 'latin1');
      if (request.body !== undefined) this.upload(socket, request.body);
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private headOf({ method, target, body }: HttpRequest): string {
    const length = body === undefined ? 0 : body.piece.length * body.count;
    const lengthLine = method === 'GET' ? '' : `Content-Length: ${length}\r\n`;
    const typeLine = body === undefined ? '' : 'Content-Type: application/octet-stream\r\n';
    return `${method} ${target} HTTP/1.1\r\nHost: ${this.host}:${this.port}\r\n${lengthLine}${typeLine}\r\n`;
  }

  private open(): Socket {
    const socket = connect({ host: this.host, port: this.port, noDelay: true });
    const reader = new ReplyReader({
      body: (bytes) => {
        const { exchange } = this;
        if (exchange === undefined) return;
        exchange.begin ??= bytes;
        exchange.bodyBytes += bytes.length;
        exchange.body?.(bytes);
      },
      end: (head, keepsAlive) => {
        const { exchange } = this;
        this.exchange = undefined;
        if (!keepsAlive) this.drop(socket);
        exchange?.resolve({ head, bodyBytes: exchange.bodyBytes, begin: exchange.begin });
      },
    });
    socket.on('data', (bytes: Buffer) => reader.take(bytes));
    socket.on('error', (error) => this.exchange?.fail(error));
    socket.on('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      if (!reader.ended()) this.exchange?.fail(new Error('the server closed the connection within a reply'));
      else this.exchange?.fail(new Error('the server closed the connection before it replied'));
    });
    this.socket = socket;
    return socket;
  }

  private drop(socket: Socket): void {
    if (this.socket === socket) this.socket = undefined;
    socket.end();
    socket.destroySoon();
  }

  private upload(socket: Socket, body: { readonly piece: Buffer; readonly count: number }): void {
    let sent = 0;
    const more = (): void => {
      while (sent < body.count) {
        sent++;
        if (!socket.write(body.piece)) {
          socket.once('drain', more);
          return;
        }
      }
    };
    more();
  }
}

interface Exchange {
  readonly request: HttpRequest;
  readonly body: BodySink | undefined;
  bodyBytes: number;
  begin: Buffer | undefined;
  resolve(reply: HttpReply): void;
  fail(error: Error): void;
}
