import { ByteReader } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import type { Clock, Timer } from '@rfs/base/seams';
import { failure } from '../exceptions/index.js';
import { NO_STATE_ID } from '../service/index.js';
import type { Authorize } from '../users/index.js';
import type { RpcCall } from './call.js';
import { RpcConnection } from './connection.js';
import { DEFAULT_RPC_LIMITS, type RpcLimits } from './limits.js';
import type { MethodEntry, ProtocolTable } from './table.js';
import { atEndOfTurn, type Listener, listen, type Wire, type WireEvents } from './wire.js';

export interface RpcServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly table: ProtocolTable;
  readonly clock: Clock;
  readonly limits?: Partial<RpcLimits>;
  /** The state id that answers carry; without it they carry none. */
  readonly stateId?: () => number;
  /** Decides, now or later, whether `realUser` may act for a connection's user; without it everybody may. */
  readonly authorize?: Authorize;
  /** Told of every connection that ended because of what the client sent. */
  readonly onMalformed?: (client: string, message: string) => void;
  /** Told of every answered call, with the ms from its arrival to the end of the turn, when its answer goes out. */
  readonly onCall?: (method: MethodEntry, tookMs: number, failed: boolean) => void;
}

/** Counters of a server: read them, never write them. */
export interface RpcServerStats {
  connections: number;
  connectionsRefused: number;
  calls: number;
  callsInFlight: number;
  malformed: number;
}

/** How a server sends clients away before it closes. */
interface Retirement {
  /** Name of the protocol that its clients speak. */
  readonly protocol: string;
  readonly refusal: Failure;
}

const RETIREMENT_LOOK_MS = 20;
const SWEEP_MS = 10_000;
const CLOSE_GRACE_MS = 500;

/** A Hadoop RPC server (version 9) for the protocols of one table. */
export class RpcServer {
  readonly table: ProtocolTable;
  readonly clock: Clock;
  readonly limits: RpcLimits;
  readonly stats: RpcServerStats = { connections: 0, connectionsRefused: 0, calls: 0, callsInFlight: 0, malformed: 0 };
  /** For the connections: one reader serves all, since a frame is decoded in one go. */
  readonly reader = new ByteReader(new Uint8Array(0));
  private readonly options: RpcServerOptions;
  private readonly connections = new Set<RpcConnection>();
  private turn: RpcConnection[] = [];
  private answered: RpcCall<unknown>[] = [];
  private readonly runTurn: () => void;
  private listener: Listener | null = null;
  private sweep: Timer;
  private onAllGone: (() => void) | null = null;
  private retiring: Retirement | null = null;

  private constructor(options: RpcServerOptions) {
    this.options = options;
    this.table = options.table;
    this.clock = options.clock;
    this.limits = { ...DEFAULT_RPC_LIMITS, ...options.limits };
    this.runTurn = () => this.endTurn();
    this.sweep = this.clock.setTimer(SWEEP_MS, () => this.sweepConnections());
  }

  /** Opens the port. The result is an Error when that fails. */
  static listen(options: RpcServerOptions, done: (result: RpcServer | Error) => void): void {
    const server = new RpcServer(options);
    listen(
      { host: options.host, port: options.port, backlog: server.limits.listenBacklog, noDelay: server.limits.noDelay },
      (wire) => server.accept(wire),
      (result) => {
        if (result instanceof Error) {
          server.sweep.cancel();
          done(result);
          return;
        }
        server.listener = result;
        done(server);
      },
    );
  }

  get host(): string {
    return this.listener?.host ?? this.options.host;
  }

  get port(): number {
    return this.listener?.port ?? this.options.port;
  }

  /** Stops accepting, sends what is ready, closes all connections; answers to calls still open go nowhere. */
  close(done: () => void): void {
    this.sweep.cancel();
    this.listener?.close();
    this.listener = null;
    for (const connection of this.connections) connection.shutDown();
    if (this.connections.size === 0) {
      done();
      return;
    }
    const late = this.clock.setTimer(CLOSE_GRACE_MS, () => {
      for (const connection of this.connections) connection.destroy();
    });
    this.onAllGone = () => {
      late.cancel();
      done();
    };
  }

  /**
   * Sends clients away before the server closes: no new connections, and from now on each call of `protocol` is answered
   * with `refusal`, which tells where else to go. A client that meets a closed connection instead may not know whether
   * its call was carried out. Done when every client has been told, and all other calls are answered; or after `mostMs`.
   */
  retire(protocol: string, refusal: Failure, mostMs: number, done: () => void): void {
    this.retiring = { protocol, refusal };
    this.listener?.close();
    const latestMs = this.clock.monotonicMs() + mostMs;
    const look = (): void => {
      const waits = this.clock.monotonicMs() < latestMs && this.hasClientsOf(protocol);
      if (waits) this.clock.setTimer(RETIREMENT_LOOK_MS, look);
      else done();
    };
    look();
  }

  /** For the connections: true when the call is refused because this server retires. */
  sendsAway(connection: RpcConnection, call: RpcCall<unknown>): boolean {
    const { retiring } = this;
    connection.protocol = call.method.protocol;
    if (retiring === null || retiring.protocol !== connection.protocol) return false;
    connection.sentAway = true;
    call.fail(retiring.refusal);
    return true;
  }

  private hasClientsOf(protocol: string): boolean {
    for (const connection of this.connections) {
      if (connection.protocol === protocol && (!connection.sentAway || connection.inFlight > 0)) return true;
    }
    return false;
  }

  /** For the connections. */
  stateId(): number {
    return this.options.stateId === undefined ? NO_STATE_ID : this.options.stateId();
  }

  /** For the connections. */
  authorize(
    user: string,
    realUser: string | undefined,
    address: string,
    done: (denied: Failure | undefined) => void,
  ): void {
    const { authorize } = this.options;
    if (user === '') done(failure('AccessControlException', 'The connection context names no user'));
    else if (authorize === undefined || realUser === undefined) done(undefined);
    else authorize(user, realUser, address, done);
  }

  /** For the connections: `connection.endOfTurn` runs once this turn's input is handled. */
  atEndOfTurn(connection: RpcConnection): void {
    this.queueTurn();
    this.turn.push(connection);
  }

  /** For the connections. */
  finished(call: RpcCall<unknown>): void {
    this.stats.callsInFlight--;
    if (this.options.onCall === undefined) return;
    this.queueTurn();
    this.answered.push(call);
  }

  /** For the connections. */
  malformed(connection: RpcConnection, message: string): void {
    this.stats.malformed++;
    this.options.onMalformed?.(`${connection.clientAddress}:${connection.clientPort}`, message);
  }

  /** For the connections. */
  forget(connection: RpcConnection): void {
    if (!this.connections.delete(connection)) return;
    this.stats.connections--;
    if (this.connections.size === 0) this.onAllGone?.();
  }

  private accept(wire: Wire): WireEvents {
    const connection = new RpcConnection(this, wire);
    if (this.connections.size >= this.limits.maxConnections) {
      this.stats.connectionsRefused++;
      wire.destroy();
      return connection;
    }
    this.connections.add(connection);
    this.stats.connections++;
    return connection;
  }

  private queueTurn(): void {
    if (this.turn.length === 0 && this.answered.length === 0) atEndOfTurn(this.runTurn);
  }

  private endTurn(): void {
    const { turn, answered } = this;
    this.turn = [];
    this.answered = [];
    for (const connection of turn) connection.endOfTurn();
    if (answered.length > 0) this.observe(answered);
  }

  /** PERF: the clock is read once for all of a turn. */
  private observe(answered: readonly RpcCall<unknown>[]): void {
    const nowMs = this.clock.monotonicMs();
    for (const { method, receivedMs, failed } of answered) this.options.onCall?.(method, nowMs - receivedMs, failed);
  }

  private sweepConnections(): void {
    const now = this.clock.monotonicMs();
    const crowded = this.connections.size > this.limits.idleThreshold;
    for (const connection of this.connections) {
      const quietMs = now - connection.lastActiveMs;
      const stalled = connection.outbox.pendingBytes > 0 && quietMs > this.limits.stalledMs;
      const idle = crowded && connection.inFlight === 0 && quietMs > this.limits.idleMs;
      const lingers = connection.gone && quietMs > SWEEP_MS;
      if (stalled || idle || lingers) connection.destroy();
    }
    this.sweep = this.clock.setTimer(SWEEP_MS, () => this.sweepConnections());
  }
}
