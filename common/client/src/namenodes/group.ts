import type { Address } from '@rfs/base/config';
import { FailureError, isFailure } from '@rfs/base/failure';
import type { Clock, Random } from '@rfs/base/seams';
import { causeOf, failure, type HdfsFailure, rowOf, sendsElsewhere } from '@rfs/protocol/exceptions';
import { ClientIdentity, protocols, ReconnectingRpcClient, type SignOfLife } from '@rfs/protocol/rpc';
import { type ClientMethod, methodTable, type RequestOf, type ResponseOf } from '@rfs/protocol/service';
import type { ClientSettings } from '../settings/index.js';

export interface NamenodeGroupOptions {
  readonly addresses: readonly Address[];
  /** What messages call the group: the nameservice, or host:port. */
  readonly name: string;
  readonly user: string;
  readonly realUser?: string | undefined;
  readonly settings: ClientSettings;
  /** The address of this machine to call a host from; without it, or undefined: the system's choice. */
  readonly callFrom?: ((host: string) => string | undefined) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a call of ClientProtocol answers. */
export type ClientResponse<M extends ClientMethod> = ResponseOf<M>;

/** Calls to a file system's namenodes, whichever of them answers. */
export interface NamenodeCalls {
  /** Makes a call and throws its failure. */
  call<M extends ClientMethod>(method: M, request: RequestOf<M>): Promise<ClientResponse<M>>;
  /** Makes a call; what the file system refuses is a value. */
  attempt<M extends ClientMethod>(method: M, request: RequestOf<M>): Promise<ClientResponse<M> | HdfsFailure>;
}

/** Pauses before a RetriableException's call is repeated: the first, and all together. */
const FIRST_RETRIABLE_PAUSE_MS = 100;
const RETRIABLE_PATIENCE_MS = 8000;

/**
 * The namenodes of one file system, as one. A call goes to the one that answered last; when that is in standby or
 * cannot be reached, to the others, once round without a pause, then with pauses that grow
 * (RetryPolicies.FailoverOnNetworkExceptionRetry); one that hangs is left as well, since it gives no sign of life. Every repetition carries the call's id and a retry count, so that a
 * change that was carried out and whose answer was lost is answered from the retry cache.
 */
export class NamenodeGroup implements NamenodeCalls {
  readonly name: string;
  private readonly options: NamenodeGroupOptions;
  private readonly clients: readonly ReconnectingRpcClient[];
  private readonly identity: ClientIdentity;
  private current = 0;
  private closed = false;

  constructor(options: NamenodeGroupOptions) {
    const { addresses, user, realUser, settings, callFrom, clock, random } = options;
    this.name = options.name;
    this.options = options;
    this.identity = new ClientIdentity(random);
    // Where there is nobody else to ask, a namenode that hangs is waited for, as with Hadoop's client.
    const others = addresses.length > 1;
    const { silenceMs } = settings;
    const signOfLife: SignOfLife = {
      silenceMs,
      ask: (client, done, timeoutMs) =>
        client.call(protocols.client, 'getHAServiceState', {}, done, { timeoutMs, ofNoState: true }),
    };
    this.clients = addresses.map(
      ({ host, port }) =>
        new ReconnectingRpcClient(
          {
            host,
            port,
            bindAddress: callFrom?.(host),
            user,
            realUser,
            protocol: protocols.client,
            identity: this.identity,
            clock,
            connectTimeoutMs: others ? Math.min(settings.connectTimeoutMs, 2 * silenceMs) : settings.connectTimeoutMs,
            callTimeoutMs: settings.callTimeoutMs,
            pingMs: settings.pingMs,
            signOfLife: others ? signOfLife : undefined,
            maxFrameBytes: settings.maxResponseBytes,
          },
          // Whoever calls does the waiting here, so the connection itself refuses no attempt.
          { firstMs: 0, maxMs: 0 },
        ),
    );
  }

  async call<M extends ClientMethod>(method: M, request: RequestOf<M>): Promise<ClientResponse<M>> {
    const result = await this.attempt(method, request);
    if (isRefusal(result)) throw new FailureError(result);
    return result;
  }

  async attempt<M extends ClientMethod>(method: M, request: RequestOf<M>): Promise<ClientResponse<M> | HdfsFailure> {
    const callId = this.identity.nextCallId();
    const startedMs = this.options.clock.monotonicMs();
    let moves = 0;
    for (let retryCount = 0; ; retryCount++) {
      const asked = this.current;
      const result = await this.once(asked, method, request, callId, retryCount);
      if (!isRefusal(result) || this.closed) return result;
      const { retry } = rowOf(result.code);
      let pauseMs: number | undefined;
      if (retry === 'again') pauseMs = this.retriablePause(retryCount, startedMs);
      else if (sendsElsewhere(result.code)) pauseMs = this.movePause(asked, ++moves, result);
      else return result;
      if (pauseMs === undefined) return retry === 'again' ? (causeOf(result) ?? result) : result;
      if (pauseMs > 0) await this.pause(pauseMs);
    }
  }

  /** The address of this machine by which a namenode was reached; undefined before the first call. */
  get localAddress(): string | undefined {
    return this.clients[this.current]?.localAddress;
  }

  /** The highest state that an answer came from; NO_STATE_ID before the first. */
  get stateId(): number {
    return this.identity.stateId;
  }

  /** Asks for nothing older than this state from now on: somebody else has seen it. */
  saw(stateId: number): void {
    this.identity.saw(stateId);
  }

  close(): void {
    this.closed = true;
    for (const client of this.clients) client.close();
  }

  private once<M extends ClientMethod>(
    index: number,
    method: M,
    request: RequestOf<M>,
    callId: number,
    retryCount: number,
  ): Promise<ClientResponse<M> | HdfsFailure> {
    if (this.closed) return Promise.resolve(failure('IOException', `the client of ${this.name} is closed`));
    const client = this.clients[index]!;
    return new Promise((resolve) => {
      // The method table and the protocol have the same names and messages; the compiler cannot follow that far.
      const done = resolve as (result: unknown) => void;
      const ofNoState = methodTable[method].access === 'uncoordinated';
      client.call(protocols.client, method, request as never, done, { callId, retryCount, ofNoState });
    });
  }

  /**
   * Moves on from the namenode that was asked; the pause before the next attempt, undefined when it is time to give up.
   */
  private movePause(asked: number, moves: number, refusal: HdfsFailure): number | undefined {
    const { settings } = this.options;
    const count = this.clients.length;
    if (count === 1) {
      // A lone namenode that says it is in standby stays so; one that is not reached may be starting.
      const isLost = refusal.code !== 'StandbyException' && refusal.code !== 'ObserverRetryOnActiveException';
      const tries = refusal.code === 'UnknownHostException' ? 0 : settings.connectRetries;
      if (!isLost || moves > tries) return undefined;
      return Math.min(settings.connectRetryMs, 50 * 2 ** (moves - 1));
    }
    if (moves > Math.max(settings.failoverAttempts, count)) return undefined;
    // Another call may have moved on already.
    if (this.current === asked) this.current = (asked + 1) % count;
    if (moves % count !== 0) return 0;
    const round = moves / count - 1;
    const pauseMs = Math.min(settings.failoverSleepMaximumMs, settings.failoverSleepBaseMs * 2 ** round);
    return this.spread(pauseMs);
  }

  private retriablePause(retryCount: number, startedMs: number): number | undefined {
    const pauseMs = this.spread(FIRST_RETRIABLE_PAUSE_MS * 2 ** Math.min(retryCount, 4));
    const passedMs = this.options.clock.monotonicMs() - startedMs;
    return passedMs + pauseMs > RETRIABLE_PATIENCE_MS ? undefined : pauseMs;
  }

  /** Between half and one and a half of `ms`, so that clients do not come back all at once. */
  private spread(ms: number): number {
    return ms / 2 + this.options.random.below(Math.max(1, Math.round(ms)));
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.setTimer(ms, resolve);
    });
  }
}

/** Failures that a namenode or the way to it gave stand in the exception table. */
function isRefusal<T>(result: T | HdfsFailure): result is HdfsFailure {
  return isFailure(result);
}
