import { type Failure, isFailure } from '@rfs/base/failure';
import { Caller, CommandKind, getFileInfo, InodeFlag, InodeKind, type StateMachine } from '@rfs/namenode/namespace';
import { GroupView, type Replicator } from '@rfs/namenode/replication';
import { Router } from '@rfs/namenode/service';
import type { HdfsFailure } from '@rfs/protocol/exceptions';
import type { CallContext, ClientMethod, ReplySink } from '@rfs/protocol/service';
import type { World } from './cluster.js';
import { answerOf, clientIdOf, encodeChange } from './commands.js';
import type { SimMember } from './member.js';
import { type ModelCommand, statusText } from './model.js';
import { type PassedCall, SimPassage } from './passage.js';
import type { SimProcess } from './process.js';

/** What a client asks of a namenode. */
export type Asked =
  | { readonly type: 'change'; readonly command: ModelCommand }
  | { readonly type: 'read'; readonly path: string }
  | { readonly type: 'sync' };

/** A client's call on its way. */
export interface Call {
  readonly client: number;
  /** Distinguishes the tries of one call. */
  readonly attempt: number;
  readonly callId: number;
  readonly wish: Asked;
  /** What a coordinated read must not be older than; NO_STATE_ID for a linearizable one. */
  readonly stateId: number;
}

/** The answer; undefined when the client is to try again elsewhere. */
export interface Reply {
  readonly attempt: number;
  readonly answer: string | undefined;
  readonly stateId: number;
}

const READER = new Caller('sim', ['supergroup'], true);
const LIMITS = { observerWaitMs: 100, heldCallMs: 5000, maxWaiting: 1000 };
const METHODS: Readonly<Partial<Record<CommandKind, ClientMethod>>> = {
  [CommandKind.MKDIRS]: 'mkdirs',
  [CommandKind.CREATE]: 'create',
  [CommandKind.COMPLETE]: 'complete',
  [CommandKind.RENAME]: 'rename',
  [CommandKind.DELETE]: 'delete',
  [CommandKind.SET_PERMISSION]: 'setPermission',
  [CommandKind.SET_TIMES]: 'setTimes',
};
/** Refusals after which a client tries another namenode. */
const ELSEWHERE: readonly string[] = ['StandbyException', 'ObserverRetryOnActiveException', 'RetriableException'];
const text = new TextEncoder();
const bytes = new TextDecoder();

/** A namenode's services: the product's router decides who carries a call out, and what does so here is simple. */
export class SimServer {
  readonly passage: SimPassage;
  private readonly world: World;
  private readonly member: SimMember;
  private readonly process: SimProcess;
  private readonly replicator: Replicator;
  private readonly machine: StateMachine;
  private readonly router: Router;

  constructor(world: World, member: SimMember, process: SimProcess, replicator: Replicator, machine: StateMachine) {
    this.world = world;
    this.member = member;
    this.process = process;
    this.replicator = replicator;
    this.machine = machine;
    this.passage = new SimPassage(world, member, process);
    this.router = new Router({
      group: new GroupView(replicator),
      passage: this.passage,
      clock: process,
      state: machine,
      serve: (_method, request, context, sink) => this.serve(request as Asked, context, sink),
      notReady: () => false,
      limits: LIMITS,
    });
  }

  /** A client's call arrives. */
  handle(call: Call): void {
    const arrived = this.world.sabotage.stateIdOnArrival === true ? this.machine.appliedIndex : undefined;
    const reply = (answer: string | undefined, stateId: number): void =>
      this.world.reply(this.member, call.client, { attempt: call.attempt, answer, stateId: arrived ?? stateId });
    const sink = new Answer(this.machine, (answer, stateId) => {
      if (!isFailure(answer)) reply(bytes.decode(answer), stateId);
      else reply(ELSEWHERE.includes(answer.code) ? undefined : answerOf(answer), stateId);
    });
    this.router.admit(methodOf(call.wish), call.wish, contextOf(call), sink);
  }

  /** Another namenode passes a call on. */
  passedOn(
    { method, request, context }: PassedCall,
    done: (answer: Uint8Array | HdfsFailure, stateId: number) => void,
  ): void {
    this.router.admit(method, request, context, new Answer(this.machine, done), true);
  }

  /** More is applied here: reads that waited for it go on. */
  applied(): void {
    this.router.applied();
  }

  private serve(wish: Asked, context: CallContext, sink: ReplySink<unknown>): void {
    if (wish.type === 'change') this.change(wish.command, context, sink);
    else sink.reply(wish.type === 'sync' ? 'true' : this.read(wish.path));
  }

  private change(command: ModelCommand, { clientId, callId }: CallContext, sink: ReplySink<unknown>): void {
    const known = this.machine.repeated(clientId, callId, command.kind as CommandKind);
    if (known !== undefined) {
      answer(sink, known);
      return;
    }
    this.replicator.propose(encodeChange(command, clientId[0]!, callId, this.process.nowMs()), {
      applied: (result) => answer(sink, result),
      refused: (refusal) => sink.fail(refusal),
    });
  }

  private read(path: string): string {
    const found = getFileInfo(this.machine.tree, READER, path);
    if (found === undefined || isFailure(found)) return 'absent';
    const open = (found.flags & InodeFlag.UNDER_CONSTRUCTION) !== 0;
    return statusText(found.kind === InodeKind.DIRECTORY, found.id, found.mode, found.mtimeMs, open);
  }
}

/** Takes an answer as a door does: the bytes of its message, and the state id, this replica's own unless it is given. */
class Answer implements ReplySink<unknown> {
  private readonly machine: StateMachine;
  private readonly done: (answer: Uint8Array | HdfsFailure, stateId: number) => void;

  constructor(machine: StateMachine, done: (answer: Uint8Array | HdfsFailure, stateId: number) => void) {
    this.machine = machine;
    this.done = done;
  }

  reply(response: unknown, stateId?: number): void {
    this.done(text.encode(response as string), stateId ?? this.machine.appliedIndex);
  }

  replyBytes(response: Uint8Array, stateId: number): void {
    this.done(response, stateId);
  }

  fail(refusal: Failure, stateId?: number): void {
    this.done(refusal as HdfsFailure, stateId ?? this.machine.appliedIndex);
  }
}

function answer(sink: ReplySink<unknown>, result: unknown): void {
  if (isFailure(result)) sink.fail(result);
  else sink.reply(answerOf(result));
}

function methodOf(wish: Asked): ClientMethod {
  if (wish.type === 'change') return METHODS[wish.command.kind]!;
  return wish.type === 'read' ? 'getFileInfo' : 'msync';
}

function contextOf({ client, callId, attempt, stateId }: Call): CallContext {
  return {
    user: READER.user,
    realUser: undefined,
    clientId: clientIdOf(client),
    callId,
    retryCount: attempt,
    clientAddress: `10.0.1.${client}`,
    callerContext: undefined,
    stateId,
  };
}
