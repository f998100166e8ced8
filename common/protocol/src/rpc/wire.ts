import net from 'node:net';

/** One TCP connection: the only thing that the rest of this folder knows of the network. */
export interface Wire {
  /** Numeric address of the other end, IPv4 without the mapped-IPv6 prefix; empty once it is gone. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Sends `bytes`, which must stay untouched until `done`. After an error `done` never comes, `closed` does. */
  write(bytes: Uint8Array, done: () => void): void;
  /** Stops reading; a chunk or two may still arrive. */
  pause(): void;
  resume(): void;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What happens on a wire. `closed` comes exactly once, last. */
export interface WireEvents {
  /** `chunk` is never written again, so views of it may be kept. */
  bytes(chunk: Buffer): void;
  closed(error: Error | null): void;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting; open connections stay. */
  close(done: () => void): void;
}

/** Where connections are taken, and how. */
export interface Listening {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
  /** Without Nagle's algorithm. */
  readonly noDelay: boolean;
}

/** Opens a port. `accept` gets each connection and answers who handles its events. */
export function listen(
  { host, port, backlog, noDelay }: Listening,
  accept: (wire: Wire) => WireEvents,
  done: (result: Listener | Error) => void,
): void {
  const server = net.createServer({ noDelay }, (socket) => {
    const wire = new TcpWire(socket);
    wire.attach(accept(wire));
  });
  server.once('error', done);
  server.listen({ host, port, backlog }, () => {
    server.removeListener('error', done);
    // Accepting may fail now and then (no descriptors left); connections that wait get in later.
    server.on('error', () => undefined);
    const address = server.address() as net.AddressInfo;
    done({ host: address.address, port: address.port, close: (closed) => server.close(() => closed()) });
  });
}

/**
 * Connects, from `bindAddress` if one is given. `opened` comes before any event, unless the attempt fails: then
 * `closed` comes alone.
 */
export function dial(
  host: string,
  port: number,
  bindAddress: string | undefined,
  events: WireEvents,
  opened: () => void,
): Wire {
  const socket = net.connect({
    host,
    port,
    noDelay: true,
    ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
  });
  socket.once('connect', opened);
  const wire = new TcpWire(socket);
  wire.attach(events);
  return wire;
}

/** Runs `action` once all input of this turn of the event loop has been handled. */
export function atEndOfTurn(action: () => void): void {
  setImmediate(action);
}

class TcpWire implements Wire {
  private readonly socket: net.Socket;

  constructor(socket: net.Socket) {
    this.socket = socket;
  }

  attach(events: WireEvents): void {
    let failed: Error | null = null;
    this.socket.on('data', (chunk: Buffer) => events.bytes(chunk));
    this.socket.on('error', (error) => {
      failed = error;
    });
    this.socket.once('close', () => events.closed(failed));
  }

  get remoteAddress(): string {
    const address = this.socket.remoteAddress ?? '';
    return address.startsWith('::ffff:') ? address.slice(7) : address;
  }

  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return this.socket.localAddress ?? '';
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.socket.write(bytes, (error) => {
      if (!error) done();
    });
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
