import type { Codec } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import type { ClientNamenodeProtocolMethods } from '../messages/index.js';
import type { ClientMethod } from './methods.js';

type Calls = typeof ClientNamenodeProtocolMethods;
type MessageOf<C> = C extends Codec<infer Message> ? Message : never;

export type RequestOf<M extends ClientMethod> = MessageOf<Calls[M]['request']>;
export type ResponseOf<M extends ClientMethod> = MessageOf<Calls[M]['response']>;

/** What a client that has seen nothing presents as its state id. */
export const NO_STATE_ID = -1;

/**
 * Everything about a caller that a call's outcome may depend on. It travels whole when a call is forwarded to the
 * leader, so that a forwarded call is the same call.
 */
export interface CallContext {
  /** Short name of the user on whose behalf the call runs. */
  readonly user: string;
  /** The user who authenticated, when he acts for another one (a proxy user); undefined otherwise. */
  readonly realUser: string | undefined;
  /** 16 bytes of the client, or none (then the retry cache has no say). */
  readonly clientId: Uint8Array;
  /** Negative when the retry cache has no say. */
  readonly callId: number;
  readonly retryCount: number;
  /** Numeric address of the client's host: it steers placement and the order of locations. */
  readonly clientAddress: string;
  readonly callerContext: string | undefined;
  /** The highest state id the client has seen; NO_STATE_ID when it has seen none. */
  readonly stateId: number;
  /**
   * When the call arrived, on the node's monotonic clock: the same number for all that came in one piece. A door that
   * does not say it has them begin when they are looked at.
   *
   * PERF: reading the clock takes as long as decoding a path, and several parts need a time for each call.
   */
  readonly receivedMs?: number;
}

/** Takes the answer of one call, exactly once, now or later; harmless after the client has gone. */
export interface ReplySink<Response> {
  /** The answer, read from a state at least as new as `stateId`: this replica's own unless it is given. */
  reply(response: Response, stateId?: number): void;
  /**
   * The answer in the bytes of its message, read from a state at least as new as `stateId`: for doors that send it on
   * as it is. Absent where the door needs the message itself.
   */
  replyBytes?(response: Uint8Array, stateId: number): void;
  /** A refusal, which may tell of the state as an answer does: judged at a state at least as new as `stateId`. */
  fail(failure: Failure, stateId?: number): void;
}

/** What every door to a namenode calls: Hadoop RPC and WebHDFS alike. */
export interface ClientService {
  /** Applied Raft index of this replica: what the next answer may carry as its state id. */
  readonly stateId: number;
  call<M extends ClientMethod>(
    method: M,
    request: RequestOf<M>,
    context: CallContext,
    sink: ReplySink<ResponseOf<M>>,
  ): void;
}
