import type { BlockMap } from '../map/block-map.js';

/** HDFS's priorities (LowRedundancyBlocks); the last two are never worked on, only counted. */
export const Level = {
  NONE: -1,
  HIGHEST: 0,
  VERY_LOW: 1,
  LOW: 2,
  BADLY_DISTRIBUTED: 3,
  MISSING: 4,
  MISSING_REPLICATION_ONE: 5,
} as const;
export type Level = (typeof Level)[keyof typeof Level];

const WORKED_LEVELS = 4;
const LEVEL_SHIFT = 4;

/** The level of a block with too few good replicas, by LowRedundancyBlocks.getPriorityContiguous. */
export function levelOf(live: number, outOfService: number, expected: number): Level {
  if (live >= expected) return Level.BADLY_DISTRIBUTED;
  if (live === 0) {
    if (outOfService > 0) return Level.HIGHEST;
    return expected === 1 ? Level.MISSING_REPLICATION_ONE : Level.MISSING;
  }
  if (live === 1) return Level.HIGHEST;
  return live * 3 < expected ? Level.VERY_LOW : Level.LOW;
}

/**
 * Blocks by level. The level stands in the block's queue byte (bits 4-6, plus one); bits 0-3 say in which rings the
 * slot physically stands, so that a slot is never twice in a ring. Entries whose level has changed are dropped when
 * they come up.
 */
export class LowRedundancy {
  readonly counts = new Int32Array(6);
  private readonly map: BlockMap;
  private readonly rings: SlotRing[] = [];

  constructor(map: BlockMap) {
    this.map = map;
    for (let level = 0; level < WORKED_LEVELS; level++) this.rings.push(new SlotRing());
  }

  levelAt(slot: number): Level {
    return ((this.map.queuesOf(slot) >>> LEVEL_SHIFT) - 1) as Level;
  }

  /** True when no good replica of the block is left. */
  isMissing(slot: number): boolean {
    return this.levelAt(slot) >= Level.MISSING;
  }

  set(slot: number, level: Level): void {
    const bits = this.map.queuesOf(slot);
    const before = (bits >>> LEVEL_SHIFT) - 1;
    if (before === level) return;
    if (before >= 0) this.counts[before] = (this.counts[before] as number) - 1;
    if (level >= 0) this.counts[level] = (this.counts[level] as number) + 1;
    const rings = bits & ((1 << LEVEL_SHIFT) - 1);
    this.map.setQueues(slot, rings | ((level + 1) << LEVEL_SHIFT));
    this.enqueue(slot);
  }

  /** Puts the slot at the end of its level's ring unless it stands there. */
  enqueue(slot: number): void {
    const bits = this.map.queuesOf(slot);
    const level = (bits >>> LEVEL_SHIFT) - 1;
    if (level < 0 || level >= WORKED_LEVELS || (bits & (1 << level)) !== 0) return;
    this.map.setQueues(slot, bits | (1 << level));
    (this.rings[level] as SlotRing).push(slot);
  }

  /** Entries of a level's ring, outdated ones included: the bound of one pass over it. */
  waiting(level: number): number {
    return (this.rings[level] as SlotRing).size;
  }

  /** Takes the oldest entry of a level; the slot if it still has this level, -1 if it is outdated. */
  take(level: number): number {
    const slot = (this.rings[level] as SlotRing).shift();
    const bits = this.map.queuesOf(slot) & ~(1 << level);
    this.map.setQueues(slot, bits);
    return (bits >>> LEVEL_SHIFT) - 1 === level ? slot : -1;
  }

  /** Blocks with too few good replicas but at least one (getLowRedundancyBlocks). */
  get lowCount(): number {
    return this.at(0) + this.at(1) + this.at(2) + this.at(3);
  }

  /** Blocks without any good replica. */
  get missingCount(): number {
    return this.at(Level.MISSING) + this.at(Level.MISSING_REPLICATION_ONE);
  }

  private at(level: number): number {
    return this.counts[level] as number;
  }
}

/** First in, first out, of slots, in a power-of-two buffer. */
class SlotRing {
  size = 0;
  private cells = new Int32Array(64);
  private head = 0;

  push(slot: number): void {
    if (this.size === this.cells.length) this.grow();
    this.cells[(this.head + this.size) & (this.cells.length - 1)] = slot;
    this.size++;
  }

  shift(): number {
    const slot = this.cells[this.head] as number;
    this.head = (this.head + 1) & (this.cells.length - 1);
    this.size--;
    return slot;
  }

  private grow(): void {
    const grown = new Int32Array(this.cells.length * 2);
    grown.set(this.cells.subarray(this.head), 0);
    grown.set(this.cells.subarray(0, this.head), this.cells.length - this.head);
    this.cells = grown;
    this.head = 0;
  }
}
