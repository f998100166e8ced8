/** What a socket tells its user. `closed` comes once, last. */
export interface SocketUser {
  /** Where the next bytes shall go; asked again after each arrival. Never empty. */
  room(): Uint8Array;
  /** So many bytes have arrived in that room. */
  filled(count: number): void;
  /** Bytes have arrived that stay unchanged until they are answered; false when they must go through the room. */
  adopt(bytes: Uint8Array): boolean;
  /** The other side sends no more. */
  ended(): void;
  closed(error: Error | null): void;
}

/** One TCP connection that receives into its user's memory. */
export interface TransferSocket {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  /** The other end is in this process: nothing can befall bytes on their way. */
  readonly inProcess: boolean;
  /** Written but not yet taken by the kernel. */
  readonly waitingBytes: number;
  /** Sends `bytes`, which must stay unchanged until `done`; that comes once, with an error when they did not go. */
  write(bytes: Uint8Array, done?: (error: Error | null) => void): void;
  /** What is written between hold and flush goes out in one call. */
  hold(): void;
  flush(): void;
  /** Stops receiving; the room asked for last stays the socket's. */
  pause(): void;
  resume(): void;
  /** Sends what was written, then says that no more comes; the other side may go on sending. */
  end(): void;
  /** Sends what was written, held or not, then closes. */
  finish(): void;
  destroy(): void;
}

export interface TransferListener {
  readonly port: number;
  /** Accepts no more; open connections stay. */
  close(): void;
}

/** The network of the data transfer protocol. */
export interface TransferNetwork {
  listen(host: string, port: number, accept: (socket: TransferSocket) => SocketUser): Promise<TransferListener>;
  /** Opens a connection; rejects when there is none after `timeoutMs`. */
  connect(
    host: string,
    port: number,
    timeoutMs: number,
    use: (socket: TransferSocket) => SocketUser,
  ): Promise<TransferSocket>;
}
