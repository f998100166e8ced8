import type { Clock, Timer } from '../seams/index.js';

/** The longest delay that setTimeout takes; a longer one would fire at once. */
const LONGEST_DELAY_MS = 0x7fffffff;

class SystemTimer implements Timer {
  private readonly action: () => void;
  private handle: NodeJS.Timeout;

  constructor(delayMs: number, action: () => void) {
    this.action = action;
    this.handle = this.arm(delayMs);
  }

  cancel(): void {
    clearTimeout(this.handle);
  }

  private arm(delayMs: number): NodeJS.Timeout {
    if (delayMs <= LONGEST_DELAY_MS) return setTimeout(this.action, delayMs);
    return setTimeout(() => {
      this.handle = this.arm(delayMs - LONGEST_DELAY_MS);
    }, LONGEST_DELAY_MS);
  }
}

/** The machine's clocks. A set timer keeps the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, action) => new SystemTimer(Math.max(0, delayMs), action),
};
