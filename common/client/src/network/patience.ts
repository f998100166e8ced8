import type { Clock, Timer } from '@rfs/base/seams';

/** Notices when nothing has been heard for too long. */
export class Patience {
  private readonly clock: Clock;
  private readonly lost: (error: Error) => void;
  private timer: Timer | null = null;
  private heardMs = 0;
  private limitMs = 0;

  /** `lost` is called when it ends. */
  constructor(clock: Clock, lost: (error: Error) => void) {
    this.clock = clock;
    this.lost = lost;
  }

  /** Something must be heard every `ms` from now on; 0 lifts that. */
  expect(ms: number): void {
    this.limitMs = ms;
    this.heardMs = this.clock.monotonicMs();
    if (ms === 0) this.end();
    else if (this.timer === null) this.watch(ms);
  }

  heard(): void {
    if (this.limitMs > 0) this.heardMs = this.clock.monotonicMs();
  }

  end(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  private watch(ms: number): void {
    this.timer = this.clock.setTimer(ms, () => {
      this.timer = null;
      const leftMs = this.heardMs + this.limitMs - this.clock.monotonicMs();
      if (leftMs > 0) this.watch(leftMs);
      else this.lost(new Error(`nothing was heard for ${this.limitMs} ms`));
    });
  }
}
