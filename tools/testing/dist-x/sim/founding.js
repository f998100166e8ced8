import { SimulatedDisk } from '@rfs/base/disk';
import { VirtualClock } from '@rfs/base/system';
import { Journal } from '@rfs/namenode/journal';
import { EntryKind, encodeMembership } from '@rfs/namenode/raft';
import { encodeRoster } from '@rfs/namenode/replication';
import { bootstrapData } from './commands.js';
export const CLUSTER_ID = 'CID-sim';
export const FOLDER = '/name';
export const JOURNAL_FOLDER = `${FOLDER}/journal`;
const TERM = 1;
/** A disk with the journal of `owner` that holds the first entries of every log: who the cluster is, who decides. */
export function foundedDisk(owner, members, random) {
    const disk = new SimulatedDisk();
    const membership = encodeMembership({
        voters: members.map(({ id }) => id),
        outgoing: [],
        learners: [],
        learnersNext: [],
        context: encodeRoster({ clusterId: CLUSTER_ID, lastId: members.length, members }),
    });
    const entries = [
        { index: 1, term: TERM, kind: EntryKind.identity, data: bootstrapData() },
        { index: 2, term: TERM, kind: EntryKind.membership, data: membership },
    ];
    writeJournal(disk, random, (journal) => {
        journal.initialize(owner);
        journal.append(entries, { term: TERM, vote: 0, commit: 2 });
    });
    return disk;
}
/** Writes into a journal that nobody has open, and syncs it. The disk must answer at once or by `runAll`. */
export function writeJournal(disk, random, write) {
    const journal = Journal.open({
        disk,
        folder: JOURNAL_FOLDER,
        random,
        clock: new VirtualClock(),
        observer: { durable: () => { }, full: () => { }, failed: () => { }, wrote: () => { } },
    });
    write(journal);
    if (disk instanceof SimulatedDisk)
        disk.runAll();
    journal.close(() => { });
}
//# sourceMappingURL=founding.js.map