import type { LogIndex } from '@rfs/base/ids';
import type { Member } from './member.js';

/** A round of heartbeats: keeps followers quiet, tells the commit index, confirms reads. */
export function sendHeartbeats(member: Member): void {
  const readContext = member.reads.beginRound(member.now);
  for (const [peer, progress] of member.progress) {
    const commit = Math.min(member.log.committed, progress.match) as LogIndex;
    member.send({ type: 'heartbeat', from: member.self, to: peer, term: member.term, commit, readContext });
  }
}
