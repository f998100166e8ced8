import { MalformedBytes } from '@rfs/base/bytes';
import { type Failure, isFailure } from '@rfs/base/failure';
import { javaClassOf } from '../exceptions/index.js';
import {
  decodeIpcConnectionContextProto,
  RpcResponseHeaderProto_RpcErrorCodeProto as ErrorCode,
  RpcKindProto,
} from '../messages/index.js';
import { RpcCall } from './call.js';
import {
  CALL_ID_CONTEXT,
  CALL_ID_NONE,
  CALL_ID_PING,
  CALL_ID_SASL,
  CONNECTION_HEADER_BYTES,
  NO_CLIENT_ID,
  NO_RETRY_COUNT,
} from './constants.js';
import { FrameReader } from './frames.js';
import { answerSasl, checkConnectionHeader, Refusal, shortUserName } from './handshake.js';
import { detailOf, equalRange, RequestHeaderView, type ResponseError, writeResponseHeader } from './headers.js';
import { Outbox } from './outbox.js';
import type { RpcServer } from './server.js';
import { type MethodEntry, readRequest } from './table.js';
import type { Wire, WireEvents } from './wire.js';

/** Why a connection is not read from at the moment. */
const PAUSED_BY_OUTPUT = 1;
const PAUSED_BY_CALLS = 2;
const PAUSED_BY_TURN = 4;
const PAUSED_BY_AUTHORIZATION = 8;

const ERROR = 1;
const FATAL = 2;

/**
 * One client's connection (Server.Connection): header, optional SASL that ends in SIMPLE, context, then calls. Bytes
 * that break the rules cost the client this connection and nobody else anything.
 */
export class RpcConnection implements WireEvents {
  readonly clientAddress: string;
  readonly clientPort: number;
  /** Short name of the user for whom the calls run; empty until the connection context came. */
  user = '';
  realUser: string | undefined = undefined;
  /** True once nobody can be answered any more. */
  gone = false;
  /** Calls that wait for their answer. */
  inFlight = 0;
  /** The protocol of the newest call, and whether the client was sent away ({@link RpcServer.retire}). */
  protocol = '';
  sentAway = false;
  /** When bytes last came in, or last went out, on the server's monotonic clock. */
  lastActiveMs: number;
  readonly outbox: Outbox;
  private readonly server: RpcServer;
  private readonly wire: Wire;
  private readonly frames: FrameReader;
  private readonly header = new RequestHeaderView();
  private readonly connectionHeader = Buffer.alloc(CONNECTION_HEADER_BYTES);
  private headerBytes = 0;
  private sasl = false;
  private contextRead = false;
  /** Frames that came while it is being decided whether the user may call at all; null when it is decided. */
  private held: Buffer[] | null = null;
  private pauses = 0;
  private queued = false;
  private callsThisTurn = 0;
  private lastClientId: Uint8Array = NO_CLIENT_ID;
  private lastContextBytes: Uint8Array = NO_CLIENT_ID;
  private lastContext: string | undefined = undefined;

  constructor(server: RpcServer, wire: Wire) {
    this.server = server;
    this.wire = wire;
    this.clientAddress = wire.remoteAddress;
    this.clientPort = wire.remotePort;
    this.lastActiveMs = server.clock.monotonicMs();
    this.outbox = new Outbox(wire, () => this.drained());
    this.frames = new FrameReader(this, server.limits.maxFrameBytes);
  }

  bytes(memory: Buffer, length: number): void {
    if (this.gone) return;
    this.lastActiveMs = this.server.clock.monotonicMs();
    let start = 0;
    if (this.headerBytes < CONNECTION_HEADER_BYTES) {
      start = Math.min(CONNECTION_HEADER_BYTES - this.headerBytes, length);
      memory.copy(this.connectionHeader, this.headerBytes, 0, start);
      this.headerBytes += start;
      if (this.headerBytes < CONNECTION_HEADER_BYTES || !this.readConnectionHeader()) return;
    }
    if (!this.frames.feed(memory, start, length)) {
      this.server.malformed(this, `a frame of more than ${this.server.limits.maxFrameBytes} bytes`);
      this.destroy();
    }
  }

  closed(): void {
    this.gone = true;
    this.server.forget(this);
  }

  /** One frame: RpcRequestHeaderProto and what it announces. */
  frame(buffer: Buffer, start: number, end: number, own: boolean): boolean {
    if (this.held !== null) {
      this.held.push(Buffer.from(buffer.subarray(start, end)));
      return true;
    }
    const header = this.header;
    header.callId = CALL_ID_NONE;
    header.retryCount = NO_RETRY_COUNT;
    let method: MethodEntry | null;
    let request: unknown = null;
    let callerContext: string | undefined;
    try {
      method = this.readHead(buffer, start, end);
      if (method !== null) request = readRequest(method, this.server.reader, own);
      if (header.callerContextLength > 0) callerContext = this.callerContext(buffer);
    } catch (error) {
      this.stopFor(error);
      return false;
    }
    if (method !== null) this.dispatch(method, request, this.clientId(buffer), callerContext);
    return !this.gone;
  }

  sendReply(call: RpcCall<unknown>, response: unknown, stateId = this.server.stateId()): void {
    this.finished(call);
    if (this.gone) return;
    const writer = this.outbox.writer;
    const start = writer.offset;
    writer.uint32(0);
    writeResponseHeader(writer, call.callId, call.clientId, call.retryCount, stateId, null);
    const body = writer.beginDelimited();
    call.method.response.encode(writer, response);
    writer.endDelimited(body);
    this.endFrame(start);
  }

  sendReplyBytes(call: RpcCall<unknown>, response: Uint8Array, stateId: number): void {
    this.finished(call);
    if (this.gone) return;
    const writer = this.outbox.writer;
    const start = writer.offset;
    writer.uint32(0);
    writeResponseHeader(writer, call.callId, call.clientId, call.retryCount, stateId, null);
    writer.delimited(response);
    this.endFrame(start);
  }

  sendFailure(call: RpcCall<unknown>, failure: Failure, stateId = this.server.stateId()): void {
    this.finished(call);
    this.sendError(call.callId, call.clientId, call.retryCount, stateId, {
      status: ERROR,
      javaClass: javaClassOf(failure.code),
      message: failure.message,
      detail: ErrorCode.ERROR_APPLICATION,
    });
  }

  /** Sends what this turn's calls were answered, and reads on if only the turn's share of calls was used up. */
  endOfTurn(): void {
    this.queued = false;
    this.callsThisTurn = 0;
    if (this.gone) return;
    this.outbox.flush();
    this.unpause(PAUSED_BY_TURN);
  }

  /** Sends what is ready and closes. */
  shutDown(): void {
    if (this.gone) return;
    this.gone = true;
    this.outbox.end();
    // Only who reads learns that the other end has closed too.
    if (this.pauses !== 0) this.wire.resume();
    this.pauses = 0;
  }

  destroy(): void {
    this.wire.destroy();
  }

  /** False when the client is not one we can talk to. */
  private readConnectionHeader(): boolean {
    try {
      this.sasl = checkConnectionHeader(this.connectionHeader, this.outbox.writer);
      return true;
    } catch (error) {
      this.header.callId = CALL_ID_NONE;
      this.stopFor(error);
      return false;
    }
  }

  /** The method that a frame calls, with the reader at its request; null when the frame needs nothing more. */
  private readHead(buffer: Buffer, start: number, end: number): MethodEntry | null {
    const reader = this.server.reader;
    reader.reset(buffer, start, end);
    const header = this.header;
    header.read(reader, reader.delimitedEnd());
    if (header.rpcOp !== 0) {
      throw new Refusal('RpcServerException', `rpc operation ${header.rpcOp}`, ErrorCode.FATAL_INVALID_RPC_HEADER);
    }
    if (header.callId < 0) {
      this.outOfBand(end);
      return null;
    }
    if (!this.contextRead) {
      throw new Refusal('RpcServerException', 'Connection context not established', ErrorCode.FATAL_INVALID_RPC_HEADER);
    }
    if (header.rpcKind !== RpcKindProto.RPC_PROTOCOL_BUFFER) {
      throw new Refusal('RpcServerException', `rpc kind ${header.rpcKind}`, ErrorCode.FATAL_INVALID_RPC_HEADER);
    }
    const found = this.server.table.find(reader);
    if (!isFailure(found)) return found;
    this.sendError(header.callId, this.clientId(buffer), header.retryCount, this.server.stateId(), {
      status: ERROR,
      javaClass: javaClassOf(found.code),
      message: found.message,
      detail: detailOf(found.code),
    });
    return null;
  }

  private outOfBand(end: number): void {
    const reader = this.server.reader;
    switch (this.header.callId) {
      case CALL_ID_PING:
        return;
      case CALL_ID_CONTEXT: {
        if (this.sasl || this.contextRead) {
          const why = this.sasl ? 'Connection context during SASL negotiation' : 'Connection context already processed';
          throw new Refusal('RpcServerException', why, ErrorCode.FATAL_INVALID_RPC_HEADER);
        }
        const stop = reader.delimitedEnd();
        if (stop !== end) throw new MalformedBytes('bytes behind the connection context');
        this.acceptContext(decodeIpcConnectionContextProto(reader, stop).userInfo);
        return;
      }
      case CALL_ID_SASL:
        if (!this.sasl)
          throw new Refusal('RpcServerException', 'SASL was not asked for', ErrorCode.FATAL_INVALID_RPC_HEADER);
        answerSasl(reader, this.outbox.writer);
        this.sasl = false;
        this.queueTurn();
        return;
      default:
        throw new Refusal(
          'RpcServerException',
          `Unknown out of band call #${this.header.callId}`,
          ErrorCode.FATAL_INVALID_RPC_HEADER,
        );
    }
  }

  private acceptContext(info: { effectiveUser?: string | undefined; realUser?: string | undefined } | undefined): void {
    const user = shortUserName(info?.effectiveUser ?? '');
    const realUser = info?.realUser === undefined ? undefined : shortUserName(info.realUser);
    this.contextRead = true;
    let decided = false;
    this.server.authorize(user, realUser, this.clientAddress, (denied) => {
      decided = true;
      this.authorized(user, realUser, denied);
    });
    if (decided) return;
    this.held = [];
    this.pause(PAUSED_BY_AUTHORIZATION);
  }

  private authorized(user: string, realUser: string | undefined, denied: Failure | undefined): void {
    const held = this.held ?? [];
    this.held = null;
    if (this.gone) return;
    if (denied !== undefined) {
      this.stopFor(new Refusal(denied.code, denied.message, ErrorCode.FATAL_UNAUTHORIZED));
      return;
    }
    this.user = user;
    this.realUser = realUser;
    for (const frame of held) if (!this.frame(frame, 0, frame.length, true)) return;
    this.unpause(PAUSED_BY_AUTHORIZATION);
  }

  private dispatch(
    method: MethodEntry,
    request: unknown,
    clientId: Uint8Array,
    callerContext: string | undefined,
  ): void {
    const { header, server } = this;
    const call = new RpcCall<unknown>(
      this,
      method,
      clientId,
      header.callId,
      header.retryCount,
      callerContext,
      header.stateId,
      this.lastActiveMs,
    );
    server.stats.calls++;
    server.stats.callsInFlight++;
    if (++this.inFlight >= server.limits.maxCallsPerConnection) this.pause(PAUSED_BY_CALLS);
    if (++this.callsThisTurn >= server.limits.maxCallsPerTurn) this.pause(PAUSED_BY_TURN);
    this.queueTurn();
    if (!server.sendsAway(this, call)) method.handle(call, request);
  }

  /** The client id of the frame's header: nearly always the same as before, and then the same object. */
  private clientId(buffer: Buffer): Uint8Array {
    const { clientIdAt, clientIdLength } = this.header;
    if (!equalRange(this.lastClientId, buffer, clientIdAt, clientIdLength)) {
      this.lastClientId = new Uint8Array(buffer.subarray(clientIdAt, clientIdAt + clientIdLength));
    }
    return this.lastClientId;
  }

  private callerContext(buffer: Buffer): string | undefined {
    const { callerContextAt: at, callerContextLength: length } = this.header;
    if (!equalRange(this.lastContextBytes, buffer, at, length)) {
      this.lastContext = this.header.readCallerContext(this.server.reader, buffer);
      this.lastContextBytes = new Uint8Array(buffer.subarray(at, at + length));
    }
    return this.lastContext;
  }

  finished(call: RpcCall<unknown>): void {
    this.server.finished(call);
    this.inFlight--;
    if (this.pauses !== 0 && this.inFlight <= this.server.limits.maxCallsPerConnection >>> 1) {
      this.unpause(PAUSED_BY_CALLS);
    }
  }

  private sendError(
    callId: number,
    clientId: Uint8Array,
    retryCount: number,
    stateId: number,
    error: ResponseError,
  ): void {
    if (this.gone) return;
    const writer = this.outbox.writer;
    const start = writer.offset;
    writer.uint32(0);
    writeResponseHeader(writer, callId, clientId, retryCount, stateId, error);
    this.endFrame(start);
  }

  private endFrame(start: number): void {
    const writer = this.outbox.writer;
    writer.setUint32(start, writer.offset - start - 4);
    this.outbox.written();
    if (this.outbox.pendingBytes > this.server.limits.maxPendingBytes) this.pause(PAUSED_BY_OUTPUT);
    this.queueTurn();
  }

  private drained(): void {
    this.lastActiveMs = this.server.clock.monotonicMs();
    if (this.pauses !== 0 && this.outbox.pendingBytes <= this.server.limits.maxPendingBytes >>> 1) {
      this.unpause(PAUSED_BY_OUTPUT);
    }
  }

  /** Ends the connection because of what the client sent: with a last answer if one can be given. */
  private stopFor(error: unknown): void {
    if (!(error instanceof Refusal) && !(error instanceof MalformedBytes)) throw error;
    this.server.malformed(this, error.message);
    if (error instanceof Refusal && error.answered) {
      this.shutDown();
      return;
    }
    this.sendError(this.header.callId, NO_CLIENT_ID, this.header.retryCount, this.server.stateId(), {
      status: FATAL,
      javaClass: error instanceof Refusal ? error.javaClass : javaClassOf('RpcServerException'),
      message: error.message,
      detail: error instanceof Refusal ? error.detail : ErrorCode.FATAL_DESERIALIZING_REQUEST,
    });
    this.shutDown();
  }

  private queueTurn(): void {
    if (this.queued) return;
    this.queued = true;
    this.server.atEndOfTurn(this);
  }

  private pause(reason: number): void {
    if (this.pauses === 0) this.wire.pause();
    this.pauses |= reason;
  }

  private unpause(reason: number): void {
    if ((this.pauses & reason) === 0) return;
    this.pauses &= ~reason;
    if (this.pauses === 0 && !this.gone) this.wire.resume();
  }
}
