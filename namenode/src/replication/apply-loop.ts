import type { LogIndex } from '@rfs/base/ids';
import type { Clock, Timer } from '@rfs/base/seams';
import type { LogEntry } from '../raft/index.js';
import type { ReplicatorLimits } from './options.js';
import type { Applier, NextTurn, ReplicationObserver } from './types.js';

/** Where the apply loop gets entries from and whom it tells. */
export interface ApplySource {
  entries(from: LogIndex, to: LogIndex, maxBytes: number, maxCount: number): LogEntry[];
  /** A batch is applied: `results[i]` belongs to `entries[i]`. */
  appliedBatch(entries: readonly LogEntry[], results: readonly unknown[]): void;
  /** Applying or reading failed; nothing more will be applied. */
  applyFailed(error: Error): void;
}

/**
 * Brings committed entries to the state machine, batch by batch, in slices that let the event loop breathe. It pauses
 * while the state machine is congested: what waits then waits in the journal, and proposals meet their own bound.
 */
export class ApplyLoop {
  private readonly applier: Applier;
  private readonly source: ApplySource;
  private readonly clock: Clock;
  private readonly nextTurn: NextTurn;
  private readonly observer: ReplicationObserver;
  private readonly limits: ReplicatorLimits;
  private readonly results: unknown[] = [];
  private target: LogIndex;
  private done: LogIndex;
  private scheduled = false;
  private pause: Timer | null = null;
  private running = false;
  private stopped = false;
  private held = false;

  constructor(
    applier: Applier,
    source: ApplySource,
    clock: Clock,
    nextTurn: NextTurn,
    observer: ReplicationObserver,
    limits: ReplicatorLimits,
  ) {
    this.applier = applier;
    this.source = source;
    this.clock = clock;
    this.nextTurn = nextTurn;
    this.observer = observer;
    this.limits = limits;
    this.done = applier.appliedIndex;
    this.target = applier.appliedIndex;
  }

  get appliedIndex(): LogIndex {
    return this.done;
  }

  /** Entries up to `target` are committed. A first slice is applied at once, the rest in later turns. */
  raise(target: LogIndex): void {
    if (target <= this.target) return;
    this.target = target;
    if (!this.scheduled && !this.running && !this.held) this.slice();
  }

  /** Applies nothing until `restart`: another state is being put in place of the applier's. */
  hold(): void {
    this.held = true;
  }

  /** The applier has the state of `index` now; what was to be applied before means nothing any more. */
  restart(index: LogIndex): void {
    this.held = false;
    this.done = index;
    this.target = index;
  }

  /** Applies nothing more. */
  stop(): void {
    this.stopped = true;
    this.pause?.cancel();
    this.pause = null;
  }

  private readonly continue = (): void => {
    this.scheduled = false;
    this.pause = null;
    this.slice();
  };

  private slice(): void {
    this.running = true;
    try {
      const start = this.clock.monotonicMs();
      let now = start;
      while (this.hasWork() && !this.applier.congested && now - start < this.limits.applySliceMs) {
        this.batch();
        const after = this.clock.monotonicMs();
        this.observer.appliedBatch(this.results.length, after - now);
        now = after;
      }
    } catch (error) {
      this.stopped = true;
      this.source.applyFailed(error as Error);
    } finally {
      this.running = false;
    }
    if (!this.hasWork()) return;
    this.scheduled = true;
    if (this.applier.congested) this.pause = this.clock.setTimer(this.limits.applyPauseMs, this.continue);
    else this.nextTurn(this.continue);
  }

  private hasWork(): boolean {
    return !this.stopped && !this.held && this.done < this.target;
  }

  private batch(): void {
    const { applyBytes, applyCount } = this.limits;
    const entries = this.source.entries((this.done + 1) as LogIndex, this.target, applyBytes, applyCount);
    this.results.length = 0;
    for (let i = 0; i < entries.length; i++) this.results.push(undefined);
    this.applier.applyBatch(entries, this.results);
    this.done = entries[entries.length - 1]!.index;
    this.source.appliedBatch(entries, this.results);
  }
}
