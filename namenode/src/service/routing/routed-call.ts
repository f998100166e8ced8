import { ByteReader, type Codec, MalformedBytes } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import { protocols } from '@rfs/protocol/rpc';
import { type CallContext, type ClientMethod, methodTable, type ReplySink } from '@rfs/protocol/service';
import type { ReadSink } from '../../replication/index.js';
import { Route } from './routes.js';

const CLIENT_ID_BYTES = 16;

/** Where a call that was not answered at once stands. */
export const Stage = {
  /** Nobody has it but the router. */
  ARRIVED: 0,
  /** Waits until this replica has applied what the client has seen. */
  BEHIND: 1,
  /** Waits for a read index, and until that is applied. */
  ASKING: 2,
  /** A handler of this node has it. */
  SERVING: 3,
  /** The leader has it. */
  FORWARDED: 4,
  /** Waits for a leader that can be reached. */
  HELD: 5,
  DONE: 6,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** Whom a call turns to when somebody could not serve it. */
export interface Rerouting {
  /** The read index is there and applied. */
  readable(call: RoutedCall): void;
  /** The group cannot say what is newest. */
  unreadable(call: RoutedCall): void;
  /** This node's handler turned the call away: it does not lead, no longer does, lacks locations, or is not ready. */
  turnedAway(call: RoutedCall, refusal: Failure): void;
}

/** One call on its way to whoever can serve it, with what is needed to send it there again. It is answered once. */
export class RoutedCall implements ReplySink<unknown>, ReadSink {
  readonly method: ClientMethod;
  readonly request: unknown;
  readonly context: CallContext;
  readonly route: Route;
  /** Another namenode has passed it on, and gets it back when this one cannot serve it. */
  readonly passedOn: boolean;
  stage: Stage = Stage.ARRIVED;
  /** When waiting here for a newer state ends; monotonic ms. */
  patientUntilMs = 0;
  /** Why this node, which leads, cannot serve the call yet. */
  notYet: Failure | undefined = undefined;
  /** When waiting for a leader ends; 0 until that begins. */
  heldUntilMs = 0;
  protected readonly sink: ReplySink<unknown>;
  private readonly rerouting: Rerouting;

  constructor(
    method: ClientMethod,
    request: unknown,
    context: CallContext,
    route: Route,
    passedOn: boolean,
    sink: ReplySink<unknown>,
    rerouting: Rerouting,
  ) {
    this.method = method;
    this.request = request;
    this.context = context;
    this.route = route;
    this.passedOn = passedOn;
    this.sink = sink;
    this.rerouting = rerouting;
  }

  /** True when the call may be carried out again though nobody knows whether it was: the log judges repetitions. */
  get repeatable(): boolean {
    const { clientId, callId } = this.context;
    const remembered = callId >= 0 && clientId.length === CLIENT_ID_BYTES;
    return remembered || methodTable[this.method].retry === 'repeatable';
  }

  get reads(): boolean {
    return this.route !== Route.LEADER;
  }

  reply(response: unknown, stateId?: number): void {
    this.stage = Stage.DONE;
    this.sink.reply(response, stateId);
  }

  /** A handler's refusal: the client hears of it, unless somebody else can serve the call, or this node can soon. */
  fail(refusal: Failure): void {
    if (this.stage === Stage.SERVING && passes(refusal)) this.rerouting.turnedAway(this, refusal);
    else this.refuse(refusal);
  }

  /** The last word, of the state `stateId` when another namenode has it. */
  refuse(refusal: Failure, stateId?: number): void {
    this.stage = Stage.DONE;
    this.sink.fail(refusal, stateId);
  }

  /** The leader's answer, read from a state at least as new as `stateId`. */
  answer(response: Uint8Array, stateId: number): void {
    const codec = protocols.client.methods[this.method].response as Codec<unknown>;
    let message: unknown;
    try {
      message = codec.decode(new ByteReader(response), response.length);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.refuse(failure('IOException', `The active namenode's answer to ${this.method}: ${error.message}`));
      return;
    }
    this.reply(message, stateId);
  }

  readable(_index: LogIndex): void {
    this.rerouting.readable(this);
  }

  refused(_refusal: Failure): void {
    this.rerouting.unreadable(this);
  }
}

/** The refusals of a node that does not lead, of one that lacks locations, and of one that is not ready. */
function passes({ code }: Failure): boolean {
  return code === 'StandbyException' || code === 'ObserverRetryOnActiveException' || code === 'RetriableException';
}

/** A call whose door sends answers on in the bytes of their messages. */
export class RoutedBytesCall extends RoutedCall {
  override answer(response: Uint8Array, stateId: number): void {
    this.replyBytes(response, stateId);
  }

  replyBytes(response: Uint8Array, stateId: number): void {
    this.stage = Stage.DONE;
    this.sink.replyBytes!(response, stateId);
  }
}
