import type { LogIndex, Term } from '@rfs/base/ids';
import { Journal, type JournalObserver, type JournalOptions } from '../journal/index.js';
import { decodeMembership, EntryKind, encodeMembership, soleMember } from '../raft/index.js';
import type { Member } from './group.js';
import { StartRefused } from './options.js';
import { decodeRoster, encodeRoster } from './roster.js';
import { isUnfounded } from './start.js';

/** A member that goes on without the others, and who they were. */
export interface SoleMember {
  readonly self: Member;
  readonly lost: readonly Member[];
  /** Its last entry before, which counts as committed now. */
  readonly lastIndex: LogIndex;
}

type Done = (result: SoleMember | Error) => void;

/**
 * Before a start, when a majority of a group is lost for good: the member whose journal this is becomes the only one.
 * All entries of its journal count as committed, those that never were included; what the others alone had is lost.
 * Raft promises nothing here: should two of the group's members do so, or one of the others come back with its old
 * folder, there are two groups. Fails with StartRefused where the journal belongs to nobody or names nobody.
 */
export function becomeSole(options: Omit<JournalOptions, 'observer'>, done: Done): void {
  let result: SoleMember | Error;
  const finish: Done = (outcome) => {
    result = outcome;
    journal.close(() => done(result));
  };
  const observer: JournalObserver = {
    durable: () => finish(result),
    full: (error) => finish(error),
    failed: (error) => finish(error),
    wrote: () => undefined,
  };
  const journal = Journal.open({ ...options, observer });
  const newest = journal.memberships[journal.memberships.length - 1];
  if (isUnfounded(journal) || newest === undefined) {
    finish(new StartRefused(`the journal in ${options.folder} belongs to no group`));
    return;
  }
  const { owner, lastIndex, hardState } = journal;
  const roster = decodeRoster(decodeMembership(newest.data).context);
  const self = roster.members.find(({ id }) => id === owner);
  if (self === undefined) {
    finish(
      new StartRefused(`member ${owner}, whose journal lies in ${options.folder}, is none of its group's members`),
    );
    return;
  }
  result = { self, lost: roster.members.filter(({ id }) => id !== owner), lastIndex };
  const index = (lastIndex + 1) as LogIndex;
  const term = (hardState.term + 1) as Term;
  const membership = { ...soleMember(owner), context: encodeRoster({ ...roster, members: [self] }) };
  const entry = { index, term, kind: EntryKind.membership, data: encodeMembership(membership) };
  journal.append([entry], { term, vote: owner, commit: index });
}
