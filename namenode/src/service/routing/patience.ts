import { Ring } from '@rfs/base/collections';
import type { Clock, Timer } from '@rfs/base/seams';
import { type RoutedCall, Stage } from './routed-call.js';

/**
 * Calls that wait a moment for this replica to catch up: each for the same time, so that they run out in the order in
 * which they came and one timer serves all. `over` is called for those that still wait then.
 */
export class Patience {
  private readonly clock: Clock;
  private readonly waitMs: number;
  private readonly over: (call: RoutedCall) => void;
  private readonly queue = new Ring<RoutedCall>();
  /** Calls that wait for an index, and the lowest of those indexes. */
  private behind: RoutedCall[] = [];
  private lowest = Number.POSITIVE_INFINITY;
  private timer: Timer | null = null;

  constructor(clock: Clock, waitMs: number, over: (call: RoutedCall) => void) {
    this.clock = clock;
    this.waitMs = waitMs;
    this.over = over;
  }

  /** Calls that wait, and some that have been answered lately. */
  get count(): number {
    return this.queue.length;
  }

  /** The call waits from now on, in the stage that it is in. */
  add(call: RoutedCall): void {
    call.patientUntilMs = this.clock.monotonicMs() + this.waitMs;
    this.queue.push(call);
    this.timer ??= this.clock.setTimer(this.waitMs, this.runOut);
    if (call.stage !== Stage.BEHIND) return;
    this.behind.push(call);
    if (call.context.stateId < this.lowest) this.lowest = call.context.stateId;
  }

  /** Hands over the calls for which `applied` is enough. */
  applied(applied: number, ready: (call: RoutedCall) => void): void {
    if (applied < this.lowest) return;
    const waiting = this.behind;
    this.behind = [];
    this.lowest = Number.POSITIVE_INFINITY;
    for (const call of waiting) {
      if (call.stage !== Stage.BEHIND) continue;
      const { stateId } = call.context;
      if (stateId <= applied) {
        ready(call);
        continue;
      }
      this.behind.push(call);
      if (stateId < this.lowest) this.lowest = stateId;
    }
  }

  /** All that still wait are over. */
  close(): void {
    this.timer?.cancel();
    this.timer = null;
    for (let call = this.queue.shift(); call !== undefined; call = this.queue.shift()) this.end(call);
  }

  private readonly runOut = (): void => {
    this.timer = null;
    const nowMs = this.clock.monotonicMs();
    let oldest = this.queue.peek();
    while (oldest !== undefined && (isOver(oldest) || oldest.patientUntilMs <= nowMs)) {
      this.end(this.queue.shift()!);
      oldest = this.queue.peek();
    }
    if (oldest !== undefined) {
      this.timer ??= this.clock.setTimer(Math.max(1, oldest.patientUntilMs - nowMs), this.runOut);
    }
    if (this.behind.length > this.queue.length) {
      this.behind = this.behind.filter((call) => call.stage === Stage.BEHIND);
    }
  };

  private end(call: RoutedCall): void {
    if (!isOver(call)) this.over(call);
  }
}

/** It no longer waits here. */
function isOver(call: RoutedCall): boolean {
  return call.stage !== Stage.BEHIND && call.stage !== Stage.ASKING;
}
