import type { LogIndex } from '@rfs/base/ids';
import type { Journal } from '../journal/index.js';
import type { NextTurn } from './types.js';

/** Removes old segments of the journal, one a turn, as each holds the event loop until it is durable. */
export class JournalCutter {
  private readonly journal: Journal;
  private readonly retainedBytes: number;
  private readonly nextTurn: NextTurn;
  private readonly failed: (error: Error) => void;
  private target = 0 as LogIndex;
  private scheduled = false;
  private stopped = false;

  constructor(journal: Journal, retainedBytes: number, nextTurn: NextTurn, failed: (error: Error) => void) {
    this.journal = journal;
    this.retainedBytes = retainedBytes;
    this.nextTurn = nextTurn;
    this.failed = failed;
  }

  /** Entries below `index` are not needed any more. */
  cutBelow(index: LogIndex): void {
    this.target = Math.max(this.target, index) as LogIndex;
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.nextTurn(this.cut);
  }

  private readonly cut = (): void => {
    this.scheduled = false;
    if (this.stopped || this.journal.sizeBytes <= this.retainedBytes) return;
    try {
      if (this.journal.cutPrefix(this.target)) this.schedule();
    } catch (error) {
      this.failed(error as Error);
    }
  };
}
