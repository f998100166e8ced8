import type { Random } from '@rfs/base/seams';
import type { Scheduler } from './scheduler.js';

/** How messages fare, on all links alike. */
export interface Weather {
  /** One message in so many is lost; 0 for none. */
  lossOneIn: number;
  /** One message in so many comes twice; 0 for none. */
  repeatOneIn: number;
  /** Delays are drawn from 0.1 ms up to this, so that messages overtake each other. */
  delayMs: number;
}

export const FAIR: Weather = { lossOneIn: 0, repeatOneIn: 0, delayMs: 1 };

/** Messages between numbered places: members by their machine, clients above them. */
export class SimNetwork {
  weather: Weather = { ...FAIR };
  private readonly scheduler: Scheduler;
  private readonly random: Random;
  /** Links that deliver nothing, in one direction. */
  private readonly cut = new Set<number>();

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler;
    this.random = random;
  }

  /** Brings a message from one place to another, or not, or twice. */
  send(from: number, to: number, deliver: () => void): void {
    if (this.cut.size > 0 && this.cut.has(link(from, to))) return;
    const { lossOneIn, repeatOneIn } = this.weather;
    if (lossOneIn > 0 && this.random.below(lossOneIn) === 0) return;
    this.scheduler.after(this.delay(), deliver);
    if (repeatOneIn > 0 && this.random.below(repeatOneIn) === 0) this.scheduler.after(this.delay() * 4, deliver);
  }

  /** Brings something over a connection: once, or not at all. */
  carry(from: number, to: number, deliver: () => void): void {
    if (this.cut.size > 0 && this.cut.has(link(from, to))) return;
    const { lossOneIn } = this.weather;
    if (lossOneIn > 0 && this.random.below(lossOneIn) === 0) return;
    this.scheduler.after(this.delay(), deliver);
  }

  /** From now on nothing gets from one place to the other. */
  sever(from: number, to: number): void {
    this.cut.add(link(from, to));
  }

  /** Cuts all links between the two groups. */
  divide(some: readonly number[], others: readonly number[]): void {
    for (const a of some) {
      for (const b of others) {
        this.sever(a, b);
        this.sever(b, a);
      }
    }
  }

  heal(): void {
    this.cut.clear();
  }

  private delay(): number {
    return 0.1 + (this.weather.delayMs * this.random.below(1024)) / 1024;
  }
}

function link(from: number, to: number): number {
  return from * 1024 + to;
}
