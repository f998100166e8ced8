import type { Failure } from '@rfs/base/failure';
import type { Clock, Timer } from '@rfs/base/seams';
import type { Journal } from '../journal/index.js';
import { noRoom } from './refusals.js';

/** Whether the journal has room for more: a write that found none is tried again after a pause. */
export class Room {
  private readonly journal: Journal;
  private readonly clock: Clock;
  private readonly retryMs: number;
  private full = false;
  private timer: Timer | undefined;

  constructor(journal: Journal, clock: Clock, retryMs: number) {
    this.journal = journal;
    this.clock = clock;
    this.retryMs = retryMs;
  }

  /** Why no change can be taken now; undefined when one can. */
  get refusal(): Failure | undefined {
    return this.full ? noRoom() : undefined;
  }

  /** A write has found no room. */
  ended(): void {
    this.full = true;
    this.timer = this.clock.setTimer(this.retryMs, () => this.journal.retry());
  }

  /** A write has found room. */
  found(): void {
    this.full = false;
  }

  stop(): void {
    this.timer?.cancel();
  }
}
