import type { Clock, Timer } from '@rfs/base/seams';
import type { BlockManager } from '../blocks/index.js';
import type { SlicedWork, Slices } from './slices.js';

/** How often the block manager looks at the clock when nothing else wakes it. */
const PERIOD_MS = 200;
/** Entries of one step: well under a millisecond, also when the map is cold. */
const STEP_ENTRIES = 1000;

/** Gives the block manager its time: at once when reports have come in, else a few times a second. */
export class BlockTicker implements SlicedWork {
  private readonly blocks: BlockManager;
  private readonly slices: Slices;
  private readonly clock: Clock;
  private waiting = false;
  private timer: Timer | null = null;

  constructor(blocks: BlockManager, slices: Slices, clock: Clock) {
    this.blocks = blocks;
    this.slices = slices;
    this.clock = clock;
  }

  start(): void {
    this.timer = this.clock.setTimer(PERIOD_MS, () => {
      this.wake();
      this.start();
    });
  }

  /** There is work now. */
  wake(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.slices.add(this);
  }

  step(): boolean {
    if (this.blocks.tick(this.clock.monotonicMs(), STEP_ENTRIES)) return false;
    this.waiting = false;
    return true;
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
