import type { Clock, Timer } from '@rfs/base/seams';
import type { BlockManager } from '../blocks/index.js';

/** How often calls that wait for datanodes are tried again. */
const PERIOD_MS = 50;

/**
 * Calls that found too few datanodes at a namenode which is about to hear of more: it has just started, stood still, or
 * was cut off from its group. A client that is refused gives up its file; one that is held goes on.
 */
export class Newcomers {
  private readonly blocks: Pick<BlockManager, 'expectsDatanodes'>;
  private readonly clock: Clock;
  private readonly maxWaitMs: number;
  private waiting: (() => void)[] = [];
  private timer: Timer | null = null;
  private closed = false;

  /** @param maxWaitMs longest that a call is held */
  constructor(blocks: Pick<BlockManager, 'expectsDatanodes'>, clock: Clock, maxWaitMs: number) {
    this.blocks = blocks;
    this.clock = clock;
    this.maxWaitMs = maxWaitMs;
  }

  /** Calls that wait now. */
  get count(): number {
    return this.waiting.length;
  }

  /** True when `attempt` will be called in a moment; false when nobody new is expected, or not in the time of this call. */
  comeAgain(arrivedMs: number, attempt: () => void): boolean {
    const nowMs = this.clock.monotonicMs();
    if (this.closed || nowMs - arrivedMs >= this.maxWaitMs || !this.blocks.expectsDatanodes(nowMs)) return false;
    this.waiting.push(attempt);
    this.timer ??= this.clock.setTimer(PERIOD_MS, () => this.tryAll());
    return true;
  }

  /** Lets all go: they are judged by what is known now. */
  close(): void {
    this.closed = true;
    this.tryAll();
  }

  private tryAll(): void {
    this.timer?.cancel();
    this.timer = null;
    const attempts = this.waiting;
    this.waiting = [];
    for (const attempt of attempts) attempt();
  }
}
