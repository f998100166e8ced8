import { ByteReader, type Codec, MalformedBytes } from '@rfs/base/bytes';
import { isFailure } from '@rfs/base/failure';
import type { Clock, Timer } from '@rfs/base/seams';
import { failure, failureFromRemote, type HdfsFailure, sendsElsewhere } from '../exceptions/index.js';
import { encodeIpcConnectionContextProto, encodeRequestHeaderProto } from '../messages/index.js';
import { NO_STATE_ID } from '../service/index.js';
import { AUTH_NONE, CALL_ID_CONTEXT, CALL_ID_PING, MAGIC, NO_RETRY_COUNT, RPC_VERSION } from './constants.js';
import { FrameReader } from './frames.js';
import { ResponseHeaderView, writeRequestHeader } from './headers.js';
import type { ClientIdentity } from './identity.js';
import { Outbox } from './outbox.js';
import type { MessageOf, MethodSet, Protocol } from './protocol.js';
import { atEndOfTurn, dial, type Wire, type WireEvents } from './wire.js';

export interface RpcClientOptions {
  readonly host: string;
  readonly port: number;
  /** Address of this machine to call from; without it the system chooses. */
  readonly bindAddress?: string | undefined;
  /** On whose behalf the calls are made. */
  readonly user: string;
  /** Who authenticated, when `user` is somebody he acts for. */
  readonly realUser?: string | undefined;
  /** The protocol that the connection announces; calls of others are possible too. */
  readonly protocol: { readonly name: string };
  readonly identity: ClientIdentity;
  readonly clock: Clock;
  /** Until the connection stands (ipc.client.connect.timeout). */
  readonly connectTimeoutMs?: number;
  /** Until an answer must have come (ipc.client.rpc-timeout.ms). */
  readonly callTimeoutMs?: number;
  /** A waiting client that hears nothing says that it is still there (ipc.ping.interval). */
  readonly pingMs?: number;
  /** How a server is recognised that is connected and does nothing; without it a call waits until its own end. */
  readonly signOfLife?: SignOfLife | undefined;
  /** Longest answer in bytes (ipc.maximum.response.length). */
  readonly maxFrameBytes?: number;
  /** Told once, when an open connection has ended. */
  readonly onClosed?: (reason: HdfsFailure) => void;
}

/** A question that a server which runs answers at once, whatever the calls before it wait for. */
export interface SignOfLife {
  /**
   * While calls wait, a server that says nothing for so long is asked, and when it says nothing for as long again its
   * connection ends, and with it the calls (EOFException).
   */
  readonly silenceMs: number;
  readonly ask: (client: RpcClient, done: CallDone<unknown>, timeoutMs: number) => void;
}

/** What one call may have of its own. */
export interface CallOptions {
  readonly timeoutMs?: number;
  /** Of an earlier attempt, so that the server's retry cache knows the call again. */
  readonly callId?: number;
  readonly retryCount?: number;
  readonly callerContext?: string;
  /** The answer is not of the state that its state id names (Access `uncoordinated`): the client has not seen that. */
  readonly ofNoState?: boolean;
}

/** Takes the answer and the state id it came with (NO_STATE_ID if none). Called once. */
export type CallDone<Response> = (result: Response | HdfsFailure, stateId: number) => void;

/** Something that calls can be made through. */
export interface RpcCaller {
  call<Methods extends MethodSet, Name extends keyof Methods & string>(
    protocol: Protocol<Methods>,
    name: Name,
    request: MessageOf<Methods[Name]['request']>,
    done: CallDone<MessageOf<Methods[Name]['response']>>,
    options?: CallOptions,
  ): void;
}

interface Waiting {
  readonly codec: Codec<unknown>;
  readonly done: CallDone<unknown>;
  readonly deadlineMs: number;
  readonly name: string;
  readonly ofNoState: boolean;
}

const SUCCESS = 0;
const FATAL = 2;

/**
 * One connection to a Hadoop RPC server, for any number of calls at the same time. A call that fails with
 * ConnectException was never sent; with EOFException or SocketTimeoutException nobody knows whether it was carried out.
 * A closed client stays closed.
 */
export class RpcClient implements RpcCaller, WireEvents {
  readonly options: RpcClientOptions;
  private readonly wire: Wire;
  private readonly outbox: Outbox;
  private readonly frames: FrameReader;
  private readonly reader = new ByteReader(new Uint8Array(0));
  private readonly header = new ResponseHeaderView();
  private readonly waiting = new Map<number, Waiting>();
  private readonly methodHeaders = new Map<Protocol<MethodSet>, Map<string, Uint8Array>>();
  private onConnected: ((result: RpcClient | HdfsFailure) => void) | null;
  private ended: HdfsFailure | null = null;
  private timer: Timer | null = null;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private lastHeardMs: number;
  /** Since when calls have been waiting. */
  private busySinceMs = 0;
  private asking = false;
  private flushing = false;

  private constructor(options: RpcClientOptions, done: (result: RpcClient | HdfsFailure) => void) {
    this.options = options;
    this.onConnected = done;
    this.lastHeardMs = options.clock.monotonicMs();
    this.frames = new FrameReader(this, options.maxFrameBytes ?? 128 * 1024 * 1024);
    this.wire = dial(options.host, options.port, options.bindAddress, this, () => this.opened());
    this.outbox = new Outbox(this.wire, () => undefined);
    this.timer = options.clock.setTimer(options.connectTimeoutMs ?? 20_000, () => {
      this.end(failure('ConnectException', `${this.name}: no connection in time`));
    });
  }

  /** Connects and says who is calling. */
  static connect(options: RpcClientOptions, done: (result: RpcClient | HdfsFailure) => void): void {
    new RpcClient(options, done);
  }

  /** host:port */
  get name(): string {
    return `${this.options.host}:${this.options.port}`;
  }

  /** False once the connection has ended. */
  get open(): boolean {
    return this.ended === null;
  }

  /** Numeric address of this end. */
  get localAddress(): string {
    return this.wire.localAddress;
  }

  /** Calls that wait for their answer. */
  get inFlight(): number {
    return this.waiting.size;
  }

  call<Methods extends MethodSet, Name extends keyof Methods & string>(
    protocol: Protocol<Methods>,
    name: Name,
    request: MessageOf<Methods[Name]['request']>,
    done: CallDone<MessageOf<Methods[Name]['response']>>,
    options?: CallOptions,
  ): void {
    if (this.ended !== null) {
      done(failure('ConnectException', this.ended.message), NO_STATE_ID);
      return;
    }
    const { identity, clock } = this.options;
    const callId = options?.callId ?? identity.nextCallId();
    const nowMs = clock.monotonicMs();
    if (this.waiting.size === 0) this.busySinceMs = nowMs;
    const deadlineMs = nowMs + (options?.timeoutMs ?? this.options.callTimeoutMs ?? 120_000);
    this.encode(protocol, name, request, callId, options);
    const codec = (protocol.methods[name] as Methods[Name]).response;
    const ofNoState = options?.ofNoState ?? false;
    this.waiting.set(callId, { codec, done: done as CallDone<unknown>, deadlineMs, name, ofNoState });
    this.wakeAt(deadlineMs);
    this.flushLater();
  }

  /** Sends, at once, a call that the server does not answer: nobody hears whether it was carried out. */
  tell<Methods extends MethodSet, Name extends keyof Methods & string>(
    protocol: Protocol<Methods>,
    name: Name,
    request: MessageOf<Methods[Name]['request']>,
  ): void {
    if (this.ended !== null) return;
    this.encode(protocol, name, request, this.options.identity.nextCallId());
    this.flush();
  }

  /** Sends at once what otherwise leaves at the end of the turn. */
  flush(): void {
    if (this.onConnected === null && this.ended === null) this.outbox.flush();
  }

  /** Ends the connection; calls that still wait fail with EOFException. */
  close(): void {
    this.end(failure('EOFException', `${this.name}: closed by this side`));
  }

  bytes(memory: Buffer, length: number): void {
    if (this.ended !== null) return;
    this.lastHeardMs = this.options.clock.monotonicMs();
    if (!this.frames.feed(memory, 0, length))
      this.end(failure('IOException', `${this.name}: an answer longer than allowed`));
  }

  closed(error: Error | null): void {
    const code = this.onConnected === null ? 'EOFException' : 'ConnectException';
    this.end(failure(code, `${this.name}: ${error === null ? 'the server closed the connection' : error.message}`));
  }

  frame(buffer: Buffer, start: number, end: number): boolean {
    const { reader, header } = this;
    let call: Waiting | undefined;
    let result: unknown;
    try {
      reader.reset(buffer, start, end);
      header.read(reader, reader.delimitedEnd());
      call = this.waiting.get(header.callId);
      if (header.status !== SUCCESS) {
        result = failureFromRemote(header.text(buffer, 'class'), header.text(buffer, 'message'));
      } else if (call !== undefined) {
        result = call.codec.decode(reader, reader.delimitedEnd());
      }
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.end(failure('IOException', `${this.name}: not an answer: ${error.message}`));
      return false;
    }
    if (call !== undefined) {
      if (!call.ofNoState && !isSentAway(result)) this.options.identity.saw(header.stateId);
      this.waiting.delete(header.callId);
      call.done(result, header.stateId);
    }
    if (header.status === FATAL) this.end(result as HdfsFailure);
    return this.ended === null;
  }

  private encode<Methods extends MethodSet, Name extends keyof Methods & string>(
    protocol: Protocol<Methods>,
    name: Name,
    request: MessageOf<Methods[Name]['request']>,
    callId: number,
    options?: CallOptions,
  ): void {
    const { clientId, stateId } = this.options.identity;
    const writer = this.outbox.writer;
    const start = writer.offset;
    writer.uint32(0);
    writeRequestHeader(writer, callId, clientId, options?.retryCount ?? 0, stateId, options?.callerContext);
    writer.bytes(this.methodHeader(protocol as unknown as Protocol<MethodSet>, name));
    const body = writer.beginDelimited();
    (protocol.methods[name] as Methods[Name]).request.encode(writer, request);
    writer.endDelimited(body);
    writer.setUint32(start, writer.offset - start - 4);
  }

  private opened(): void {
    if (this.ended !== null) return;
    this.timer?.cancel();
    this.timer = null;
    const { user, realUser, protocol, identity } = this.options;
    const writer = this.outbox.writer;
    writer.uint32(MAGIC);
    writer.uint8(RPC_VERSION);
    writer.uint8(0);
    writer.uint8(AUTH_NONE);
    const start = writer.offset;
    writer.uint32(0);
    writeRequestHeader(writer, CALL_ID_CONTEXT, identity.clientId, NO_RETRY_COUNT, NO_STATE_ID, undefined);
    const body = writer.beginDelimited();
    encodeIpcConnectionContextProto(writer, { userInfo: { effectiveUser: user, realUser }, protocol: protocol.name });
    writer.endDelimited(body);
    writer.setUint32(start, writer.offset - start - 4);
    this.flushLater();
    const connected = this.onConnected;
    this.onConnected = null;
    connected?.(this);
  }

  private end(reason: HdfsFailure): void {
    if (this.ended !== null) return;
    this.ended = reason;
    this.timer?.cancel();
    this.timer = null;
    this.wire.destroy();
    const connected = this.onConnected;
    this.onConnected = null;
    if (connected !== null) {
      connected(reason);
      return;
    }
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const call of waiting) call.done(reason, NO_STATE_ID);
    this.options.onClosed?.(reason);
  }

  private methodHeader(protocol: Protocol<MethodSet>, methodName: string): Uint8Array {
    let known = this.methodHeaders.get(protocol);
    if (known === undefined) {
      known = new Map();
      this.methodHeaders.set(protocol, known);
    }
    let bytes = known.get(methodName);
    if (bytes === undefined) {
      const writer = this.outbox.writer;
      const start = writer.offset;
      const at = writer.beginDelimited();
      const { name: declaringClassProtocolName, version: clientProtocolVersion } = protocol;
      encodeRequestHeaderProto(writer, { methodName, declaringClassProtocolName, clientProtocolVersion });
      writer.endDelimited(at);
      bytes = new Uint8Array(writer.buffer.subarray(start, writer.offset));
      writer.offset = start;
      known.set(methodName, bytes);
    }
    return bytes;
  }

  private flushLater(): void {
    this.outbox.written();
    if (this.flushing) return;
    this.flushing = true;
    atEndOfTurn(() => {
      this.flushing = false;
      if (this.ended === null) this.outbox.flush();
    });
  }

  private wakeAt(atMs: number): void {
    const { clock, pingMs = 60_000 } = this.options;
    const at = Math.min(atMs, clock.monotonicMs() + pingMs, this.askAtMs);
    if (at >= this.timerAtMs && this.timer !== null) return;
    this.timer?.cancel();
    this.timerAtMs = at;
    this.timer = clock.setTimer(Math.max(0, at - clock.monotonicMs()), () => this.wake());
  }

  /** Fails calls that are overdue, and pings when nothing was heard for long. */
  private wake(): void {
    this.timer = null;
    const { clock, identity, pingMs = 60_000 } = this.options;
    const now = clock.monotonicMs();
    let next = Number.POSITIVE_INFINITY;
    for (const [callId, call] of this.waiting) {
      if (call.deadlineMs > now) {
        next = Math.min(next, call.deadlineMs);
        continue;
      }
      this.waiting.delete(callId);
      call.done(failure('SocketTimeoutException', `${this.name}: no answer to ${call.name} in time`), NO_STATE_ID);
    }
    if (this.ended !== null || this.waiting.size === 0) return;
    if (now - this.lastHeardMs >= pingMs) {
      const writer = this.outbox.writer;
      const start = writer.offset;
      writer.uint32(0);
      writeRequestHeader(writer, CALL_ID_PING, identity.clientId, NO_RETRY_COUNT, NO_STATE_ID, undefined);
      writer.setUint32(start, writer.offset - start - 4);
      this.flushLater();
    }
    this.watch(now);
    this.wakeAt(next);
  }

  /** When a server that stays silent is asked for a sign of life. */
  private get askAtMs(): number {
    const { signOfLife } = this.options;
    if (signOfLife === undefined || this.asking) return Number.POSITIVE_INFINITY;
    return Math.max(this.lastHeardMs, this.busySinceMs) + signOfLife.silenceMs;
  }

  /** Ends the connection to a server that does nothing any more. */
  private watch(now: number): void {
    const { signOfLife } = this.options;
    if (signOfLife === undefined || now < this.askAtMs) return;
    this.asking = true;
    const done = (answer: unknown): void => {
      this.asking = false;
      const silent = isFailure(answer) && answer.code === 'SocketTimeoutException' && this.lastHeardMs < now;
      if (silent) this.end(failure('EOFException', `${this.name}: gives no sign of life`));
    };
    signOfLife.ask(this, done, signOfLife.silenceMs);
  }
}

/** A server that sends its client to another one has looked at no state: the client has not seen what that server has. */
function isSentAway(result: unknown): boolean {
  return isFailure(result) && sendsElsewhere(result.code);
}
