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
  /** Stops reading; what is on its way may still arrive. */
  pause(): void;
  resume(): void;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What happens on a wire. `closed` comes exactly once, last. */
export interface WireEvents {
  /** Bytes have come: `memory` up to `length`. It is used again when this returns, so what is kept of it is a copy. */
  bytes(memory: Buffer, length: number): void;
  closed(error: Error | null): void;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting; open connections stay. */
  close(): void;
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
  const server = net.createServer({ noDelay, pauseOnConnect: true }, (accepted) => {
    const wire = new TcpWire();
    const { _handle: handle } = accepted as unknown as WithHandle;
    wire.use(new net.Socket({ handle, onread: wire.onread } as net.SocketConstructorOpts));
    wire.attach(accept(wire));
    wire.resume();
  });
  server.once('error', done);
  server.listen({ host, port, backlog }, () => {
    server.removeListener('error', done);
    // Accepting may fail now and then (no descriptors left); connections that wait get in later.
    server.on('error', () => undefined);
    const address = server.address() as net.AddressInfo;
    done({ host: address.address, port: address.port, close: () => server.close() });
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
  const wire = new TcpWire();
  const socket = net.connect({
    host,
    port,
    noDelay: true,
    onread: wire.onread,
    ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
  });
  socket.once('connect', opened);
  wire.use(socket);
  wire.attach(events);
  // Nobody listens for 'data', and only who reads learns that the other end has closed.
  wire.resume();
  return wire;
}

/** Runs `action` once all input of this turn of the event loop has been handled. */
export function atEndOfTurn(action: () => void): void {
  setImmediate(action);
}

/**
 * A libuv handle, which Node passes between its own sockets through the `handle` option but does not declare: `onread`
 * is offered for outgoing sockets only (docs/decisions/receive-into-own-memory.md).
 */
interface WithHandle {
  readonly _handle: object;
}

/** More than a kernel hands out at once as a rule. */
const RECEIVE_BYTES = 262_144;
/**
 * What every wire is read into: bytes are handled before anything else is read.
 *
 * PERF: as 'data' events each read is 64 KiB of new memory, cut to what came, and a trip through a queue.
 */
const received = Buffer.allocUnsafeSlow(RECEIVE_BYTES);

class TcpWire implements Wire {
  private socket!: net.Socket;
  private events!: WireEvents;

  readonly onread: net.OnReadOpts = {
    buffer: received,
    callback: (length) => {
      this.events.bytes(received, length);
      return !this.socket.isPaused();
    },
  };

  /** To be called first, with a socket made with `onread`. */
  use(socket: net.Socket): void {
    this.socket = socket;
  }

  attach(events: WireEvents): void {
    let failed: Error | null = null;
    this.events = events;
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
