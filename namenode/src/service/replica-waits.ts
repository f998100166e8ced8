import type { BlockId } from '@rfs/base/ids';
import type { Clock, Timer } from '@rfs/base/seams';
import type { BlockManager, BlockRef, ReplicaWatcher } from '../blocks/index.js';

/** Longest that an append waits for the rest of a block's replicas: it can go on with those that are known. */
const MAX_REST_WAIT_MS = 300;

/**
 * Calls that wait for replicas to be reported. A datanode reports a finalized replica after it has acked the last
 * packet, so complete() and addBlock() often come first; a client that is refused sleeps 400 ms and more
 * (DFSOutputStream.completeFile), one that is held goes on at once.
 */
export class ReplicaWaits {
  private readonly waiting = new Set<Wait>();
  private readonly blocks: BlockManager;
  private readonly clock: Clock;
  private readonly maxWaitMs: number;

  /** @param maxWaitMs longest that a call waits for reports of replicas; the client's own retry begins after that */
  constructor(blocks: BlockManager, clock: Clock, maxWaitMs: number) {
    this.blocks = blocks;
    this.clock = clock;
    this.maxWaitMs = maxWaitMs;
  }

  /** Calls that wait now. */
  get count(): number {
    return this.waiting.size;
  }

  /** Those of `candidates` that have their minimum of replicas with this very stamp and length. */
  minimal(candidates: readonly BlockRef[]): BlockRef[] {
    return candidates.filter((block) => this.blocks.isMinimallyReplicated(block.id, block.stamp, block.lengthBytes));
  }

  /** Calls `resume` once all blocks have their minimum, at the latest after `maxWaitMs`; at once when they have it now. */
  until(blocks: readonly BlockRef[], resume: () => void): void {
    // PERF: as for every file that ends without a block.
    if (blocks.length === 0) {
      resume();
      return;
    }
    const minimal = (block: BlockRef): boolean =>
      this.blocks.isMinimallyReplicated(block.id, block.stamp, block.lengthBytes);
    this.begin(blocks, minimal, this.maxWaitMs, resume);
  }

  /** Calls `resume` once `wanted` replicas of the block are known, or after a moment: right after a file was closed
   * some of its replicas are still on their way to be reported. */
  untilReplicas(block: BlockRef, wanted: number, resume: () => void): void {
    this.begin([block], () => this.blocks.liveReplicas(block.id) >= wanted, MAX_REST_WAIT_MS, resume);
  }

  private begin(
    blocks: readonly BlockRef[],
    satisfied: (block: BlockRef) => boolean,
    limitMs: number,
    resume: () => void,
  ): void {
    const missing = blocks.filter((block) => !satisfied(block));
    if (missing.length === 0) {
      resume();
      return;
    }
    const wait = new Wait(this.blocks, missing, satisfied, () => {
      this.waiting.delete(wait);
      resume();
    });
    this.waiting.add(wait);
    wait.start(this.clock, limitMs);
  }

  /** Lets all go: they are judged by what is known now. */
  close(): void {
    for (const wait of [...this.waiting]) wait.finish();
  }
}

class Wait implements ReplicaWatcher {
  private readonly blocks: BlockManager;
  private readonly missing: Map<BlockId, BlockRef>;
  private readonly satisfied: (block: BlockRef) => boolean;
  private readonly resume: () => void;
  private timer: Timer | null = null;

  constructor(
    blocks: BlockManager,
    missing: readonly BlockRef[],
    satisfied: (block: BlockRef) => boolean,
    resume: () => void,
  ) {
    this.blocks = blocks;
    this.satisfied = satisfied;
    this.missing = new Map(missing.map((block) => [block.id, block]));
    this.resume = resume;
  }

  start(clock: Clock, limitMs: number): void {
    for (const id of this.missing.keys()) this.blocks.watch(id, this);
    this.timer = clock.setTimer(limitMs, () => this.finish());
  }

  replicaReported(id: BlockId): void {
    const block = this.missing.get(id);
    if (block === undefined || !this.satisfied(block)) return;
    this.missing.delete(id);
    this.blocks.unwatch(id, this);
    if (this.missing.size === 0) this.finish();
  }

  finish(): void {
    if (this.timer === null) return;
    this.timer.cancel();
    this.timer = null;
    for (const id of this.missing.keys()) this.blocks.unwatch(id, this);
    this.resume();
  }
}
