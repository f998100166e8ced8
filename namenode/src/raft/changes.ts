import { sendToAll } from './leading.js';
import type { Member } from './member.js';
import { encodeMembership } from './membership.js';
import { EntryKind, type PeerId } from './types.js';

/** Who shall be in the group. */
export interface MembershipChange {
  readonly voters: readonly PeerId[];
  readonly learners: readonly PeerId[];
  readonly context: Uint8Array;
}

export type ChangeRefusal = 'notLeader' | 'earlierChangePending' | 'noVoters' | 'both';

/**
 * Proposes a membership. One voter more or less takes force directly (thesis 4.1); more go through joint consensus
 * (thesis 4.3), which the leader ends by itself. Undefined when it is under way.
 */
export function changeMembership(member: Member, change: MembershipChange): ChangeRefusal | undefined {
  if (member.role !== 'leader') return 'notLeader';
  if (change.voters.length === 0) return 'noVoters';
  if (change.learners.some((peer) => change.voters.includes(peer))) return 'both';
  const { log, membership } = member;
  const pending = member.membershipIndex > log.committed || membership.outgoing.length > 0;
  // Without an entry of its own term committed, two leaders could make changes that share no majority (Ongaro, 2015).
  if (pending || log.term(log.committed) !== member.term) return 'earlierChangePending';
  const before = membership.voters;
  const moved = change.voters.filter((peer) => !before.includes(peer)).length;
  const gone = before.filter((peer) => !change.voters.includes(peer));
  const joint = moved + gone.length > 1;
  const next = {
    voters: change.voters,
    outgoing: joint ? before : [],
    learners: joint ? change.learners.filter((peer) => !gone.includes(peer)) : change.learners,
    learnersNext: joint ? change.learners.filter((peer) => gone.includes(peer)) : [],
    context: change.context,
  };
  member.push(EntryKind.membership, encodeMembership(next));
  sendToAll(member);
  return undefined;
}
