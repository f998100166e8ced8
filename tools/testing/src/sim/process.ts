import type { Clock, Random, Timer } from '@rfs/base/seams';
import type { Scheduler } from './scheduler.js';

/** How a machine's clocks differ from the world's. */
export interface ClockFaults {
  /** Its seconds per second of the world. */
  readonly rate: number;
  /** Its wall clock at the world's beginning, in ms since the epoch. */
  wallMs: number;
}

/** A program in the simulated world: it can stop for good, or stand still for a while and go on as if nothing were. */
export class SimProcess implements Clock {
  private readonly scheduler: Scheduler;
  private readonly clock: ClockFaults;
  private readonly guard: (work: () => void) => void;
  private frozen: (() => void)[] | null = null;
  private ended = false;

  /** `guard` carries out each event of the process and deals with what it throws. */
  constructor(scheduler: Scheduler, clock: ClockFaults, guard: (work: () => void) => void) {
    this.scheduler = scheduler;
    this.clock = clock;
    this.guard = guard;
  }

  get isPaused(): boolean {
    return this.frozen !== null;
  }

  nowMs(): number {
    return Math.floor(this.clock.wallMs + this.monotonicMs());
  }

  monotonicMs(): number {
    return this.scheduler.nowMs * this.clock.rate;
  }

  setTimer(delayMs: number, action: () => void): Timer {
    let cancelled = false;
    this.scheduler.after(Math.max(0, delayMs) / this.clock.rate, () => {
      if (!cancelled) this.run(action);
    });
    return {
      cancel: () => {
        cancelled = true;
      },
    };
  }

  /** Something happens to the process; while it is paused, later. */
  readonly run = (work: () => void): void => {
    if (this.ended) return;
    if (this.frozen !== null) this.frozen.push(work);
    else this.guard(work);
  };

  /** SIGSTOP */
  pause(): void {
    this.frozen ??= [];
  }

  /**
   * SIGCONT: all that came meanwhile happens now. Sockets and timers are looked at in an order of the system's own: that
   * in which things came, the newest first, or any.
   */
  resume(random: Random): void {
    const waiting = this.frozen ?? [];
    this.frozen = null;
    const order = random.below(3);
    while (waiting.length > 0) {
      const at = order === 0 ? 0 : order === 1 ? waiting.length - 1 : random.below(waiting.length);
      const [work] = waiting.splice(at, 1);
      this.scheduler.after(0, () => this.run(work!));
    }
  }

  /** Nothing will happen to it any more. */
  end(): void {
    this.ended = true;
    this.frozen = null;
  }
}
