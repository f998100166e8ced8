import type { Clock, Random, Timer } from '@rfs/base/seams';
import type { Scheduler } from './scheduler.js';

/** How a machine's clocks differ from the world's. */
export interface ClockFaults {
  /** Its seconds per second of the world. */
  readonly rate: number;
  /** Its wall clock at the world's beginning, in ms since the epoch. */
  wallMs: number;
}

/** The place of what comes from no other machine: timers and the disk. */
const OWN = -1;

/** A program in the simulated world: it can stop for good, or stand still for a while and go on as if nothing were. */
export class SimProcess implements Clock {
  private readonly scheduler: Scheduler;
  private readonly clock: ClockFaults;
  private readonly guard: (work: () => void) => void;
  /** While it stands still: what came meanwhile, by the place it came from. */
  private frozen: Map<number, (() => void)[]> | null = null;
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

  get hasEnded(): boolean {
    return this.ended;
  }

  nowMs(): number {
    return Math.floor(this.clock.wallMs + this.monotonicMs());
  }

  monotonicMs(): number {
    return this.scheduler.nowMs * this.clock.rate;
  }

  setTimer(delayMs: number, action: () => void): Timer {
    return this.scheduler.after(Math.max(0, delayMs) / this.clock.rate, () => this.run(action));
  }

  /** A timer of the process runs out, or its disk answers; while it is paused, later. */
  readonly run = (work: () => void): void => this.hear(OWN, work);

  /** Something comes over the connection with `place`; while the process is paused, later. */
  hear(place: number, work: () => void): void {
    if (this.ended) return;
    if (this.frozen === null) this.guard(work);
    else this.wait(place, work);
  }

  /** SIGSTOP */
  pause(): void {
    this.frozen ??= new Map();
  }

  /**
   * SIGCONT: all that came meanwhile happens now, each connection's messages in their order. Timers are late all
   * together; which of them and the connections is looked at first is the system's choice.
   */
  resume(random: Random): void {
    const waiting = [...(this.frozen ?? [])];
    this.frozen = null;
    while (waiting.length > 0) {
      const [[place, works]] = waiting.splice(random.below(waiting.length), 1) as [[number, (() => void)[]]];
      for (const work of works) this.scheduler.after(0, () => this.hear(place, work));
    }
  }

  /** Nothing will happen to it any more. */
  end(): void {
    this.ended = true;
    this.frozen = null;
  }

  private wait(place: number, work: () => void): void {
    const works = this.frozen!.get(place);
    if (works === undefined) this.frozen!.set(place, [work]);
    else works.push(work);
  }
}
