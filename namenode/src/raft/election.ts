import type { Term } from '@rfs/base/ids';
import { lead } from './leading.js';
import type { Member } from './member.js';
import type { VoteReply, VoteRequest } from './messages.js';
import { countVotes, votersOf } from './quorum.js';
import { NOBODY } from './types.js';

/** Stands for election, asking first whether that has a chance (thesis 9.6). */
export function standForElection(member: Member): void {
  if (member.role === 'leader' || !member.isVoter || member.restoring !== null) return;
  if (member.isAlone) {
    member.becomeCandidate();
    // Its vote is saved with the entry that opens the term, and nobody hears of either before that.
    lead(member);
    return;
  }
  member.becomePrecandidate();
  ask(member, true, false);
}

/** Stands at once, without asking first: the leader wants it (thesis 3.10). */
export function standForTransfer(member: Member): void {
  if (member.role === 'leader' || !member.isVoter || member.restoring !== null) return;
  member.becomeCandidate();
  ask(member, false, true);
}

/**
 * A leader whose transfer has come to nothing stands for the next term. Its word to the other one, or that one's
 * requests for votes, may still be on their way, and would be heeded by those who have promised this leader a lease
 * (thesis 6.4.1): only in a term where they mean nothing, or for which a quorum has voted, may it hold one again.
 */
export function standAgain(member: Member): void {
  if (!member.isVoter) {
    member.becomeFollower(member.term, NOBODY);
    return;
  }
  member.becomeCandidate();
  if (member.isAlone) lead(member);
  else ask(member, false, true);
}

/**
 * Answers a candidate (thesis 3.4, 3.6.1): one vote a term, first come, first served, and only for a log that is at least as up to date.
 */
export function onVoteRequest(member: Member, message: VoteRequest): void {
  const free = member.vote === message.from || (member.vote === NOBODY && member.leader === NOBODY);
  const mayVote = free || (message.pre && message.term > member.term);
  const granted = mayVote && member.log.isUpToDate(message.lastIndex, message.lastTerm);
  if (granted && !message.pre) {
    member.electionElapsed = 0;
    member.vote = message.from;
  }
  member.sendAfterSave({
    type: 'voteReply',
    from: member.self,
    to: message.from,
    term: granted ? message.term : member.term,
    pre: message.pre,
    granted,
  });
}

export function onVoteReply(member: Member, message: VoteReply): void {
  const awaited = message.pre ? member.role === 'precandidate' : member.role === 'candidate';
  if (!awaited) return;
  if (message.granted && message.term !== (message.pre ? member.term + 1 : member.term)) return;
  if (!member.votes.has(message.from)) member.votes.set(message.from, message.granted);
  switch (countVotes(member.membership, (peer) => member.votes.get(peer))) {
    case 'won':
      if (member.role === 'candidate') lead(member);
      else {
        member.becomeCandidate();
        ask(member, false, false);
      }
      break;
    case 'lost':
      member.becomeFollower(member.term, NOBODY);
      break;
    case 'pending':
      break;
  }
}

/** Asks all voters; its own vote counts like theirs, once it is durable. */
function ask(member: Member, pre: boolean, transfer: boolean): void {
  const term = (pre ? member.term + 1 : member.term) as Term;
  const { self } = member;
  member.sendAfterSave({ type: 'voteReply', from: self, to: self, term, pre, granted: true });
  const { lastIndex, lastTerm } = member.log;
  for (const peer of votersOf(member.membership)) {
    if (peer === self) continue;
    member.send({ type: 'vote', from: self, to: peer, term, pre, lastIndex, lastTerm, transfer });
  }
}
