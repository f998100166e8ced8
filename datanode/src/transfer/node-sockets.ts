import net from 'node:net';
import type { SocketUser, TransferListener, TransferNetwork, TransferSocket } from './sockets.js';

/**
 * A libuv handle, which Node passes between its own sockets through the `handle` option but does not declare. Receiving
 * into memory of our own (`onread`) costs a third of the CPU time of `data` events, and Node offers
 * it for outgoing sockets only.
 */
interface WithHandle {
  readonly _handle: object;
}

class NodeTransferSocket implements TransferSocket {
  readonly inProcess = false;
  private readonly user: SocketUser;
  private socket: net.Socket | null = null;
  private remote = { address: '', port: 0 };
  private dropped = false;
  private failure: Error | null = null;

  constructor(use: (socket: TransferSocket) => SocketUser) {
    this.user = use(this);
  }

  /** Options that make a socket fill its user's rooms. */
  onread(): net.OnReadOpts {
    return {
      buffer: () => this.user.room(),
      callback: (count: number) => {
        this.user.filled(count);
        return this.socket?.isPaused() !== true;
      },
    };
  }

  attach(socket: net.Socket): void {
    const { user } = this;
    this.socket = socket;
    // Kept, as a closed socket no longer knows whom to name in the log.
    this.remote = { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
    socket.setNoDelay(true);
    socket.on('end', () => user.ended());
    socket.on('error', (error) => {
      this.failure = error;
    });
    socket.once('close', () => user.closed(this.failure));
    if (this.dropped) socket.destroy();
  }

  get remoteAddress(): string {
    return this.remote.address;
  }

  get remotePort(): number {
    return this.remote.port;
  }

  get localAddress(): string {
    return plainAddress(this.socket?.localAddress);
  }

  get waitingBytes(): number {
    return this.socket?.writableLength ?? 0;
  }

  write(bytes: Uint8Array, done?: (error: Error | null) => void): void {
    this.socket?.write(bytes, done === undefined ? undefined : (error) => done(error ?? null));
  }

  hold(): void {
    this.socket?.cork();
  }

  flush(): void {
    this.socket?.uncork();
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  end(): void {
    this.socket?.end();
  }

  finish(): void {
    this.socket?.destroySoon();
  }

  destroy(): void {
    this.dropped = true;
    this.socket?.destroy();
  }
}

/** IPv4 without the prefix of an address mapped into IPv6. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/** The machine's TCP. */
export const nodeNetwork: TransferNetwork = {
  listen(host, port, accept) {
    return new Promise<TransferListener>((resolve, reject) => {
      const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (accepted) => {
        const wrapper = new NodeTransferSocket(accept);
        const socket = new net.Socket({
          handle: (accepted as unknown as WithHandle)._handle,
          allowHalfOpen: true,
          readable: true,
          writable: true,
          onread: wrapper.onread(),
        } as net.SocketConstructorOpts);
        wrapper.attach(socket);
        socket.resume();
      });
      server.once('error', reject);
      server.listen({ host, port, backlog: 1024 }, () => {
        server.removeListener('error', reject);
        // Accepting may fail now and then (no descriptors left); connections that wait get in later.
        server.on('error', () => undefined);
        resolve({ port: (server.address() as net.AddressInfo).port, close: () => server.close() });
      });
    });
  },
  connect(host, port, timeoutMs, use) {
    return new Promise<TransferSocket>((resolve, reject) => {
      const wrapper = new NodeTransferSocket(use);
      const socket = net.connect({ host, port, allowHalfOpen: true, onread: wrapper.onread() } as net.NetConnectOpts);
      socket.setTimeout(timeoutMs, () =>
        socket.destroy(new Error(`no connection to ${host}:${port} in ${timeoutMs} ms`)),
      );
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        socket.setTimeout(0);
        wrapper.attach(socket);
        resolve(wrapper);
      });
    });
  },
};
