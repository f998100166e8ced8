import type { LogIndex, Term } from '@rfs/base/ids';
import type { Member } from './member.js';
import type { AppendRequest, Heartbeat, SnapshotRequest } from './messages.js';
import type { SnapshotMark } from './types.js';

export function onAppend(member: Member, message: AppendRequest): void {
  const { log } = member;
  member.electionElapsed = 0;
  member.leader = message.from;
  if (member.restoring !== null) return;
  if (message.prevIndex < log.committed) {
    if (!message.silent) accept(member, message.from, log.committed);
    return;
  }
  const merged = log.merge(message.prevIndex, message.prevTerm, message.entries);
  if (merged === undefined) {
    refuse(member, message);
    return;
  }
  if (merged.firstNew !== undefined) member.noteMerged(message.entries, merged.firstNew);
  log.commitTo(Math.min(message.commit, merged.last) as LogIndex);
  if (!message.silent) accept(member, message.from, merged.last);
}

export function onHeartbeat(member: Member, message: Heartbeat): void {
  member.electionElapsed = 0;
  member.leader = message.from;
  if (member.restoring === null) member.log.commitTo(Math.min(message.commit, member.log.lastIndex) as LogIndex);
  const { self, term } = member;
  const fetching = member.restoring !== null;
  const { readContext } = message;
  member.send({ type: 'heartbeatReply', from: self, to: message.from, term, readContext, fetching });
}

/** The leader's log no longer reaches this one: the state has to be fetched (thesis 5). */
export function onSnapshot(member: Member, message: SnapshotRequest): void {
  member.electionElapsed = 0;
  member.leader = message.from;
  const { mark } = message;
  if (member.restoring !== null) return;
  if (mark.index <= member.log.committed) {
    accept(member, message.from, member.log.committed);
    return;
  }
  if (member.log.term(mark.index) === mark.term) {
    member.log.commitTo(mark.index);
    accept(member, message.from, mark.index);
    return;
  }
  member.restoring = mark;
  member.snapshotToHand = true;
}

/** The state of `mark`, at least as new as the one asked for, is installed and the journal begins anew behind it. */
export function restored(member: Member, mark: SnapshotMark): void {
  member.restoring = null;
  member.restore(mark);
  if (member.leader !== 0) accept(member, member.leader, mark.index);
}

/** The state could not be fetched: the leader is told, and will try again. */
export function restoreFailed(member: Member): void {
  const mark = member.restoring;
  member.restoring = null;
  if (mark === null || member.leader === 0) return;
  refuseAt(member, member.leader, mark.index, member.log.committed);
}

function accept(member: Member, to: number, index: LogIndex): void {
  const { self, term } = member;
  const none = { hintIndex: 0 as LogIndex, hintTerm: 0 as Term };
  member.sendAfterSave({ type: 'appendReply', from: self, to, term, index, refused: false, ...none });
}

/** Says where the logs may agree at the latest, so that the leader skips whole terms (thesis 3.5). */
function refuse(member: Member, message: AppendRequest): void {
  const { log } = member;
  const hint = log.lastIndexUpTo(Math.min(message.prevIndex, log.lastIndex) as LogIndex, message.prevTerm);
  refuseAt(member, message.from, message.prevIndex, hint);
}

function refuseAt(member: Member, to: number, index: LogIndex, hintIndex: LogIndex): void {
  const { self, term } = member;
  const hintTerm = member.log.term(hintIndex) ?? (0 as Term);
  member.sendAfterSave({ type: 'appendReply', from: self, to, term, index, refused: true, hintIndex, hintTerm });
}
