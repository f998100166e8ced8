import { AssertionFailure } from '@rfs/base/assert';
import type { Failure } from '@rfs/base/failure';
import type { CallContext, ReplySink } from '../service/index.js';
import type { RpcConnection } from './connection.js';
import type { MethodEntry } from './table.js';

/**
 * One call that a client made: who it is, and the way back. It is answered once, now or at any later time; when the
 * client has gone meanwhile, the answer goes nowhere.
 */
export class RpcCall<Response> implements CallContext, ReplySink<Response> {
  readonly user: string;
  readonly realUser: string | undefined;
  readonly clientId: Uint8Array;
  readonly callId: number;
  readonly retryCount: number;
  readonly clientAddress: string;
  readonly callerContext: string | undefined;
  readonly stateId: number;
  /** When the call arrived, on the server's monotonic clock. */
  readonly receivedMs: number;
  /** What was called. */
  readonly method: MethodEntry;
  private readonly connection: RpcConnection;
  /** The answer was an exception. */
  failed = false;
  private answered = false;

  constructor(
    connection: RpcConnection,
    method: MethodEntry,
    clientId: Uint8Array,
    callId: number,
    retryCount: number,
    callerContext: string | undefined,
    stateId: number,
    receivedMs: number,
  ) {
    this.user = connection.user;
    this.realUser = connection.realUser;
    this.clientId = clientId;
    this.callId = callId;
    this.retryCount = retryCount;
    this.clientAddress = connection.clientAddress;
    this.callerContext = callerContext;
    this.stateId = stateId;
    this.receivedMs = receivedMs;
    this.method = method;
    this.connection = connection;
  }

  /** TCP port of the client, with `clientAddress` the connection's name in logs. */
  get clientPort(): number {
    return this.connection.clientPort;
  }

  /** False once the client has gone; work on the call is then wasted. */
  get wanted(): boolean {
    return !this.connection.gone;
  }

  /** The answer, read from a state at least as new as the server's state id, or as `stateId` when somebody else read it. */
  reply(response: Response, stateId?: number): void {
    this.finish();
    this.connection.sendReply(this as RpcCall<unknown>, response, stateId);
  }

  /** The answer in the bytes of the response message, as another server gave it. */
  replyBytes(response: Uint8Array, stateId: number): void {
    this.finish();
    this.connection.sendReplyBytes(this as RpcCall<unknown>, response, stateId);
  }

  fail(failure: Failure, stateId?: number): void {
    this.finish();
    this.failed = true;
    this.connection.sendFailure(this as RpcCall<unknown>, failure, stateId);
  }

  /** Done, for a call whose client expects no answer. */
  end(): void {
    this.finish();
    this.connection.finished(this as RpcCall<unknown>);
  }

  private finish(): void {
    // PERF: not `assert`, whose message would be put together on every call.
    if (this.answered) throw new AssertionFailure(`call ${this.callId} of ${this.method.name} is answered twice`);
    this.answered = true;
  }
}
