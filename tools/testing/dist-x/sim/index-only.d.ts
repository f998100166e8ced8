import type { LogIndex } from '@rfs/base/ids';
import type { LogEntry } from '@rfs/namenode/raft';
import type { Applier } from '@rfs/namenode/replication';
/** What a journal node has for a state machine. */
export declare class IndexOnly implements Applier {
    appliedIndex: LogIndex;
    readonly congested = false;
    opened(committed: LogIndex): void;
    applyBatch(entries: readonly LogEntry[]): void;
}
//# sourceMappingURL=index-only.d.ts.map