import type { Membership, PeerId } from './types.js';

export type VoteResult = 'won' | 'lost' | 'pending';

/** True when `peer` has a vote in `membership`, in either half of a joint one. */
export function isVoter(membership: Membership, peer: PeerId): boolean {
  return membership.voters.includes(peer) || membership.outgoing.includes(peer);
}

/** Everybody the log goes to: voters of both halves and learners, each once. */
export function membersOf(membership: Membership): PeerId[] {
  return [...new Set([...membership.voters, ...membership.outgoing, ...membership.learners])];
}

/** Voters of both halves, each once. */
export function votersOf(membership: Membership): PeerId[] {
  return [...new Set([...membership.voters, ...membership.outgoing])];
}

/**
 * The highest index that a majority has (thesis 3.5), of both halves while joint (thesis 4.3). `matchOf` tells what is
 * durable at a voter. A group without voters has agreed on nothing.
 */
export function agreedIndex(membership: Membership, matchOf: (peer: PeerId) => number): number {
  const current = majorityIndex(membership.voters, matchOf);
  return membership.outgoing.length === 0 ? current : Math.min(current, majorityIndex(membership.outgoing, matchOf));
}

/** Whether those who answered decide; `answerOf` gives undefined for who did not answer yet. */
export function countVotes(membership: Membership, answerOf: (peer: PeerId) => boolean | undefined): VoteResult {
  const current = majorityVote(membership.voters, answerOf);
  if (membership.outgoing.length === 0 || current === 'lost') return current;
  const outgoing = majorityVote(membership.outgoing, answerOf);
  if (outgoing === 'lost') return 'lost';
  return current === 'won' && outgoing === 'won' ? 'won' : 'pending';
}

function majorityIndex(voters: readonly PeerId[], matchOf: (peer: PeerId) => number): number {
  const count = voters.length;
  if (count === 0) return 0;
  if (count === 1) return matchOf(voters[0]!);
  const matches = voters.map(matchOf).sort((a, b) => a - b);
  return matches[count - Math.floor(count / 2) - 1]!;
}

function majorityVote(voters: readonly PeerId[], answerOf: (peer: PeerId) => boolean | undefined): VoteResult {
  let yes = 0;
  let no = 0;
  for (const voter of voters) {
    const answer = answerOf(voter);
    if (answer === true) yes++;
    else if (answer === false) no++;
  }
  const needed = Math.floor(voters.length / 2) + 1;
  if (yes >= needed && voters.length > 0) return 'won';
  return voters.length - no < needed ? 'lost' : 'pending';
}
