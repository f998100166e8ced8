import type { Failure } from '@rfs/base/failure';
import type { Clock, Timer } from '@rfs/base/seams';
import type { Journal } from '../journal/index.js';
import { keepsTooMuch, noRoom } from './refusals.js';

/** Shares of the limit at which operators are warned. */
const WARN_AT = [0.5, 0.75, 0.9];

/**
 * Whether the journal has room for more. A write that found none is tried again after a pause. A journal that must keep
 * more than its limit, as a namenode lags that needs it, takes no more before anything is dropped.
 */
export class Room {
  private readonly journal: Journal;
  private readonly clock: Clock;
  private readonly retryMs: number;
  private readonly maxBytes: number;
  private readonly crowded: (bytes: number, maxBytes: number) => void;
  private warnings = 0;
  private tooLong = false;
  private full = false;
  private timer: Timer | undefined;

  /** `crowded` hears when the journal has come to half of `maxBytes`, and of each further step. */
  constructor(
    journal: Journal,
    clock: Clock,
    retryMs: number,
    maxBytes: number,
    crowded: (bytes: number, maxBytes: number) => void = () => undefined,
  ) {
    this.journal = journal;
    this.clock = clock;
    this.retryMs = retryMs;
    this.maxBytes = maxBytes;
    this.crowded = crowded;
  }

  /** Why no change can be taken now; undefined when one can. */
  get refusal(): Failure | undefined {
    if (this.full) return noRoom();
    return this.tooLong && this.measure() ? keepsTooMuch(this.maxBytes) : undefined;
  }

  /** The disk had no room for the last write. */
  get isFull(): boolean {
    return this.full;
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

  /** Looks how long the journal is; true when it is too long for more. */
  measure(): boolean {
    const bytes = this.journal.sizeBytes;
    this.tooLong = bytes >= this.maxBytes;
    const steps = WARN_AT.filter((share) => bytes >= share * this.maxBytes).length;
    if (steps > this.warnings) this.crowded(bytes, this.maxBytes);
    this.warnings = steps;
    return this.tooLong;
  }

  stop(): void {
    this.timer?.cancel();
  }
}
