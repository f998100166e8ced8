import type { LogIndex, Term } from '@rfs/base/ids';
import type { Journal } from '../journal/index.js';
import {
  decodeMembership,
  EntryKind,
  encodeMembership,
  type LogEntry,
  type Membership,
  RaftCore,
  soleMember,
} from '../raft/index.js';
import { type ReplicatorOptions, StartRefused } from './options.js';

/** Raft id of the member that makes a cluster; those who join get others. */
export const FOUNDER = 1;
const FIRST_TERM = 1 as Term;

/** Nothing was ever saved, or only the first segment's header. */
export function isUnfounded(journal: Journal): boolean {
  return journal.lastIndex === 0 && journal.hardState.term === 0;
}

/** Checks that the journal reaches the state machine and that an empty one may be. Throws StartRefused or JournalDamage. */
export function checkStart(journal: Journal, options: ReplicatorOptions): void {
  const { folder, alone, joins } = options;
  const applied = options.applier.appliedIndex;
  if (isUnfounded(journal)) {
    if (applied > 0) throw new StartRefused(`the state holds entry ${applied}, but the journal in ${folder} is empty`);
    if (!alone && joins !== true)
      throw new StartRefused(`${folder} is empty and other members are configured: bootstrap one of them first`);
    return;
  }
  if (applied > journal.lastIndex) {
    throw new StartRefused(`the state holds entry ${applied}, the journal in ${folder} ends with ${journal.lastIndex}`);
  }
  if (applied < journal.firstIndex - 1) {
    throw new StartRefused(
      `the state holds entry ${applied}, the journal in ${folder} starts with ${journal.firstIndex}`,
    );
  }
  if (journal.memberships.length === 0 && joins === true && applied === 0) return;
  if (journal.memberships.length === 0) throw new StartRefused(`the journal in ${folder} names no members`);
  journal.verify((applied + 1) as LogIndex);
}

/** Appends the log's first entries: who the cluster is, and that this member alone decides. */
export function found(journal: Journal, options: ReplicatorOptions): void {
  if (journal.isNew) journal.initialize(FOUNDER);
  const identity = options.identity();
  const context = options.context?.() ?? new Uint8Array(0);
  const membership = encodeMembership({ ...soleMember(journal.owner), context });
  const entries: LogEntry[] = [
    { index: 1 as LogIndex, term: FIRST_TERM, kind: EntryKind.identity, data: identity },
    { index: 2 as LogIndex, term: FIRST_TERM, kind: EntryKind.membership, data: membership },
  ];
  journal.append(entries, { term: FIRST_TERM, vote: journal.owner, commit: 2 as LogIndex });
}

/** The core of the member whose journal this is; `joined` is the membership that took it in, not in its log yet. */
export function coreOf(journal: Journal, options: ReplicatorOptions, joined?: Membership): RaftCore {
  const { peers } = options;
  const electionTicks = peers?.electionTicks ?? 10;
  const logged = journal.memberships.map(({ index, data }) => ({ index, membership: decodeMembership(data) }));
  return new RaftCore({
    self: journal.owner,
    hardState: journal.hardState,
    memberships: joined === undefined ? logged : [{ index: 0 as LogIndex, membership: joined }],
    log: journal,
    applied: options.applier.appliedIndex,
    random: options.random.fork('raft'),
    electionTicks,
    heartbeatTicks: peers?.heartbeatTicks ?? 1,
    restarted: joined === undefined,
    ...(peers?.appendBytes === undefined ? {} : { appendBytes: peers.appendBytes }),
    reluctanceTicks: options.votesOnly === true ? electionTicks : 0,
    cacheBytes: peers === undefined ? 0 : (peers.cacheBytes ?? 16 << 20),
  });
}
