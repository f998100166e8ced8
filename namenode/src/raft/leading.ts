import type { LogIndex, Term } from '@rfs/base/ids';
import { sendHeartbeats } from './heartbeats.js';
import type { Member } from './member.js';
import { encodeMembership } from './membership.js';
import type { AppendReply, HeartbeatReply } from './messages.js';
import type { Progress } from './progress.js';
import { agreedIndex, countVotes, isVoter } from './quorum.js';
import { confirmReads, releaseHeldReads } from './reading.js';
import { EntryKind, type LogEntry, NOBODY, type PeerId } from './types.js';

const NO_DATA = new Uint8Array(0);
const NO_ENTRIES: readonly LogEntry[] = [];

/** Begins to lead: opens the term with an empty entry, so that what older terms left is committed with it (thesis 3.6.2). */
export function lead(member: Member): void {
  member.becomeLeader();
  member.push(EntryKind.noop, NO_DATA);
  sendToAll(member);
}

/** Sends everybody what they lack, as far as their windows let it. */
export function sendToAll(member: Member): void {
  for (const [peer, progress] of member.progress) sendTo(member, peer, progress, false);
}

/**
 * One tick of a leader: heartbeats, and the check that a quorum still hears it (thesis 6.2). True when a transfer has
 * come to nothing after its target was told to stand: the leader must begin another term.
 */
export function tickLeader(member: Member): boolean {
  member.heartbeatElapsed++;
  member.electionElapsed++;
  if (member.electionElapsed >= member.electionTicks) {
    member.electionElapsed = 0;
    member.transferTarget = NOBODY;
    if (!hearsQuorum(member)) {
      member.becomeFollower(member.term, NOBODY);
      return false;
    }
    if (member.transferTold) return true;
  }
  if (member.heartbeatElapsed >= member.heartbeatTicks) {
    member.heartbeatElapsed = 0;
    sendHeartbeats(member);
  }
  return false;
}

export function onAppendReply(member: Member, message: AppendReply): void {
  const progress = member.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentlyActive = true;
  progress.heardTick = member.now;
  if (message.refused) {
    onRefusal(member, message, progress);
    return;
  }
  const wasHeld = progress.isHeld;
  const news = progress.accepted(message.index);
  if (progress.state === 'probe' && progress.match === message.index) progress.becomeReplicate();
  else if (progress.state === 'snapshot' && progress.match + 1 >= member.log.firstIndex) progress.becomeProbe();
  if (news) {
    member.noteShared();
    advanceCommit(member);
  }
  if (progress.next <= member.log.lastIndex) sendTo(member, message.from, progress, false);
  else if (wasHeld) member.commitNews = true;
  if (message.from === member.transferTarget && progress.match === member.log.lastIndex) tellToStand(member);
}

/** The target of the transfer has the whole log: it is to stand at once. */
export function tellToStand(member: Member): void {
  member.transferTold = true;
  member.send({ type: 'timeoutNow', from: member.self, to: member.transferTarget, term: member.term });
}

export function onHeartbeatReply(member: Member, message: HeartbeatReply): void {
  const progress = member.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentlyActive = true;
  progress.heardTick = member.now;
  progress.confirmedRound = Math.max(progress.confirmedRound, message.readContext);
  // It answers a heartbeat sent after the snapshot and is not fetching: the message is lost, or its work done.
  const unaware = progress.state === 'snapshot' && !message.fetching && message.readContext > progress.snapshotRound;
  if (unaware) progress.becomeProbe();
  progress.resume();
  if (progress.match < member.log.lastIndex) sendTo(member, message.from, progress, progress.state === 'probe');
  confirmReads(member);
}

/**
 * Commits what a majority has made durable, if the newest of it is of this term: older entries are only committed with
 * one of the leader's own (thesis 3.6.2, figure 3.7).
 */
export function advanceCommit(member: Member): void {
  const { log } = member;
  const agreed = agreedIndex(member.membership, (peer) =>
    peer === member.self ? log.saved : (member.progress.get(peer)?.match ?? 0),
  ) as LogIndex;
  if (agreed <= log.committed || log.term(agreed) !== member.term) return;
  log.commitTo(agreed);
  member.commitNews = true;
  releaseHeldReads(member);
  afterMembershipCommit(member);
}

/**
 * Tells the others how far the log is committed, unless more of it is on its way: the next append, or the notice of
 * the last one's commit, says it too.
 */
export function spreadCommit(member: Member): void {
  const { log, self, term } = member;
  member.commitNews = false;
  if (member.role !== 'leader' || log.committed < log.lastIndex) return;
  const { committed: commit, lastIndex: prevIndex } = log;
  const prevTerm = log.lastTerm;
  for (const [to, { state, next }] of member.progress) {
    if (state !== 'replicate' || next <= prevIndex) continue;
    member.send({
      type: 'append',
      from: self,
      to,
      term,
      prevIndex,
      prevTerm,
      entries: NO_ENTRIES,
      commit,
      silent: true,
    });
  }
}

/** True when a quorum was heard of since the last time this was asked. */
function hearsQuorum(member: Member): boolean {
  const result = countVotes(
    member.membership,
    (peer) => peer === member.self || member.progress.get(peer)?.recentlyActive === true,
  );
  for (const progress of member.progress.values()) progress.recentlyActive = false;
  return result === 'won';
}

/** Once the membership in force is committed: ends joint consensus (thesis 4.3), or steps down if it left (thesis 4.2.2). */
function afterMembershipCommit(member: Member): void {
  if (member.membershipIndex > member.log.committed) return;
  const { membership } = member;
  if (membership.outgoing.length > 0) {
    const { voters, context } = membership;
    const learners = [...membership.learners, ...membership.learnersNext];
    member.push(EntryKind.membership, encodeMembership({ voters, outgoing: [], learners, learnersNext: [], context }));
    sendToAll(member);
  } else if (!isVoter(membership, member.self)) {
    sendToAll(member);
    member.becomeFollower(member.term, NOBODY);
  }
}

function onRefusal(member: Member, message: AppendReply, progress: Progress): void {
  if (progress.state === 'snapshot') {
    progress.becomeProbe();
    return;
  }
  const hint = member.log.lastIndexUpTo(message.hintIndex, message.hintTerm);
  if (!progress.refused(message.index, hint)) return;
  sendTo(member, message.from, progress, false);
}

/** Sends appends to one member until it has all or its window is full; with `evenEmpty` one append without entries. */
function sendTo(member: Member, peer: PeerId, progress: Progress, evenEmpty: boolean): void {
  const { log } = member;
  let empty = evenEmpty || progress.state === 'probe' || progress.next > log.lastIndex;
  while (!progress.isHeld && (empty || progress.next <= log.lastIndex)) {
    const prevIndex = (progress.next - 1) as LogIndex;
    const prevTerm = log.term(prevIndex);
    if (prevTerm === undefined || progress.next < log.firstIndex) {
      sendSnapshot(member, peer, progress);
      return;
    }
    const entries = log.slice(progress.next, log.lastIndex, member.appendBytes, member.appendCount);
    let bytes = 0;
    for (const entry of entries) bytes += entry.data.length;
    const { self, term } = member;
    const commit = log.committed;
    member.send({ type: 'append', from: self, to: peer, term, prevIndex, prevTerm, entries, commit, silent: false });
    progress.sent((prevIndex + entries.length) as LogIndex, entries.length, bytes);
    empty = false;
  }
}

/** The next entry is cut away: the member has to fetch the state, which is at least as new as what is applied here. */
function sendSnapshot(member: Member, peer: PeerId, progress: Progress): void {
  const index = member.log.applied;
  const term = member.log.term(index) as Term;
  const mark = { index, term, membership: member.membershipAt(index) };
  member.send({ type: 'snapshot', from: member.self, to: peer, term: member.term, mark });
  progress.becomeSnapshot(member.reads.newestRound);
}
