import { failure, type HdfsFailure } from '../exceptions/index.js';
import { NO_STATE_ID } from '../service/index.js';
import { type CallDone, type CallOptions, type RpcCaller, RpcClient, type RpcClientOptions } from './client.js';
import type { MessageOf, MethodSet, Protocol } from './protocol.js';

export interface Backoff {
  /** Pause after the first failed attempt to connect; it doubles from there. */
  readonly firstMs: number;
  readonly maxMs: number;
}

const DEFAULT_BACKOFF: Backoff = { firstMs: 100, maxMs: 10_000 };

/**
 * Calls to one server that comes and goes. Connects when a call needs it; calls made meanwhile wait for that. After a
 * failed attempt calls fail with ConnectException at once until the pause is over. It never repeats a call: whether
 * that is safe is known to the caller only.
 */
export class ReconnectingRpcClient implements RpcCaller {
  private readonly options: RpcClientOptions;
  private readonly backoff: Backoff;
  private client: RpcClient | null = null;
  private waiting: ((client: RpcClient | HdfsFailure) => void)[] | null = null;
  private pauseMs = 0;
  private notBeforeMs = Number.NEGATIVE_INFINITY;
  private lastFailure: HdfsFailure | null = null;
  private closed = false;

  constructor(options: RpcClientOptions, backoff: Backoff = DEFAULT_BACKOFF) {
    this.options = options;
    this.backoff = backoff;
  }

  /** host:port */
  get name(): string {
    return `${this.options.host}:${this.options.port}`;
  }

  /** True while a connection stands. */
  get connected(): boolean {
    return this.client?.open === true;
  }

  /** Numeric address of this end, once connected. */
  get localAddress(): string | undefined {
    return this.client?.localAddress;
  }

  call<Methods extends MethodSet, Name extends keyof Methods & string>(
    protocol: Protocol<Methods>,
    name: Name,
    request: MessageOf<Methods[Name]['request']>,
    done: CallDone<MessageOf<Methods[Name]['response']>>,
    options?: CallOptions,
  ): void {
    if (this.client?.open) {
      this.client.call(protocol, name, request, done, options);
      return;
    }
    this.connect((client) => {
      if (client instanceof RpcClient) client.call(protocol, name, request, done, options);
      else done(client, NO_STATE_ID);
    });
  }

  /** Ends the connection; every call fails from here on. */
  close(): void {
    this.closed = true;
    this.client?.close();
    this.client = null;
  }

  private connect(then: (client: RpcClient | HdfsFailure) => void): void {
    if (this.closed) {
      then(failure('ConnectException', `${this.name}: this client is closed`));
      return;
    }
    if (this.waiting !== null) {
      this.waiting.push(then);
      return;
    }
    if (this.lastFailure !== null && this.options.clock.monotonicMs() < this.notBeforeMs) {
      then(this.lastFailure);
      return;
    }
    this.waiting = [then];
    RpcClient.connect(this.options, (result) => this.attempted(result));
  }

  private attempted(result: RpcClient | HdfsFailure): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    if (result instanceof RpcClient) {
      this.client = result;
      this.pauseMs = 0;
      this.lastFailure = null;
      if (this.closed) result.close();
    } else {
      this.pauseMs = this.pauseMs === 0 ? this.backoff.firstMs : Math.min(this.pauseMs * 2, this.backoff.maxMs);
      this.notBeforeMs = this.options.clock.monotonicMs() + this.pauseMs;
      this.lastFailure = result;
    }
    for (const then of waiting) then(result);
  }
}

/** A call as a promise, for code that is not on a hot path. */
export function callAsync<Methods extends MethodSet, Name extends keyof Methods & string>(
  caller: RpcCaller,
  protocol: Protocol<Methods>,
  name: Name,
  request: MessageOf<Methods[Name]['request']>,
  options?: CallOptions,
): Promise<MessageOf<Methods[Name]['response']> | HdfsFailure> {
  return new Promise((resolve) => caller.call(protocol, name, request, resolve, options));
}
