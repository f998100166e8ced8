import type { Clock, Timer } from '@rfs/base/seams';
import type { BlockManager } from '../blocks/index.js';
import type { SlicedWork, Slices } from './slices.js';

/** How often the block manager looks at the clock when nothing else wakes it. */
const PERIOD_MS = 200;
/** Entries of one step: well under a millisecond, also when the map is cold. */
const STEP_ENTRIES = 1000;

/** A node that has not looked for so long stood still, and may have missed heartbeats. */
const PAUSE_MS = 3000;

/** What of the block manager goes by time. */
type TickedBlocks = Pick<BlockManager, 'hearAnew' | 'tick'>;

/**
 * Gives the block manager its time: at once when reports have come in, else a few times a second. What datanodes did not
 * say while this node stood still, or had no way to its group, is not held against them (HeartbeatManager
 * .shouldAbortHeartbeatCheck).
 */
export class BlockTicker implements SlicedWork {
  private readonly blocks: TickedBlocks;
  private readonly slices: Slices;
  private readonly clock: Clock;
  private readonly inTouch: () => boolean;
  private lookedMs = Number.NEGATIVE_INFINITY;
  private waiting = false;
  private timer: Timer | null = null;

  /** @param inTouch this node knows who leads its group */
  constructor(blocks: TickedBlocks, slices: Slices, clock: Clock, inTouch: () => boolean) {
    this.blocks = blocks;
    this.slices = slices;
    this.clock = clock;
    this.inTouch = inTouch;
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
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.lookedMs > PAUSE_MS || !this.inTouch()) this.blocks.hearAnew(nowMs);
    this.lookedMs = nowMs;
    if (this.blocks.tick(nowMs, STEP_ENTRIES)) return false;
    this.waiting = false;
    return true;
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
