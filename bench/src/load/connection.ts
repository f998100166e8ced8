import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { ByteReader, type Codec } from '@rfs/base/bytes';
import { decodeRpcResponseHeaderProto, RpcResponseHeaderProto_RpcStatusProto as Status } from '@rfs/protocol/messages';
import type { MethodSet, Protocol } from '@rfs/protocol/rpc';
import { type Call, type EncodedCalls, encodeCalls, openingBytes } from './encode.js';

const CARRY_BYTES = 1 << 16;
const CLOSED = 'the server closed the connection';

/**
 * Looks at one reply: `reader` stands at the body, which ends at `end`. Returns what is wrong with it, or null.
 * Called for every reply of a run, so it should not decode more than it judges.
 */
export type ReplyCheck = (reader: ByteReader, end: number, index: number) => string | null;

/** One Hadoop RPC connection that keeps a window of pre-encoded calls in flight. */
export class LoadConnection {
  readonly clientId: Uint8Array = randomBytes(16);
  /** The state id of the last answer. */
  stateId = 0;
  private readonly socket: Socket;
  private readonly protocol: Protocol<MethodSet>;
  private readonly reader = new ByteReader(Buffer.alloc(1));
  private carry = Buffer.allocUnsafeSlow(CARRY_BYTES);
  private carried = 0;
  private nextCallId = 0;
  private run: Run | undefined;
  private closed = false;

  private constructor(socket: Socket, protocol: Protocol<MethodSet>) {
    this.socket = socket;
    this.protocol = protocol;
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', (error) => this.run?.fail(error));
    socket.on('close', () => {
      this.closed = true;
      this.run?.fail(new Error(CLOSED));
    });
  }

  static open(address: string, protocol: Protocol<MethodSet>, user: string): Promise<LoadConnection> {
    const [host, port] = address.split(':') as [string, string];
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port: Number(port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        const connection = new LoadConnection(socket, protocol);
        socket.write(openingBytes(protocol, user, connection.clientId));
        resolve(connection);
      });
    });
  }

  /** Encodes calls ahead of `send`; to be sent in the order of encoding. */
  encode(count: number, make: (index: number) => Call): EncodedCalls {
    const calls = encodeCalls(this.protocol, this.clientId, this.nextCallId, count, make);
    this.nextCallId += count;
    return calls;
  }

  /** Sends all calls with at most `window` in flight; `latenciesMs[i]` gets the time call `i` took. */
  send(calls: EncodedCalls, window: number, check: ReplyCheck, latenciesMs: Float64Array): Promise<void> {
    const count = calls.starts.length - 1;
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new Error(CLOSED));
        return;
      }
      if (count === 0) {
        resolve();
        return;
      }
      this.run = { calls, count, sent: 0, done: 0, window, check, latenciesMs, resolve, fail: reject };
      this.fill(this.run);
    });
  }

  /** One call, its reply decoded; for preparing, not for measuring. */
  async call<T>(method: string, message: unknown): Promise<T> {
    const codec = this.protocol.methods[method]?.response as Codec<T>;
    let reply: T | undefined;
    const check: ReplyCheck = (reader, end) => {
      reply = codec.decode(reader, end);
      return null;
    };
    await this.send(
      this.encode(1, () => ({ method, message })),
      1,
      check,
      new Float64Array(1),
    );
    return reply as T;
  }

  close(): void {
    this.run = undefined;
    this.socket.destroy();
  }

  private fill(run: Run): void {
    const until = Math.min(run.count, run.done + run.window);
    if (until === run.sent) return;
    const { bytes, starts } = run.calls;
    const nowMs = performance.now();
    for (let index = run.sent; index < until; index++) run.latenciesMs[index] = nowMs;
    this.socket.write(bytes.subarray(starts[run.sent], starts[until]));
    run.sent = until;
  }

  private onData(chunk: Buffer): void {
    const run = this.run;
    if (run === undefined) return;
    const nowMs = performance.now();
    let data = chunk;
    if (this.carried > 0) {
      this.keep(chunk, 0);
      data = this.carry.subarray(0, this.carried);
    }
    let at = 0;
    while (data.length - at >= 4) {
      const length = data.readUInt32BE(at);
      if (data.length - at - 4 < length) break;
      this.onReply(run, data, at + 4, at + 4 + length, nowMs);
      at += 4 + length;
    }
    if (this.carried > 0) {
      data.copyWithin(0, at);
      this.carried = data.length - at;
    } else if (at < data.length) this.keep(data, at);
    if (run.done === run.count) {
      this.run = undefined;
      run.resolve();
    } else this.fill(run);
  }

  private keep(chunk: Buffer, from: number): void {
    const needed = this.carried + chunk.length - from;
    if (needed > this.carry.length) {
      const grown = Buffer.allocUnsafeSlow(needed * 2);
      this.carry.copy(grown, 0, 0, this.carried);
      this.carry = grown;
    }
    chunk.copy(this.carry, this.carried, from);
    this.carried = needed;
  }

  private onReply(run: Run, data: Buffer, start: number, end: number, nowMs: number): void {
    const reader = this.reader;
    reader.reset(data, start, end);
    const header = decodeRpcResponseHeaderProto(reader, reader.delimitedEnd());
    this.stateId = header.stateId ?? this.stateId;
    const index = header.callId - run.calls.firstCallId;
    if (!(index >= 0 && index < run.sent)) {
      run.fail(new Error(`a reply to call ${header.callId}, never made`));
      return;
    }
    const wrong =
      header.status === Status.SUCCESS
        ? run.check(reader, reader.delimitedEnd(), index)
        : `${header.exceptionClassName}: ${header.errorMsg}`;
    if (wrong !== null) {
      run.fail(new Error(`call ${index}: ${wrong}`));
      return;
    }
    run.latenciesMs[index] = nowMs - (run.latenciesMs[index] as number);
    run.done++;
  }
}

interface Run {
  readonly calls: EncodedCalls;
  readonly count: number;
  sent: number;
  done: number;
  readonly window: number;
  readonly check: ReplyCheck;
  readonly latenciesMs: Float64Array;
  resolve(): void;
  fail(error: Error): void;
}
