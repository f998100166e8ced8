import { Journal, type JournalObserver, type JournalOptions } from '../journal/index.js';
import { encodeMembership, type SnapshotMark } from '../raft/index.js';

/**
 * Before a start: the journal begins anew behind an installed state where a crash came between the two. The result is
 * false when the journal is empty: whose state it was to be is not known any more. Throws JournalDamage.
 */
export function continueBehind(
  mark: SnapshotMark,
  options: Omit<JournalOptions, 'observer'>,
  done: (result: boolean | Error) => void,
): void {
  const observer: JournalObserver = {
    durable: () => journal.close(() => done(true)),
    full: done,
    failed: done,
    wrote: () => undefined,
  };
  const journal = Journal.open({ ...options, observer });
  const { index, term, membership } = mark;
  if (journal.isNew) journal.close(() => done(false));
  else if (reaches(journal, mark)) journal.close(() => done(true));
  else journal.beginAnew({ index, term, membership: encodeMembership(membership) });
}

/** What was cut away was committed, so the state of a journal that begins above it was in place. */
function reaches(journal: Journal, { index, term }: SnapshotMark): boolean {
  if (journal.firstIndex - 1 > index) return true;
  return journal.lastIndex >= index && journal.term(index) === term;
}
