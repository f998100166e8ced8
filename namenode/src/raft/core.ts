import { assert } from '@rfs/base/assert';
import type { LogIndex, Term } from '@rfs/base/ids';
import { type ChangeRefusal, changeMembership, type MembershipChange } from './changes.js';
import { onVoteReply, onVoteRequest, standAgain, standForElection, standForTransfer } from './election.js';
import { onAppend, onHeartbeat, onSnapshot, restored, restoreFailed } from './following.js';
import {
  advanceCommit,
  onAppendReply,
  onHeartbeatReply,
  sendToAll,
  spreadCommit,
  tellToStand,
  tickLeader,
} from './leading.js';
import { Member, type RaftOptions } from './member.js';
import type { Message } from './messages.js';
import { isVoter } from './quorum.js';
import { leaderRead } from './reading.js';
import type { PeerProgress, Ready } from './ready.js';
import {
  EntryKind,
  type HardState,
  type IndexRange,
  type LogEntry,
  type Membership,
  NOBODY,
  type PeerId,
  type Role,
  type SnapshotMark,
} from './types.js';

/**
 * Raft as a value: messages, ticks, proposals and what became durable go in, a {@link Ready} comes out. Knows no
 * clock, disk or network; the caller does what a Ready says, in the order its fields demand.
 */
export class RaftCore {
  private readonly member: Member;
  private handedHardState: HardState;
  private handedTo: LogIndex;

  constructor(options: RaftOptions) {
    this.member = new Member(options);
    this.handedHardState = options.hardState;
    this.handedTo = options.applied;
  }

  get self(): PeerId {
    return this.member.self;
  }

  get role(): Role {
    return this.member.role;
  }

  get term(): Term {
    return this.member.term;
  }

  /** Who leads the current term, as far as this member knows; or NOBODY. */
  get leader(): PeerId {
    return this.member.leader;
  }

  get membership(): Membership {
    return this.member.membership;
  }

  get committed(): LogIndex {
    return this.member.log.committed;
  }

  get lastIndex(): LogIndex {
    return this.member.log.lastIndex;
  }

  /** Where the membership in force stands in the log. */
  get membershipIndex(): LogIndex {
    return this.member.membershipIndex;
  }

  /** The membership in force at `index`, which the log still reaches. */
  membershipAt(index: LogIndex): Membership {
    return this.member.membershipAt(index);
  }

  /** Of a leader: what it knows of `peer`; undefined for who is not in the group. */
  progressOf(peer: PeerId): PeerProgress | undefined {
    const { member } = this;
    if (peer === this.self) return { match: member.log.saved, inTouch: true };
    const progress = member.progress.get(peer);
    if (progress === undefined) return undefined;
    return { match: progress.match, inTouch: member.now - progress.heardTick < 2 * member.electionTicks };
  }

  /** True when this member alone decides. */
  get isSoleVoter(): boolean {
    const { voters, outgoing } = this.membership;
    return voters.length === 1 && voters[0] === this.self && outgoing.length === 0;
  }

  /**
   * Of a leader: the tick in which it sent the newest message that a quorum has answered, so that nobody votes for
   * another before an election timeout after it has passed (thesis 6.4.1). -1 for none, and during a transfer, which
   * breaks that promise.
   */
  get leaseTick(): number {
    const { member } = this;
    if (member.role !== 'leader' || member.transferTarget !== NOBODY) return -1;
    return Math.max(-1, member.reads.confirmedTick);
  }

  /** Stands for election without waiting for the timeout; no effect on a leader or on who has no vote. */
  campaign(): void {
    standForElection(this.member);
  }

  /** One tick of the election clock has passed. */
  tick(): void {
    const { member } = this;
    member.now++;
    if (member.role === 'leader') {
      if (tickLeader(member)) standAgain(member);
      return;
    }
    member.electionElapsed++;
    if (member.electionElapsed < member.timeoutTicks) return;
    member.electionElapsed = 0;
    member.drawTimeout();
    standForElection(member);
  }

  /** Takes a message, also its own ones that `Ready.messagesAfterSave` has for this member. */
  step(message: Message): void {
    const { member } = this;
    assert(message.to === member.self, `a message for ${message.to} came to ${member.self}`);
    if (message.term > member.term && !this.meetHigherTerm(message)) return;
    if (message.term < member.term) {
      this.meetLowerTerm(message);
      return;
    }
    this.dispatch(message);
  }

  /** Adds entries as leader; the index of the first one, or undefined when this member takes none. */
  propose(data: readonly Uint8Array[]): LogIndex | undefined {
    const { member } = this;
    if (member.role !== 'leader' || member.transferTarget !== NOBODY || !member.isVoter) return undefined;
    const first = (member.log.lastIndex + 1) as LogIndex;
    for (const bytes of data) member.push(EntryKind.normal, bytes);
    sendToAll(member);
    return first;
  }

  /** See {@link changeMembership}. */
  changeMembership(change: MembershipChange): ChangeRefusal | undefined {
    return changeMembership(this.member, change);
  }

  /** Hands leadership to `peer` once it has the whole log (thesis 3.10); given up after an election timeout. */
  transferTo(peer: PeerId): boolean {
    const { member } = this;
    const progress = member.progress.get(peer);
    if (member.role !== 'leader' || progress === undefined || !isVoter(member.membership, peer)) return false;
    member.transferTarget = peer;
    member.electionElapsed = 0;
    if (progress.match === member.log.lastIndex) {
      tellToStand(member);
    } else {
      sendToAll(member);
    }
    return true;
  }

  /**
   * Asks which index a linearizable read must wait for; the answer is a `ReadState` with `context`, or never comes when
   * leadership or messages are lost. False when there is no leader to ask.
   */
  readIndex(context: number): boolean {
    const { member } = this;
    if (member.role === 'leader') {
      leaderRead(member, context, member.self);
      return true;
    }
    if (member.leader === NOBODY) return false;
    member.send({ type: 'readIndex', from: member.self, to: member.leader, term: member.term, context });
    return true;
  }

  /** The journal is durable up to `index`, whose entry had `term`, and with it the hard state of that Ready. */
  saved(index: LogIndex, term: Term): void {
    const { member } = this;
    member.log.markSaved(index, term);
    if (member.role === 'leader') advanceCommit(member);
  }

  /** Everything up to `index` is applied here. */
  applied(index: LogIndex): void {
    this.member.log.markApplied(index);
  }

  /** The snapshot of `Ready.snapshot`, or a newer one, is installed, durable, and the journal begins anew behind it. */
  restored(mark: SnapshotMark): void {
    restored(this.member, mark);
    this.handedTo = mark.index;
  }

  /** The snapshot of `Ready.snapshot` could not be had. */
  restoreFailed(): void {
    restoreFailed(this.member);
  }

  /** Entries `from` to `to`, both included; fewer when `maxBytes` or `maxCount` is reached, but at least one. */
  entries(from: LogIndex, to: LogIndex, maxBytes: number, maxCount: number): LogEntry[] {
    return this.member.log.slice(from, to, maxBytes, maxCount);
  }

  hasReady(): boolean {
    const { member } = this;
    return (
      member.log.hasUnsaved ||
      member.commitNews ||
      member.messages.length > 0 ||
      member.messagesAfterSave.length > 0 ||
      member.readStates.length > 0 ||
      member.snapshotToHand ||
      this.applicable() > this.handedTo ||
      this.hardStateChanged()
    );
  }

  /** What is to be done now; `advance` must follow before anything else is asked of the core. */
  ready(): Ready {
    const { member } = this;
    if (member.commitNews) spreadCommit(member);
    const entries = member.log.handOver();
    const handed = this.handedHardState;
    const mustSync = entries.length > 0 || handed.term !== member.term || handed.vote !== member.vote;
    const to = this.applicable();
    const committed: IndexRange | null = to > this.handedTo ? { from: (this.handedTo + 1) as LogIndex, to } : null;
    return {
      hardState: this.hardStateChanged() ? this.hardState() : null,
      entries,
      mustSync,
      messages: member.messages,
      messagesAfterSave: member.messagesAfterSave,
      snapshot: member.snapshotToHand ? member.restoring : null,
      committed,
      readStates: member.readStates,
    };
  }

  /** Everything of the Ready is under way. */
  advance(ready: Ready): void {
    const { member } = this;
    if (ready.hardState !== null) this.handedHardState = ready.hardState;
    if (ready.committed !== null) this.handedTo = ready.committed.to;
    member.messages = [];
    member.messagesAfterSave = [];
    member.readStates = [];
    member.snapshotToHand = false;
  }

  /** A message of a later term makes this member a follower of it; false when it is to be ignored. */
  private meetHigherTerm(message: Message): boolean {
    const { member } = this;
    if (message.type === 'vote') {
      // In touch with a leader it helps nobody to depose it, so that a member that was away disturbs nobody (thesis 4.2.3).
      const mayHavePromised = member.leader !== NOBODY || member.now < member.quietTicks;
      const inTouch = mayHavePromised && member.electionElapsed < member.electionTicks;
      if (inTouch && !message.transfer) return false;
      if (message.pre) return true;
    }
    if (message.type === 'voteReply' && message.pre && message.granted) return true;
    const leads = message.type === 'append' || message.type === 'heartbeat' || message.type === 'snapshot';
    member.becomeFollower(message.term, leads ? message.from : NOBODY);
    return true;
  }

  /** An old leader hears of the new term, and an asker of the current one; other old messages mean nothing. */
  private meetLowerTerm(message: Message): void {
    const { member } = this;
    const { self, term } = member;
    const to = message.from;
    if (message.type === 'append' || message.type === 'heartbeat') {
      const none = { hintIndex: 0 as LogIndex, hintTerm: 0 as Term };
      member.sendAfterSave({ type: 'appendReply', from: self, to, term, index: 0 as LogIndex, refused: true, ...none });
    } else if (message.type === 'vote' && message.pre) {
      member.sendAfterSave({ type: 'voteReply', from: self, to, term, pre: true, granted: false });
    }
  }

  private dispatch(message: Message): void {
    const { member } = this;
    const leads = member.role === 'leader';
    switch (message.type) {
      case 'vote':
        onVoteRequest(member, message);
        break;
      case 'voteReply':
        onVoteReply(member, message);
        break;
      case 'append':
        this.follow(message.from);
        onAppend(member, message);
        break;
      case 'heartbeat':
        this.follow(message.from);
        onHeartbeat(member, message);
        break;
      case 'snapshot':
        this.follow(message.from);
        onSnapshot(member, message);
        break;
      case 'appendReply':
        if (leads) onAppendReply(member, message);
        break;
      case 'heartbeatReply':
        if (leads) onHeartbeatReply(member, message);
        break;
      case 'readIndex':
        if (leads) leaderRead(member, message.context, message.from);
        break;
      case 'readIndexReply':
        member.readStates.push({ context: message.context, index: message.index });
        break;
      case 'timeoutNow':
        if (!leads) standForTransfer(member);
        break;
    }
  }

  /** Somebody else leads this term: a candidate gives up (thesis 3.4); that a leader hears it would be two leaders. */
  private follow(leader: PeerId): void {
    const { member } = this;
    assert(member.role !== 'leader', `${leader} and ${member.self} both lead term ${member.term}`);
    if (member.role !== 'follower') member.becomeFollower(member.term, leader);
  }

  private applicable(): LogIndex {
    const { log } = this.member;
    return Math.min(log.committed, log.saved) as LogIndex;
  }

  private hardState(): HardState {
    const { member } = this;
    return { term: member.term, vote: member.vote, commit: member.log.committed };
  }

  private hardStateChanged(): boolean {
    const { member, handedHardState } = this;
    return (
      handedHardState.term !== member.term ||
      handedHardState.vote !== member.vote ||
      handedHardState.commit !== member.log.committed
    );
  }
}
