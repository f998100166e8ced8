import { assert } from '@rfs/base/assert';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { PeerId } from '../raft/index.js';
import type { JournalContents } from './contents.js';
import { MAX_MEMBERSHIP_BYTES, type SegmentHeader } from './format.js';

/** Where a log begins anew: behind the state of a snapshot. */
export interface LogStart {
  readonly index: LogIndex;
  readonly term: Term;
  /** The membership in force there, encoded. */
  readonly membership: Uint8Array;
}

/** Whose journal it is. */
export interface JournalIdentity {
  readonly journalId: Uint8Array;
  readonly owner: PeerId;
}

/** The header of a segment that goes on with entry `first` at the latest. */
export function nextHeader(
  contents: JournalContents,
  identity: JournalIdentity,
  salt: number,
  first: number,
): SegmentHeader {
  const previousIndex = Math.min(contents.lastIndex, first - 1) as LogIndex;
  const membership = contents.membershipAt(previousIndex);
  return {
    ...identity,
    ...following(contents, salt),
    anew: false,
    previousIndex,
    previousTerm: contents.term(previousIndex),
    hardState: contents.hardState,
    membershipIndex: membership?.index ?? (0 as LogIndex),
    membership: fitting(membership?.data ?? new Uint8Array(0)),
  };
}

/** The header of a segment with which the log begins anew; term and vote stay. */
export function headerBehind(
  contents: JournalContents,
  identity: JournalIdentity,
  salt: number,
  start: LogStart,
): SegmentHeader {
  return {
    ...identity,
    ...following(contents, salt),
    anew: true,
    previousIndex: start.index,
    previousTerm: start.term,
    hardState: { ...contents.hardState, commit: start.index },
    membershipIndex: start.index,
    membership: fitting(start.membership),
  };
}

function following({ active }: JournalContents, salt: number) {
  return { sequence: (active?.header.sequence ?? 0) + 1, salt, previousLength: active?.end ?? 0 };
}

function fitting(membership: Uint8Array): Uint8Array {
  assert(membership.length <= MAX_MEMBERSHIP_BYTES, `a membership of ${membership.length} bytes`);
  return membership;
}
