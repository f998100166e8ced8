import type { Failure } from '@rfs/base/failure';
import { isFailure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { Clock } from '@rfs/base/seams';
import type { CallContext, ReplySink } from '@rfs/protocol/service';
import { type Caller, CommandEncoder, type CommandKind, type CommandMessage, NOBODY } from '../namespace/index.js';
import type { ProposalSink } from '../replication/index.js';

/** Where changes go: the replicated log. */
export interface ChangeLog {
  /** True while this node leads its group and may propose. */
  readonly leading: boolean;
  propose(data: Uint8Array, sink: ProposalSink): void;
}

const NO_CALL = -1;

/** Makes commands of calls, with everything that is undetermined put into them, and hands them to the log. */
export class Proposer {
  private readonly encoder = new CommandEncoder();
  private readonly log: ChangeLog;
  private readonly clock: Clock;
  private arrivalMs: number | undefined;
  private arrivalTimeMs = 0;

  constructor(log: ChangeLog, clock: Clock) {
    this.log = log;
    this.clock = clock;
  }

  get leading(): boolean {
    return this.log.leading;
  }

  /** A client's change. With `once` the retry cache knows the call by its client id and call id. */
  propose<K extends CommandKind>(
    kind: K,
    message: CommandMessage<K>,
    caller: Caller,
    context: CallContext,
    once: boolean,
    sink: ProposalSink,
  ): void {
    const remembered = once && context.callId >= 0 && context.clientId.length === 16;
    const header = {
      timeMs: this.timeOf(context),
      user: caller.user,
      groups: caller.groups as string[],
      superuser: caller.superuser,
      clientId: remembered ? context.clientId : undefined,
      callId: remembered ? context.callId : NO_CALL,
      clientMachine: context.clientAddress,
    };
    this.log.propose(this.encoder.encode(kind, header, message), sink);
  }

  /** The time of a change that was just asked for; calls that arrived together share it. */
  private timeOf({ receivedMs }: CallContext): number {
    if (receivedMs === undefined) return this.clock.nowMs();
    if (receivedMs !== this.arrivalMs) {
      this.arrivalMs = receivedMs;
      this.arrivalTimeMs = this.clock.nowMs();
    }
    return this.arrivalTimeMs;
  }

  /** A change that the filesystem makes by itself: lease expiry, purge, block recovery. */
  proposeOwn<K extends CommandKind>(kind: K, message: CommandMessage<K>, sink: ProposalSink): void {
    const header = {
      timeMs: this.clock.nowMs(),
      user: NOBODY.user,
      groups: [],
      superuser: true,
      clientId: undefined,
      callId: NO_CALL,
      clientMachine: '',
    };
    this.log.propose(this.encoder.encode(kind, header, message), sink);
  }
}

/** Turns the outcome of a command into the answer of the call that asked for it. */
export class Outcome<Response> implements ProposalSink {
  private readonly sink: ReplySink<Response>;
  private readonly respond: (result: never) => Response;

  constructor(sink: ReplySink<Response>, respond: (result: never) => Response) {
    this.sink = sink;
    this.respond = respond;
  }

  applied(result: unknown, _index: LogIndex): void {
    if (isFailure(result)) this.sink.fail(result);
    else this.sink.reply(this.respond(result as never));
  }

  refused(failure: Failure): void {
    this.sink.fail(failure);
  }
}
