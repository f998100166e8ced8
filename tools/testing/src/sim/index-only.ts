import type { LogIndex } from '@rfs/base/ids';
import type { LogEntry } from '@rfs/namenode/raft';
import type { Applier } from '@rfs/namenode/replication';

/** What a journal node has for a state machine. */
export class IndexOnly implements Applier {
  appliedIndex = 0 as LogIndex;
  readonly congested = false;

  opened(committed: LogIndex): void {
    this.appliedIndex = committed;
  }

  applyBatch(entries: readonly LogEntry[]): void {
    this.appliedIndex = entries[entries.length - 1]!.index;
  }
}
