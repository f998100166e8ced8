import type { Clock } from '@rfs/base/seams';

/** Unused bandwidth is kept for this long. */
const BURST_MS = 500;

/** Bytes a second for all who share it: the balancer's moves (DataTransferThrottler). */
export class Throttle {
  private readonly clock: Clock;
  private rate: number;
  /** When, at the rate, everything taken so far will have gone. */
  private busyUntilMs = 0;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.clock = clock;
    this.rate = Math.max(1, bytesPerSecond);
  }

  get bytesPerSecond(): number {
    return this.rate;
  }

  set bytesPerSecond(value: number) {
    this.rate = Math.max(1, value);
  }

  /** Takes bytes; how long to wait before going on, 0 for not at all. */
  take(bytes: number): number {
    const nowMs = this.clock.monotonicMs();
    this.busyUntilMs = Math.max(this.busyUntilMs, nowMs - BURST_MS) + (bytes / this.rate) * 1000;
    return Math.max(0, this.busyUntilMs - nowMs);
  }

  /** Takes bytes and waits as long as that takes. */
  wait(bytes: number): Promise<void> {
    const delayMs = this.take(bytes);
    if (delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.clock.setTimer(delayMs, resolve);
    });
  }
}
