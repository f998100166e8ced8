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

/** One Hadoop RPC connection for several clients, each with one pre-encoded call in flight. */
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
  private readonly due: number[] = [];
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

  /**
   * Sends the calls of `clients` clients that take turns: call `i + clients` follows when call `i` is answered.
   * `latenciesMs[i]` gets the time call `i` took.
   */
  send(calls: EncodedCalls, clients: number, check: ReplyCheck, latenciesMs: Float64Array): Promise<void> {
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
      this.run = { calls, count, done: 0, clients, check, latenciesMs, resolve, fail: reject };
      this.due.length = 0;
      for (let index = 0; index < Math.min(clients, count); index++) this.due.push(index);
      this.sendDue(this.run);
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

  /** One write for all that are due, whatever their order: a server that answers out of order is asked no later. */
  private sendDue(run: Run): void {
    const { due } = this;
    if (due.length === 0) return;
    const { bytes, starts } = run.calls;
    const nowMs = performance.now();
    let length = 0;
    for (const index of due) {
      run.latenciesMs[index] = nowMs;
      length += (starts[index + 1] as number) - (starts[index] as number);
    }
    const batch = Buffer.allocUnsafe(length);
    let at = 0;
    for (let i = 0, next = 0; i < due.length; i = next) {
      do next++;
      while (next < due.length && due[next] === (due[next - 1] as number) + 1);
      at += bytes.copy(batch, at, starts[due[i] as number], starts[(due[next - 1] as number) + 1]);
    }
    due.length = 0;
    this.socket.write(batch);
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
    } else this.sendDue(run);
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
    if (!(index >= 0 && index < run.count)) {
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
    if (index + run.clients < run.count) this.due.push(index + run.clients);
  }
}

interface Run {
  readonly calls: EncodedCalls;
  readonly count: number;
  done: number;
  readonly clients: number;
  readonly check: ReplyCheck;
  readonly latenciesMs: Float64Array;
  resolve(): void;
  fail(error: Error): void;
}
