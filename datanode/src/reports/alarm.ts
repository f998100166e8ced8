import type { Clock, Timer } from '@rfs/base/seams';

/** Lets a loop sleep until a time or until somebody rings. */
export class Alarm {
  private readonly clock: Clock;
  private rung = false;
  private timer: Timer | null = null;
  private resume: (() => void) | null = null;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Wakes the sleeper, or keeps the next sleep from beginning. */
  ring(): void {
    this.rung = true;
    this.wake();
  }

  /** Resolves after `delayMs` or at the next ring, at once when there was one since the last sleep. */
  sleep(delayMs: number): Promise<void> {
    if (this.rung || delayMs <= 0) {
      this.rung = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.resume = resolve;
      this.timer = this.clock.setTimer(delayMs, () => this.wake());
    });
  }

  private wake(): void {
    if (this.resume === null) return;
    const { resume } = this;
    this.resume = null;
    this.rung = false;
    this.timer?.cancel();
    resume();
  }
}
