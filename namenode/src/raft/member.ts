import { assert } from '@rfs/base/assert';
import type { LogIndex, Term } from '@rfs/base/ids';
import { RaftLog } from './log.js';
import { decodeMembership } from './membership.js';
import type { AppendReply, Message } from './messages.js';
import { Progress } from './progress.js';
import { isVoter, membersOf } from './quorum.js';
import { ReadQueue } from './reads.js';
import {
  EntryKind,
  type HardState,
  type LogEntry,
  type Membership,
  type MembershipAt,
  NOBODY,
  type PeerId,
  type ReadState,
  type Role,
  type SavedLog,
  type SnapshotMark,
} from './types.js';

/** Chance, passed in. */
interface Dice {
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
}

export interface RaftOptions {
  readonly self: PeerId;
  readonly hardState: HardState;
  /** The membership entries of the log, oldest first; the last one is in force. */
  readonly memberships: readonly MembershipAt[];
  readonly log: SavedLog;
  /** What the state machine holds already; entries above it are handed out by `Ready.committed`. */
  readonly applied: LogIndex;
  /** A stream of its own: election timeouts must differ between members. */
  readonly random: Dice;
  /** Entry bytes kept in memory for followers after they are saved and applied here. */
  readonly cacheBytes?: number;
  /** Silence of a leader, in ticks, after which a follower stands; at random up to twice as long. */
  readonly electionTicks?: number;
  /** Ticks more, for a member that should lead only when nobody else stands. */
  readonly reluctanceTicks?: number;
  /** Before the start this member may have been part of a leader's lease (thesis 6.4.1): it helps nobody else yet. */
  readonly restarted?: boolean;
  /** Ticks between a leader's heartbeats. */
  readonly heartbeatTicks?: number;
  /** Entry bytes, and entries, in one append. */
  readonly appendBytes?: number;
  readonly appendCount?: number;
  /** Appends, and entry bytes, on their way to one member without an answer. */
  readonly windowCount?: number;
  readonly windowBytes?: number;
  /** Reads rely on clocks that run equally fast instead of a round of heartbeats (thesis 6.4.1). */
  readonly leaseReads?: boolean;
}

/** The state of one member, changed by the files beside this one; {@link RaftCore} is its face. */
export class Member {
  readonly self: PeerId;
  readonly log: RaftLog;
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly appendBytes: number;
  readonly appendCount: number;
  readonly leaseReads: boolean;
  /** Ticks from the start during which candidates are not answered. */
  readonly quietTicks: number;
  private readonly reluctanceTicks: number;
  private readonly random: Dice;
  private readonly windowCount: number;
  private readonly windowBytes: number;

  term: Term;
  vote: PeerId;
  role: Role = 'follower';
  leader: PeerId = NOBODY;
  /** Ticks since the start. */
  now = 0;
  /** Ticks since a leader was heard of, or since the last check of a leader's quorum. */
  electionElapsed = 0;
  heartbeatElapsed = 0;
  timeoutTicks = 0;
  /** Of a candidate: who answered what. */
  readonly votes = new Map<PeerId, boolean>();
  /** Of a leader: every other member, learners included. */
  readonly progress = new Map<PeerId, Progress>();
  readonly reads = new ReadQueue();
  transferTarget: PeerId = NOBODY;
  /** Somebody was told in this term to stand at once. */
  transferTold = false;
  /** The snapshot being fetched. */
  restoring: SnapshotMark | null = null;
  /** `restoring` has to be handed out yet. */
  snapshotToHand = false;

  /** Of a leader: the commit index rose, or somebody can only now be told of it. */
  commitNews = false;

  messages: Message[] = [];
  messagesAfterSave: Message[] = [];
  readStates: ReadState[] = [];
  private memberships: MembershipAt[];

  constructor(options: RaftOptions) {
    this.self = options.self;
    this.random = options.random;
    this.electionTicks = options.electionTicks ?? 10;
    this.quietTicks = options.restarted === true ? this.electionTicks : 0;
    this.reluctanceTicks = options.reluctanceTicks ?? 0;
    this.heartbeatTicks = options.heartbeatTicks ?? 1;
    this.appendBytes = options.appendBytes ?? 1 << 20;
    this.appendCount = options.appendCount ?? 4096;
    this.windowCount = options.windowCount ?? 256;
    this.windowBytes = options.windowBytes ?? 16 << 20;
    this.leaseReads = options.leaseReads ?? false;
    assert(options.memberships.length > 0, 'a member without a membership');
    this.memberships = [...options.memberships];
    this.log = new RaftLog(options.log, options.hardState, options.applied, options.cacheBytes ?? 0);
    this.term = options.hardState.term;
    this.vote = options.hardState.vote;
    this.drawTimeout();
  }

  get membership(): Membership {
    return this.memberships[this.memberships.length - 1]!.membership;
  }

  /** Where the membership in force stands in the log. */
  get membershipIndex(): LogIndex {
    return this.memberships[this.memberships.length - 1]!.index;
  }

  /** The membership in force at `index`. */
  membershipAt(index: LogIndex): Membership {
    return (this.memberships.findLast((at) => at.index <= index) ?? this.memberships[0]!).membership;
  }

  get isVoter(): boolean {
    return isVoter(this.membership, this.self);
  }

  /** True when nobody else has a copy of the log, nor is meant to. */
  get isAlone(): boolean {
    const members = membersOf(this.membership);
    return members.length === 1 && members[0] === this.self;
  }

  send(message: Message): void {
    this.messages.push(message);
  }

  /** For answers that promise what must be durable first. Of acknowledgements to one leader the last says it all. */
  sendAfterSave(message: Message): void {
    const waiting = this.messagesAfterSave;
    const last = waiting[waiting.length - 1];
    if (last !== undefined && isAcceptance(message) && isAcceptance(last) && replaces(message, last)) waiting.pop();
    waiting.push(message);
  }

  becomeFollower(term: Term, leader: PeerId): void {
    this.enter(term, 'follower');
    this.leader = leader;
  }

  /** Asks whether it would win, without disturbing anybody: its term stays (thesis 9.6). */
  becomePrecandidate(): void {
    this.enter(this.term, 'precandidate');
    this.hurry();
  }

  becomeCandidate(): void {
    this.enter((this.term + 1) as Term, 'candidate');
    this.vote = this.self;
    this.hurry();
  }

  becomeLeader(): void {
    assert(this.role !== 'leader' && this.isVoter, `${this.self} cannot lead term ${this.term}`);
    this.enter(this.term, 'leader');
    this.leader = this.self;
    this.trackMembers();
  }

  /** Adds an entry of this leader's term. */
  push(kind: EntryKind, data: Uint8Array): LogIndex {
    const index = (this.log.lastIndex + 1) as LogIndex;
    this.log.push({ index, term: this.term, kind, data });
    if (kind === EntryKind.membership) this.noteMembership({ index, membership: decodeMembership(data) });
    return index;
  }

  /** `entries`, new in the log from `first` on, end it: a membership is in force as soon as it is there (thesis 4.1). */
  noteMerged(entries: readonly LogEntry[], first: LogIndex): void {
    if (this.membershipIndex >= first) this.memberships = this.memberships.filter((at) => at.index < first);
    assert(this.memberships.length > 0, `no membership is left below entry ${first}`);
    for (const { index, kind, data } of entries) {
      if (kind !== EntryKind.membership || index < first) continue;
      this.noteMembership({ index, membership: decodeMembership(data) });
    }
  }

  /** The log begins anew behind a snapshot. */
  restore(mark: SnapshotMark): void {
    this.log.restore(mark.index);
    this.memberships = [{ index: mark.index, membership: mark.membership }];
  }

  /** Of a leader: somebody has more of the log, or other members count. */
  noteShared(): void {
    let shared = Number.POSITIVE_INFINITY;
    for (const { match } of this.progress.values()) shared = Math.min(shared, match);
    this.log.markShared(shared);
  }

  drawTimeout(): void {
    this.timeoutTicks = this.electionTicks + this.random.below(this.electionTicks) + this.reluctanceTicks;
  }

  /** Who stands waits for answers, not for a leader's sign of life: after a split vote the next attempt comes sooner. */
  private hurry(): void {
    this.timeoutTicks = Math.ceil(this.timeoutTicks / 2);
  }

  private noteMembership(at: MembershipAt): void {
    this.memberships.push(at);
    if (this.role === 'leader') this.trackMembers();
  }

  /** Progress for everybody in the membership and nobody else; those already there keep theirs. */
  private trackMembers(): void {
    const members = membersOf(this.membership);
    for (const peer of this.progress.keys()) if (!members.includes(peer)) this.progress.delete(peer);
    for (const peer of members) {
      if (peer === this.self || this.progress.has(peer)) continue;
      const progress = new Progress((this.log.lastIndex + 1) as LogIndex, this.windowCount, this.windowBytes);
      progress.recentlyActive = true;
      progress.heardTick = this.now;
      this.progress.set(peer, progress);
    }
    this.noteShared();
  }

  private enter(term: Term, role: Role): void {
    if (term !== this.term) {
      assert(term > this.term, `term ${term} after ${this.term}`);
      this.term = term;
      this.vote = NOBODY;
    }
    this.role = role;
    this.leader = NOBODY;
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.transferTarget = NOBODY;
    this.transferTold = false;
    this.commitNews = false;
    this.votes.clear();
    this.progress.clear();
    this.noteShared();
    this.reads.clear();
    this.drawTimeout();
  }
}

function isAcceptance(message: Message): message is AppendReply {
  return message.type === 'appendReply' && !message.refused;
}

/** True when `later` promises all that `earlier` does, to the same leader. */
function replaces(later: AppendReply, earlier: AppendReply): boolean {
  return later.to === earlier.to && later.term === earlier.term && later.index >= earlier.index;
}
