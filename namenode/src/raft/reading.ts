import type { LogIndex } from '@rfs/base/ids';
import { sendHeartbeats } from './heartbeats.js';
import type { Member } from './member.js';
import { agreedIndex } from './quorum.js';
import type { PeerId } from './types.js';

/** Ticks by which a lease is shorter than the shortest election timeout: clocks do not run equally fast. */
const LEASE_MARGIN_TICKS = 2;

/** A leader is asked which index a linearizable read of `from` must wait for (thesis 6.4). */
export function leaderRead(member: Member, context: number, from: PeerId): void {
  const { log, reads } = member;
  if (log.term(log.committed) !== member.term) {
    reads.hold(context, from);
    return;
  }
  if (member.progress.size === 0 || hasLease(member)) {
    answer(member, context, from, log.committed);
    return;
  }
  reads.add(context, from, log.committed, reads.newestRound + 1);
  sendHeartbeats(member);
  confirmReads(member);
}

/** The term's first entry is committed: reads that waited for it go on. */
export function releaseHeldReads(member: Member): void {
  for (const { context, from } of member.reads.takeHeld()) leaderRead(member, context, from);
}

/** Answers reads whose round of heartbeats a quorum has answered. */
export function confirmReads(member: Member): void {
  const { reads } = member;
  if (!reads.hasUnconfirmed) return;
  const round = agreedIndex(member.membership, (peer) =>
    peer === member.self ? reads.newestRound : (member.progress.get(peer)?.confirmedRound ?? 0),
  );
  for (const { context, from, index } of reads.confirm(round)) answer(member, context, from, index);
}

/** A quorum has promised by its answers to elect nobody yet; a transfer breaks that promise (thesis 6.4.1). */
function hasLease(member: Member): boolean {
  const age = member.now - member.reads.confirmedTick;
  return member.leaseReads && member.transferTarget === 0 && age < member.electionTicks - LEASE_MARGIN_TICKS;
}

function answer(member: Member, context: number, from: PeerId, index: LogIndex): void {
  if (from === member.self) member.readStates.push({ context, index });
  else member.send({ type: 'readIndexReply', from: member.self, to: from, term: member.term, context, index });
}
