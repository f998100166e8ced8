import { isFailure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { PeerId, SnapshotMark } from '../raft/index.js';
import type { StateTransfer } from '../replication/index.js';
import type { RemoteSuppliers } from './suppliers.js';

type JournalStarts = Pick<RemoteSuppliers, 'journalStart' | 'close'>;

/**
 * How a journal node goes on when the log no longer reaches it. It has no state, so its journal begins where the other
 * member's does, and gets every entry that is still there: not only those above the state that a namenode would fetch.
 */
export class JournalStart implements StateTransfer {
  private readonly suppliers: JournalStarts;
  private readonly begunAt: (index: LogIndex) => void;
  private got: SnapshotMark | undefined;
  private closed = false;

  /** `begunAt` hears where the journal has begun anew. */
  constructor(suppliers: JournalStarts, begunAt: (index: LogIndex) => void) {
    this.suppliers = suppliers;
    this.begunAt = begunAt;
  }

  fetch(_mark: SnapshotMark, from: PeerId, done: (got: SnapshotMark | null) => void): void {
    this.suppliers.journalStart(from, (result) => {
      if (this.closed) return;
      if (isFailure(result)) {
        done(null);
        return;
      }
      this.got = result;
      done(result);
    });
  }

  install(done: (error: Error | null) => void): void {
    this.begunAt(this.got!.index);
    done(null);
  }

  close(): void {
    this.closed = true;
    this.suppliers.close();
  }
}
