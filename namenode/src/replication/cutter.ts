import type { LogIndex } from '@rfs/base/ids';
import type { Clock } from '@rfs/base/seams';
import type { Journal } from '../journal/index.js';
import type { ReplicatorLimits } from './options.js';
import type { NextTurn } from './types.js';

/** Marks of time that are kept, so that what is old is known to about a fortieth of the age that counts. */
const MARKS = 40;

/**
 * Removes old segments of the journal, one after another: those beyond the bytes or the age that are retained, and never
 * what is still needed by the state here, by the group, or by those who fetch a copy of the state.
 */
export class JournalCutter {
  private readonly journal: Journal;
  private readonly limits: ReplicatorLimits;
  private readonly clock: Clock;
  private readonly nextTurn: NextTurn;
  private readonly failed: (error: Error) => void;
  /** Entries up to which the group holds in states of its own. */
  private readonly groupHolds: () => number;
  private readonly pins = new Set<{ readonly index: LogIndex }>();
  private marks: { readonly index: LogIndex; readonly atMs: number }[] = [];
  private target = 0 as LogIndex;
  private scheduled = false;
  private stopped = false;

  constructor(
    journal: Journal,
    limits: ReplicatorLimits,
    clock: Clock,
    nextTurn: NextTurn,
    groupHolds: () => number,
    failed: (error: Error) => void,
  ) {
    this.journal = journal;
    this.limits = limits;
    this.clock = clock;
    this.nextTurn = nextTurn;
    this.groupHolds = groupHolds;
    this.failed = failed;
  }

  /** Entries below `index` are not needed by the state here. */
  cutBelow(index: LogIndex): void {
    this.target = Math.max(this.target, index) as LogIndex;
    const nowMs = this.clock.monotonicMs();
    const newest = this.marks[this.marks.length - 1];
    if (newest === undefined || nowMs - newest.atMs >= this.limits.retainedMs / MARKS) {
      this.marks.push({ index: this.target, atMs: nowMs });
    }
    this.look();
  }

  /** Entries above `index` stay until the result is called. */
  keepAbove(index: LogIndex): () => void {
    const pin = { index };
    this.pins.add(pin);
    return () => {
      this.pins.delete(pin);
    };
  }

  /** What is needed may have become less. */
  look(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.nextTurn(this.cut);
  }

  stop(): void {
    this.stopped = true;
  }

  private readonly cut = (): void => {
    this.scheduled = false;
    if (this.stopped) return;
    let limit = this.journal.sizeBytes > this.limits.retainedBytes ? this.target : this.agedBelow();
    limit = Math.min(limit, this.groupHolds() + 1) as LogIndex;
    for (const { index } of this.pins) limit = Math.min(limit, index + 1) as LogIndex;
    this.journal.cutPrefix(limit, this.onCut);
  };

  private readonly onCut = (error: Error | null): void => {
    if (error === null) this.look();
    else this.failed(error);
  };

  /** Entries below were not needed by the state here already when what is old now was new. */
  private agedBelow(): LogIndex {
    const oldMs = this.clock.monotonicMs() - this.limits.retainedMs;
    const last = this.marks.findLastIndex(({ atMs }) => atMs <= oldMs);
    if (last < 0) return 0 as LogIndex;
    this.marks = this.marks.slice(last);
    return this.marks[0]!.index;
  }
}
