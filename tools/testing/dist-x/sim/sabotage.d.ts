import type { SimulatedDisk } from '@rfs/base/disk';
import type { Disk } from '@rfs/base/seams';
import type { LogEntry } from '@rfs/namenode/raft';
import type { ImageStore } from './image-store.js';
import type { SimMember } from './member.js';
import type { Scheduler } from './scheduler.js';
/** Where a planted bug may get between the parts; a sound cluster has none of these. */
export interface Sabotage {
    /** Between the journal and its disk. */
    readonly disk?: (disk: SimulatedDisk, scheduler: Scheduler) => Disk;
    /** Before a program opens its journal. */
    readonly beforeStart?: (member: SimMember) => void;
    /** Around the core and the journal of a program that has started. */
    readonly inside?: (member: SimMember) => void;
    /** Between the log and the state machine: what is applied instead. */
    readonly apply?: (entries: readonly LogEntry[], member: SimMember) => readonly LogEntry[];
    /** Changes what a copy of a store holds. */
    readonly copied?: (store: ImageStore) => ImageStore;
    /** A read's state id is what was applied when the call came. */
    readonly stateIdOnArrival?: boolean;
    /** A member that lost its disk comes back under the name it had. */
    readonly keepsName?: boolean;
}
//# sourceMappingURL=sabotage.d.ts.map