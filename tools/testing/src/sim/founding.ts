import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import type { Disk, Random } from '@rfs/base/seams';
import { VirtualClock } from '@rfs/base/system';
import { Journal } from '@rfs/namenode/journal';
import { EntryKind, encodeMembership, type LogEntry, type PeerId } from '@rfs/namenode/raft';
import { encodeRoster, type Member } from '@rfs/namenode/replication';
import { bootstrapData } from './commands.js';

export const CLUSTER_ID = 'CID-sim';
export const FOLDER = '/name';
export const JOURNAL_FOLDER = `${FOLDER}/journal`;

const TERM = 1 as Term;

/** A disk with the journal of `owner` that holds the first entries of every log: who the cluster is, who decides. */
export function foundedDisk(owner: PeerId, members: readonly Member[], random: Random): SimulatedDisk {
  const disk = new SimulatedDisk();
  const membership = encodeMembership({
    voters: members.map(({ id }) => id),
    outgoing: [],
    learners: [],
    learnersNext: [],
    context: encodeRoster({ clusterId: CLUSTER_ID, lastId: members.length, members }),
  });
  const entries: LogEntry[] = [
    { index: 1 as LogIndex, term: TERM, kind: EntryKind.identity, data: bootstrapData() },
    { index: 2 as LogIndex, term: TERM, kind: EntryKind.membership, data: membership },
  ];
  writeJournal(disk, random, (journal) => {
    journal.initialize(owner);
    journal.append(entries, { term: TERM, vote: 0, commit: 2 as LogIndex });
  });
  return disk;
}

/** Writes into a journal that nobody has open, and syncs it. The disk must answer at once or by `runAll`. */
export function writeJournal(disk: Disk, random: Random, write: (journal: Journal) => void): void {
  const journal = Journal.open({
    disk,
    folder: JOURNAL_FOLDER,
    random,
    clock: new VirtualClock(),
    observer: { durable: () => {}, full: () => {}, failed: () => {}, wrote: () => {} },
  });
  write(journal);
  if (disk instanceof SimulatedDisk) disk.runAll();
  journal.close(() => {});
}
