import { isFailure } from '@rfs/base/failure';
import type { Timer } from '@rfs/base/seams';
import {
  Caller,
  type CommandKind,
  getFileInfo,
  InodeFlag,
  InodeKind,
  type StateMachine,
} from '@rfs/namenode/namespace';
import type { Replicator } from '@rfs/namenode/replication';
import type { World } from './cluster.js';
import { answerOf, clientIdOf, encodeChange } from './commands.js';
import type { SimMember } from './member.js';
import { type ModelCommand, statusText } from './model.js';
import type { SimProcess } from './process.js';

/** A client's call on its way. */
export interface Call {
  readonly client: number;
  /** Distinguishes the tries of one call. */
  readonly attempt: number;
  readonly callId: number;
  readonly wish:
    | { readonly type: 'change'; readonly command: ModelCommand }
    | { readonly type: 'read'; readonly path: string }
    | { readonly type: 'sync' };
  /** What a coordinated read must not be older than; -1 for a linearizable one. */
  readonly stateId: number;
}

/** The answer; undefined when the client is to try again elsewhere. */
export interface Reply {
  readonly attempt: number;
  readonly answer: string | undefined;
  readonly stateId: number;
}

interface Waiting {
  readonly call: Call;
  readonly timer: Timer;
}

const READER = new Caller('sim', ['supergroup'], true);
const MAX_WAIT_MS = 100;

/** What a namenode's services do with a call: change, linearizable read or coordinated read, here or by the leader. */
export class SimServer {
  private readonly world: World;
  private readonly member: SimMember;
  private readonly process: SimProcess;
  private readonly replicator: Replicator;
  private readonly machine: StateMachine;
  private waiting: Waiting[] = [];
  /** Of a planted bug: what was applied when each call came. */
  private readonly arrived = new WeakMap<Call, number>();

  constructor(world: World, member: SimMember, process: SimProcess, replicator: Replicator, machine: StateMachine) {
    this.world = world;
    this.member = member;
    this.process = process;
    this.replicator = replicator;
    this.machine = machine;
  }

  /** A call arrives, from a client or passed on by another member. */
  handle(call: Call, passedOn: boolean): void {
    if (this.member.votesOnly) {
      this.passOn(call, passedOn);
      return;
    }
    if (this.world.sabotage.stateIdOnArrival === true) this.arrived.set(call, this.machine.appliedIndex);
    switch (call.wish.type) {
      case 'change':
        if (this.replicator.leading) this.change(call, call.wish.command);
        else this.passOn(call, passedOn);
        break;
      case 'read':
        if (call.stateId >= 0) this.coordinatedRead(call, passedOn);
        else this.linearRead(call, passedOn);
        break;
      case 'sync':
        this.linearRead(call, passedOn);
        break;
    }
  }

  /** More is applied here: reads that waited for it go on. */
  applied(): void {
    if (this.waiting.length === 0) return;
    const ready = this.waiting.filter(({ call }) => call.stateId <= this.machine.appliedIndex);
    if (ready.length === 0) return;
    this.waiting = this.waiting.filter((waiting) => !ready.includes(waiting));
    for (const { call, timer } of ready) {
      timer.cancel();
      this.read(call);
    }
  }

  private change(call: Call, command: ModelCommand): void {
    const { client, callId } = call;
    const known = this.machine.repeated(clientIdOf(client), callId, command.kind as CommandKind);
    if (known !== undefined) {
      this.reply(call, answerOf(known), this.machine.appliedIndex);
      return;
    }
    this.replicator.propose(encodeChange(command, client, callId, this.process.nowMs()), {
      applied: (result, index) => this.reply(call, answerOf(result), index),
      refused: () => this.reply(call, undefined, 0),
    });
  }

  private linearRead(call: Call, passedOn: boolean): void {
    const { leased, appliedIndex, committedIndex } = this.replicator;
    if (leased && appliedIndex === committedIndex) {
      this.read(call);
      return;
    }
    this.replicator.readIndex({
      readable: () => this.read(call),
      refused: () => this.passOn(call, passedOn),
    });
  }

  private coordinatedRead(call: Call, passedOn: boolean): void {
    if (call.stateId <= this.machine.appliedIndex) {
      this.read(call);
      return;
    }
    const timer = this.process.setTimer(MAX_WAIT_MS, () => {
      this.waiting = this.waiting.filter((waiting) => waiting.call !== call);
      this.passOn(call, passedOn);
    });
    this.waiting.push({ call, timer });
  }

  private read(call: Call): void {
    const stateId = this.arrived.get(call) ?? this.machine.appliedIndex;
    if (call.wish.type !== 'read') {
      this.reply(call, 'true', stateId);
      return;
    }
    const found = getFileInfo(this.machine.tree, READER, call.wish.path);
    if (found === undefined || isFailure(found)) {
      this.reply(call, 'absent', stateId);
      return;
    }
    const open = (found.flags & InodeFlag.UNDER_CONSTRUCTION) !== 0;
    this.reply(
      call,
      statusText(found.kind === InodeKind.DIRECTORY, found.id, found.mode, found.mtimeMs, open),
      stateId,
    );
  }

  private passOn(call: Call, passedOn: boolean): void {
    const { leader } = this.replicator;
    if (passedOn || leader === 0 || leader === this.member.id || !this.world.pass(this.member, leader, call)) {
      this.reply(call, undefined, 0);
    }
  }

  private reply(call: Call, answer: string | undefined, stateId: number): void {
    this.world.reply(this.member, call.client, { attempt: call.attempt, answer, stateId });
  }
}
