import type { Codec } from '@rfs/base/bytes';
import { FailureError } from '@rfs/base/failure';
import type { Timer } from '@rfs/base/seams';
import {
  BlockOpResponseProto,
  OpBlockChecksumProto,
  OpCopyBlockProto,
  OpReadBlockProto,
  OpReplaceBlockProto,
  OpRequestShortCircuitAccessProto,
  OpTransferBlockProto,
  OpWriteBlockProto,
  Status,
} from '@rfs/protocol/messages';
import { Op } from '@rfs/protocol/transfer';
import { Connection, ConnectionLost } from './connection.js';
import { replaceBlock, transferBlock } from './move-operation.js';
import { checksumBlock, copyBlock, readBlock } from './read-operation.js';
import type { TransferService } from './service.js';
import type { SocketUser, TransferListener, TransferSocket } from './sockets.js';
import { writeBlock } from './write-operation.js';

/** How often idle connections are looked for. */
const SWEEP_MS = 1000;

/** The data port: accepts connections and serves their requests one after another (DataXceiverServer, DataXceiver). */
export class TransferServer {
  private readonly service: () => TransferService | null;
  private readonly connections: Set<Connection>;
  private listener: TransferListener | null = null;
  private sweep: Timer | null = null;
  private readonly context: TransferService['context'];
  private readonly settings: TransferService['settings'];
  private closed = false;

  /** @param service null while the datanode does not know its namespace: requests are then refused */
  constructor(
    context: TransferService['context'],
    settings: TransferService['settings'],
    service: () => TransferService | null,
  ) {
    this.context = context;
    this.settings = settings;
    this.service = service;
    this.connections = context.connections;
  }

  /** Resolves to the port that it listens on. */
  async listen(host: string, port: number): Promise<number> {
    this.listener = await this.context.network.listen(host, port, (socket) => this.accept(socket));
    this.armSweep();
    return this.listener.port;
  }

  /** Serves whoever is at the other end of `socket`. */
  accept(socket: TransferSocket): SocketUser {
    const connection = new Connection(this.context, this.settings.readTimeoutMs).attach(socket);
    if (this.connections.size > this.settings.maxConnections) connection.destroy();
    else void this.serve(connection);
    return connection;
  }

  /** Stops accepting and drops all connections. */
  async close(): Promise<void> {
    this.closed = true;
    this.listener?.close();
    this.sweep?.cancel();
    const open = [...this.connections];
    for (const connection of open) connection.destroy();
    await Promise.all(open.map((connection) => connection.gone()));
  }

  private async serve(connection: Connection): Promise<void> {
    try {
      for (;;) {
        const op = await connection.nextOp();
        if (op === null) break;
        connection.idleLimitMs = this.settings.readTimeoutMs;
        const service = this.service();
        if (service === null) throw new Error('the datanode has not registered yet');
        service.counters.active++;
        try {
          await this.request(service, connection, op);
        } finally {
          service.counters.active--;
        }
        connection.idleLimitMs = this.settings.keepaliveMs;
      }
      connection.end();
    } catch (error) {
      this.note(connection, error);
      connection.destroy();
    }
  }

  private async request(service: TransferService, connection: Connection, op: number): Promise<void> {
    const read = <T>(codec: Codec<T>): Promise<T> => connection.nextMessage(codec);
    switch (op) {
      case Op.READ_BLOCK:
        return readBlock(service, connection, await read(OpReadBlockProto));
      case Op.WRITE_BLOCK:
        return writeBlock(service, connection, await read(OpWriteBlockProto));
      case Op.TRANSFER_BLOCK:
        return transferBlock(service, connection, await read(OpTransferBlockProto));
      case Op.COPY_BLOCK:
        return copyBlock(service, connection, await read(OpCopyBlockProto));
      case Op.REPLACE_BLOCK:
        return replaceBlock(service, connection, await read(OpReplaceBlockProto));
      case Op.BLOCK_CHECKSUM:
        return checksumBlock(service, connection, await read(OpBlockChecksumProto));
      case Op.REQUEST_SHORT_CIRCUIT_FDS:
        await read(OpRequestShortCircuitAccessProto);
        connection.sendMessage(BlockOpResponseProto, {
          status: Status.ERROR_UNSUPPORTED,
          message: 'short-circuit reads are not supported',
        });
        return connection.end();
      default:
        throw new Error(`Unknown op ${op} in data stream`);
    }
  }

  private note(connection: Connection, error: unknown): void {
    const service = this.service();
    if (this.closed || service === null) return;
    const client = `${connection.remoteAddress}:${connection.remotePort}`;
    // A refusal is an answer, not a fault: where in the program it was made interests nobody.
    const facts = { client, error: error instanceof FailureError ? error.message : error };
    if (error instanceof ConnectionLost) service.log.debug('a transfer ended early', facts);
    else service.log.info('a transfer failed', facts);
  }

  private armSweep(): void {
    this.sweep = this.context.clock.setTimer(SWEEP_MS, () => {
      const nowMs = this.context.clock.monotonicMs();
      for (const connection of this.connections) {
        if (connection.idleLimitMs > 0 && nowMs - connection.activeMs > connection.idleLimitMs) connection.destroy();
      }
      this.armSweep();
    });
  }
}
