import { SimulatedDisk } from '@rfs/base/disk';
import type { Disk, Random } from '@rfs/base/seams';
import { Journal } from '@rfs/namenode/journal';
import { type PeerId } from '@rfs/namenode/raft';
import { type Member } from '@rfs/namenode/replication';
export declare const CLUSTER_ID = "CID-sim";
export declare const FOLDER = "/name";
export declare const JOURNAL_FOLDER = "/name/journal";
/** A disk with the journal of `owner` that holds the first entries of every log: who the cluster is, who decides. */
export declare function foundedDisk(owner: PeerId, members: readonly Member[], random: Random): SimulatedDisk;
/** Writes into a journal that nobody has open, and syncs it. The disk must answer at once or by `runAll`. */
export declare function writeJournal(disk: Disk, random: Random, write: (journal: Journal) => void): void;
//# sourceMappingURL=founding.d.ts.map