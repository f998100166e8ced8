import type { Clock } from '@rfs/base/seams';

/** Long work cut into steps of well under a millisecond. */
export interface SlicedWork {
  /** Does a little; true when there is nothing left. */
  step(): boolean;
}

/** Longest that background work may hold the event loop before others get their turn. */
const SLICE_MS = 5;

/**
 * Runs long work (full block reports, the block map's rebuild, content summaries) one after another, a few ms in each
 * turn of the event loop, so that calls go on in between.
 */
export class Slices {
  private readonly queue: SlicedWork[] = [];
  private readonly clock: Clock;
  private readonly nextTurn: (action: () => void) => void;
  private readonly turn = (): void => this.run();
  private scheduled = false;
  private closed = false;

  constructor(clock: Clock, nextTurn: (action: () => void) => void) {
    this.clock = clock;
    this.nextTurn = nextTurn;
  }

  /** Pieces of work that wait or run. */
  get length(): number {
    return this.queue.length;
  }

  add(work: SlicedWork): void {
    this.queue.push(work);
    this.schedule();
  }

  /** Drops what has not run. */
  close(): void {
    this.closed = true;
    this.queue.length = 0;
  }

  private schedule(): void {
    if (this.scheduled || this.closed) return;
    this.scheduled = true;
    this.nextTurn(this.turn);
  }

  private run(): void {
    this.scheduled = false;
    const endMs = this.clock.monotonicMs() + SLICE_MS;
    while (this.queue.length > 0 && this.clock.monotonicMs() < endMs) {
      const work = this.queue[0] as SlicedWork;
      if (work.step()) this.queue.shift();
    }
    if (this.queue.length > 0) this.schedule();
  }
}
