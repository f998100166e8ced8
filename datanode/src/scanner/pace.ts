import type { Clock } from '@rfs/base/seams';

/** What timers take at most: above it Node's fire at once. */
const LONGEST_TIMER_MS = 2 ** 30;

/** When a scan goes on: it sleeps on the clock and can be woken and stopped. One scan waits at a time. */
export class Pace {
  private readonly clock: Clock;
  private ended = false;
  private wake: (() => void) | null = null;
  private rouse: (() => void) | null = null;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get stopped(): boolean {
    return this.ended;
  }

  /** Resolves after `ms`, or when the scan is to end. */
  async sleep(ms: number): Promise<void> {
    const untilMs = this.clock.monotonicMs() + ms;
    for (let leftMs = ms; leftMs > 0 && !this.ended; leftMs = untilMs - this.clock.monotonicMs()) {
      await this.timer(Math.min(leftMs, LONGEST_TIMER_MS));
    }
  }

  /** Resolves after `ms`, or when the scan is nudged or is to end. */
  async rest(ms: number): Promise<void> {
    if (this.ended || ms <= 0) return;
    this.rouse = () => this.wake?.();
    await this.timer(Math.min(ms, LONGEST_TIMER_MS));
    this.rouse = null;
  }

  /** There is something to do: ends a rest. */
  nudge(): void {
    this.rouse?.();
  }

  stop(): void {
    this.ended = true;
    this.wake?.();
  }

  private timer(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(ms, () => this.wake?.());
      this.wake = () => {
        timer.cancel();
        this.wake = null;
        resolve();
      };
    });
  }
}
