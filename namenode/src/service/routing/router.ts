import type { Failure } from '@rfs/base/failure';
import type { Clock, Timer } from '@rfs/base/seams';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import { type CallContext, type ClientMethod, NO_STATE_ID, type ReplySink } from '@rfs/protocol/service';
import type { Group, Member } from '../../replication/index.js';
import { NO_MEMBER } from './forwarded-calls.js';
import { Patience } from './patience.js';
import { type Rerouting, RoutedBytesCall, RoutedCall, Stage } from './routed-call.js';
import { NEEDS_LOCATIONS, Route, routes } from './routes.js';

/** Takes the leader's answer in the bytes of its message and the state id it was read from, or a refusal. */
export type PassedOn = (answer: Uint8Array | HdfsFailure, stateId: number) => void;

/** The way to the leader. */
export interface Passage {
  /**
   * Has the leader carry the call out. ConnectException: it was not sent. EOFException or SocketTimeoutException:
   * nobody knows what became of it.
   */
  forward(leader: Member, call: RoutedCall, done: PassedOn): void;
  /** `leader` leads, or nobody as far as is known: calls that others still have end with EOFException. */
  turnTo(leader: Member | undefined): void;
  /** Calls that wait for the leader's answer. */
  readonly inFlight: number;
  close(): void;
}

/** How long and how many calls may wait. */
export interface RoutingLimits {
  /** For this replica to catch up with a read, before the leader is asked (rfs.observer.wait). */
  readonly observerWaitMs: number;
  /** For a leader (rfs.namenode.held-call.timeout). */
  readonly heldCallMs: number;
  /** Calls that wait for a leader or for its answer; at the limit they are sent back. */
  readonly maxWaiting: number;
}

/** What became of calls in a group of several, since the start. */
export interface RoutingCounts {
  /** Reads and changes that this node answered itself. */
  readsServed: number;
  changesServed: number;
  /** Passed on to the leader. */
  readsForwarded: number;
  changesForwarded: number;
  /** Calls that came to wait for a leader. */
  held: number;
  /** Reads that waited for this replica to apply what the client has seen. */
  readsBehind: number;
  /** Reads for which the newest index was asked for. */
  readIndexes: number;
  /** Calls sent back because no leader could be reached. */
  sentBack: number;
}

export interface RouterParts {
  readonly group: Group;
  readonly passage: Passage;
  readonly clock: Clock;
  /** What is applied here. */
  readonly state: { readonly appliedIndex: number };
  /** Answers from this node's own state. */
  readonly serve: (method: ClientMethod, request: unknown, context: CallContext, sink: ReplySink<unknown>) => void;
  /** What keeps this node from serving passes by itself: its startup safe mode, or it hands over for want of room. */
  readonly notReady: () => boolean;
  readonly limits: RoutingLimits;
}

/** Held calls are tried again this often, when nothing else wakes them. */
const HELD_PERIOD_MS = 25;
/** A node that could not learn the newest index asks again after this long. */
const SURE_RETRY_MS = 100;

/**
 * Any namenode takes any call: it is served here if this node may, else passed on to the leader, and held while there
 * is none. What is served and sent back by a leader that has stepped down goes the same way, as far as repeating it is
 * safe: at-most-once calls are known again by the retry cache, which is part of the replicated state.
 */
export class Router implements Rerouting {
  readonly counts: RoutingCounts = {
    readsServed: 0,
    changesServed: 0,
    readsForwarded: 0,
    changesForwarded: 0,
    held: 0,
    readsBehind: 0,
    readIndexes: 0,
    sentBack: 0,
  };
  /** This node is the whole group and leads it: every call may be served at once. */
  direct = false;
  private readonly parts: RouterParts;
  private readonly group: Group;
  private readonly patience: Patience;
  /**
   * This node may be older than its clients expect: it has just started, or was a leader and was not told in time that
   * it no longer is. Until it has the newest state once, what clients have seen is not enough to answer them.
   */
  private unsure = true;
  private led = false;
  private askings = 0;
  private sureTimer: Timer | null = null;
  private held = new Set<RoutedCall>();
  private timer: Timer | null = null;
  private readonly unwatch: () => void;
  private closed = false;

  constructor(parts: RouterParts) {
    this.parts = parts;
    this.group = parts.group;
    this.patience = new Patience(parts.clock, parts.limits.observerWaitMs, (call) => this.patienceOver(call));
    this.unwatch = this.group.watch(() => this.groupChanged());
    this.groupChanged();
  }

  /** Calls that wait here for a leader, or for this replica to catch up. */
  get waitingCount(): number {
    return this.held.size + this.patience.count;
  }

  /** A call of a client; `passedOn` when another namenode sends it because this one leads. */
  admit(
    method: ClientMethod,
    request: unknown,
    context: CallContext,
    sink: ReplySink<unknown>,
    passedOn = false,
  ): void {
    const { group, counts } = this;
    let route = routes.get(method) as Route;
    const leads = group.leading;
    if (route !== Route.LEADER) {
      const newEnough = leads
        ? group.current
        : !this.unsure &&
          !passedOn &&
          route === Route.COORDINATED &&
          this.hasApplied(context.stateId) &&
          !NEEDS_LOCATIONS.has(method);
      if (newEnough || route === Route.ANYWHERE) {
        counts.readsServed++;
        this.parts.serve(method, request, context, sink);
        return;
      }
      if (passedOn) route = Route.LEADER_READ;
    }
    const Kind = sink.replyBytes === undefined ? RoutedCall : RoutedBytesCall;
    this.route(new Kind(method, request, context, route, passedOn, sink, this), context.receivedMs);
  }

  /** The log has been applied up to here. */
  applied(): void {
    this.patience.applied(this.parts.state.appliedIndex, this.serveRouted);
  }

  /** Sends back all that wait. */
  close(): void {
    this.closed = true;
    this.unwatch();
    this.timer?.cancel();
    this.timer = null;
    this.sureTimer?.cancel();
    this.parts.passage.close();
    this.patience.close();
    const held = this.held;
    this.held = new Set();
    for (const call of held) this.sendBack(call);
  }

  /** @inheritdoc Rerouting */
  readable(call: RoutedCall): void {
    if (call.stage !== Stage.ASKING && call.stage !== Stage.BEHIND && call.stage !== Stage.HELD) return;
    if (this.isForLeader(call) && !this.group.leading) return;
    this.held.delete(call);
    this.serveRouted(call);
  }

  /** @inheritdoc Rerouting */
  unreadable(call: RoutedCall): void {
    if (call.stage === Stage.ASKING) this.toLeader(call);
  }

  /** @inheritdoc Rerouting */
  turnedAway(call: RoutedCall, refusal: Failure): void {
    if (refusal.code === 'RetriableException') this.notYet(call, refusal);
    else if (this.closed || !call.repeatable) call.refuse(refusal);
    else this.toLeader(call);
  }

  /**
   * A leader that has just started waits for reports, and one whose disk is full hands over. Their clients had no need
   * to be patient before, and some of them (hdfs-native) never repeat a call.
   */
  private notYet(call: RoutedCall, refusal: Failure): void {
    if (!this.parts.notReady()) {
      call.refuse(refusal);
      return;
    }
    call.notYet = refusal;
    this.hold(call);
  }

  /** @param nowMs on the monotonic clock; see {@link Group.leased} */
  private route(call: RoutedCall, nowMs?: number): void {
    const { group } = this;
    const leads = group.leading;
    if (call.route === Route.LEADER ? leads && group.leased(nowMs) : leads && group.current) this.serveRouted(call);
    else if (leads || (!this.isForLeader(call) && !this.knows(call))) this.ask(call);
    else if (this.isForLeader(call)) this.toLeader(call);
    else if (this.hasApplied(call.context.stateId)) this.serveRouted(call);
    else this.waitToApply(call);
  }

  /** The client says what it has seen, and that is enough. */
  private knows(call: RoutedCall): boolean {
    return !this.unsure && call.route === Route.COORDINATED && call.context.stateId !== NO_STATE_ID;
  }

  private hasApplied(stateId: number): boolean {
    return stateId !== NO_STATE_ID && stateId <= this.parts.state.appliedIndex;
  }

  private isForLeader(call: RoutedCall): boolean {
    return call.route === Route.LEADER || call.route === Route.LEADER_READ;
  }

  private readonly serveRouted = (call: RoutedCall): void => {
    if (call.reads) this.counts.readsServed++;
    else this.counts.changesServed++;
    call.stage = Stage.SERVING;
    this.parts.serve(call.method, call.request, call.context, call);
  };

  private ask(call: RoutedCall): void {
    this.counts.readIndexes++;
    call.stage = Stage.ASKING;
    this.patience.add(call);
    this.group.readIndex(call);
  }

  private waitToApply(call: RoutedCall): void {
    if (this.patience.count >= this.parts.limits.maxWaiting) {
      this.toLeader(call);
      return;
    }
    this.counts.readsBehind++;
    call.stage = Stage.BEHIND;
    this.patience.add(call);
  }

  /** A leader goes on asking, for nobody knows better; others leave it to the leader. */
  private patienceOver(call: RoutedCall): void {
    const { leader, self } = this.group;
    if (leader !== undefined && leader.id !== self) this.toLeader(call);
    else this.hold(call);
  }

  private toLeader(call: RoutedCall): void {
    const { leader, self } = this.group;
    if (leader === undefined || leader.id === self) this.hold(call);
    else if (call.passedOn) this.sendBack(call);
    else this.forward(call, leader);
  }

  private forward(call: RoutedCall, leader: Member): void {
    if (this.parts.passage.inFlight >= this.parts.limits.maxWaiting) {
      call.refuse(failure('RetriableException', 'Too many calls wait for the active namenode'));
      return;
    }
    call.stage = Stage.FORWARDED;
    this.parts.passage.forward(leader, call, (answer, stateId) => this.answered(call, answer, stateId));
  }

  private answered(call: RoutedCall, answer: Uint8Array | HdfsFailure, stateId: number): void {
    if (answer instanceof Uint8Array) {
      if (call.reads) this.counts.readsForwarded++;
      else this.counts.changesForwarded++;
      call.answer(answer, stateId);
      return;
    }
    switch (answer.code) {
      case 'ConnectException':
      case 'StandbyException':
        this.hold(call);
        return;
      case 'EOFException':
      case 'SocketTimeoutException':
        if (call.repeatable) this.hold(call);
        else this.sendBack(call);
        return;
      case NO_MEMBER:
        this.sendBack(call);
        return;
      default:
        // What was refused because of what others did must not be forgotten in the next read.
        call.refuse(answer, stateId === NO_STATE_ID ? undefined : stateId);
    }
  }

  private hold(call: RoutedCall): void {
    const { clock, limits } = this.parts;
    const nowMs = clock.monotonicMs();
    if (call.heldUntilMs === 0) {
      call.heldUntilMs = nowMs + limits.heldCallMs;
      this.counts.held++;
    }
    if (this.closed || nowMs >= call.heldUntilMs || this.held.size >= limits.maxWaiting) {
      this.sendBack(call);
      return;
    }
    call.stage = Stage.HELD;
    this.held.add(call);
    this.timer ??= clock.setTimer(HELD_PERIOD_MS, this.lookAtHeld);
  }

  private readonly lookAtHeld = (): void => {
    this.timer = null;
    this.moveHeld();
    if (this.held.size > 0 && !this.closed) {
      this.timer ??= this.parts.clock.setTimer(HELD_PERIOD_MS, this.lookAtHeld);
    }
  };

  private groupChanged(): void {
    const { group } = this;
    const { leader, members } = group;
    this.direct = group.leading && members.length <= 1;
    if (group.leading !== this.led) {
      this.led = group.leading;
      this.unsure = !group.leading;
      this.askings++;
    }
    if (this.unsure && leader !== undefined) this.becomeSure();
    this.parts.passage.turnTo(leader);
    this.moveHeld();
  }

  private becomeSure(): void {
    this.sureTimer?.cancel();
    this.sureTimer = null;
    const asking = ++this.askings;
    this.group.readIndex({
      readable: () => {
        if (asking === this.askings) this.unsure = false;
      },
      refused: () => {
        if (asking !== this.askings || this.closed) return;
        this.sureTimer = this.parts.clock.setTimer(SURE_RETRY_MS, () => this.becomeSure());
      },
    });
  }

  /** Sends held calls where they can be served now, and back those that waited long enough. */
  private moveHeld(): void {
    if (this.held.size === 0) return;
    const { group } = this;
    const { leader } = group;
    const calls = this.held;
    this.held = new Set();
    const nowMs = this.parts.clock.monotonicMs();
    const reachable = group.leading || (leader !== undefined && leader.id !== group.self);
    for (const call of calls) {
      if (nowMs >= call.heldUntilMs) this.sendBack(call);
      else if (group.leading && call.notYet !== undefined && this.parts.notReady()) this.held.add(call);
      else if (reachable && !group.leading) this.toLeader(call);
      else if (reachable) this.route(call);
      else this.held.add(call);
    }
  }

  /** The last resort: the client looks for the leader itself (ObserverReadProxyProvider, or any fail-over). */
  private sendBack(call: RoutedCall): void {
    this.counts.sentBack++;
    if (call.notYet !== undefined && this.group.leading) {
      call.refuse(call.notYet);
      return;
    }
    const observes = !this.group.leading && !call.passedOn && call.context.stateId !== NO_STATE_ID;
    const what = call.reads ? 'READ' : 'WRITE';
    call.refuse(
      observes
        ? failure('ObserverRetryOnActiveException', 'No active namenode could be reached from this observer')
        : failure('StandbyException', `Operation category ${what} is not supported in state standby`),
    );
  }
}
