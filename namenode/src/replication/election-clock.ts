import type { Clock, Timer } from '@rfs/base/seams';
import type { PeerLink } from './options.js';

/** Ticks by which a lease is shorter than the shortest election timeout: a tick begins anywhere within another's. */
const LEASE_MARGIN_TICKS = 2;
/** Share of a lease that is left out, for clocks that run apart. */
const CLOCK_MARGIN = 0.1;

/** Makes the ticks of elections out of time, and knows when each of the last ones was. */
export class ElectionClock {
  private readonly clock: Clock;
  private readonly tickMs: number;
  private readonly onTick: () => void;
  /** When tick n was stands at n modulo its length. */
  private readonly times: Float64Array;
  private ticks = 0;
  private timer: Timer | undefined;
  /** How long a lease lasts from the sending of what confirmed it. */
  readonly leaseMs: number;

  constructor(clock: Clock, peers: PeerLink, onTick: () => void) {
    this.clock = clock;
    this.tickMs = peers.tickMs;
    this.onTick = onTick;
    this.times = new Float64Array(peers.electionTicks + 1).fill(Number.NEGATIVE_INFINITY);
    this.times[0] = clock.monotonicMs();
    this.leaseMs = (peers.electionTicks - LEASE_MARGIN_TICKS) * peers.tickMs * (1 - CLOCK_MARGIN);
  }

  start(): void {
    this.timer = this.clock.setTimer(this.tickMs, () => {
      this.start();
      this.ticks++;
      this.times[this.ticks % this.times.length] = this.clock.monotonicMs();
      this.onTick();
    });
  }

  stop(): void {
    this.timer?.cancel();
  }

  /**
   * True while what was sent in tick `tick` gives a lease. Judged by the clock and not by ticks, which stand still
   * while the process does.
   */
  holdsLease(tick: number, nowMs = this.clock.monotonicMs()): boolean {
    if (tick < 0 || this.ticks - tick >= this.times.length) return false;
    return nowMs - this.times[tick % this.times.length]! < this.leaseMs;
  }
}
