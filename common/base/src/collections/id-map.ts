import { AssertionFailure, assert } from '../assert/index.js';

const TWO_32 = 4294967296;
const SMALLEST_BITS = 8;
/** A segment of 2^16 slots splits instead of growing: rehashing it is the longest pause, about a millisecond. */
const LARGEST_BITS = 16;
/** Words of a slot: the id's low half, its high half, and the complement of the value, so that 0 there means free. */
const SLOT_WORDS = 3;
/** Ids that are equal but for these bits stand side by side: who counts ids up touches few lines of the processor's cache. */
const NEIGHBOUR_BITS = 3;
const NEIGHBOURS = (1 << NEIGHBOUR_BITS) - 1;

/** One open-addressing table with linear probing; it holds the ids whose hash starts with its own `depth` bits. */
class Segment {
  readonly depth: number;
  readonly bits: number;
  readonly capacity: number;
  /** PERF: an id and its value side by side cost one cache miss, two arrays cost two. */
  readonly words: Int32Array;
  count = 0;

  constructor(depth: number, bits: number) {
    this.depth = depth;
    this.bits = bits;
    this.capacity = 1 << bits;
    this.words = new Int32Array(SLOT_WORDS << bits);
  }

  /** Where the slot that holds the id begins, or the free one where it belongs. */
  find(low: number, high: number, hash: number): number {
    const words = this.words;
    let at = SLOT_WORDS * this.home(low, hash);
    while (words[at + 2] !== 0 && (words[at] !== low || words[at + 1] !== high)) {
      at += SLOT_WORDS;
      if (at === words.length) at = 0;
    }
    return at;
  }

  /** The hash's bits behind those that chose the segment, and among neighbours the id's own. */
  home(low: number, hash: number): number {
    return (((hash << this.depth) >>> (32 - this.bits)) & ~NEIGHBOURS) | (low & NEIGHBOURS);
  }

  isFull(): boolean {
    return this.count * 8 >= this.capacity * 7;
  }

  put(at: number, low: number, high: number, stored: number): void {
    this.words[at] = low;
    this.words[at + 1] = high;
    this.words[at + 2] = stored;
    this.count++;
  }

  /** Frees the slot that begins at `at` and closes the gap, so that probing needs no tombstones. */
  free(at: number): void {
    const words = this.words;
    const mask = this.capacity - 1;
    let gap = at / SLOT_WORDS;
    for (let slot = (gap + 1) & mask; words[SLOT_WORDS * slot + 2] !== 0; slot = (slot + 1) & mask) {
      const from = SLOT_WORDS * slot;
      const low = words[from]!;
      const home = this.home(low, hashOf(low, words[from + 1]!));
      // The id may move into the gap unless its home lies after the gap, going round.
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        words.copyWithin(SLOT_WORDS * gap, from, from + SLOT_WORDS);
        gap = slot;
      }
    }
    words.fill(0, SLOT_WORDS * gap, SLOT_WORDS * (gap + 1));
    this.count--;
  }
}

/**
 * A map from ids (safe integers, negative ones too) to numbers from 0 to 2^31 - 1, in typed arrays: 12 bytes a slot,
 * filled to seven eighths at most. It grows by extendible hashing: one segment at a time is split, so no insertion pauses
 * for the size of the whole. Memory of deleted ids is used again, not given back.
 *
 * PERF: the multiplicative hash spreads ids that count up evenly, so that allocated ids hardly collide at all.
 */
export class IdMap {
  /** What `get`, `set` and `delete` answer for an id that is not there. */
  static readonly ABSENT = -1;

  private directory: Segment[] = [];
  /** The directory has 2^depth entries, at least two, since a shift by 32 is none. */
  private depth = 1;
  private count = 0;

  constructor() {
    this.clear();
  }

  get size(): number {
    return this.count;
  }

  get(id: number): number {
    const low = id | 0;
    const high = Math.floor(id / TWO_32) | 0;
    const hash = hashOf(low, high);
    const segment = this.directory[hash >>> (32 - this.depth)]!;
    // A free slot's 0 has the complement -1, which is ABSENT.
    return ~segment.words[segment.find(low, high, hash) + 2]!;
  }

  has(id: number): boolean {
    return this.get(id) !== IdMap.ABSENT;
  }

  /** Sets the value of `id`; the value before, or ABSENT. */
  set(id: number, value: number): number {
    // PERF: not `assert`, whose message would be put together on every call.
    if (!(value >= 0 && Number.isSafeInteger(id))) throw new AssertionFailure(`id map: ${value} for ${id}`);
    const low = id | 0;
    const high = Math.floor(id / TWO_32) | 0;
    const hash = hashOf(low, high);
    let segment = this.directory[hash >>> (32 - this.depth)]!;
    let at = segment.find(low, high, hash);
    const before = ~segment.words[at + 2]!;
    if (before !== IdMap.ABSENT) {
      segment.words[at + 2] = ~value;
      return before;
    }
    while (segment.isFull()) {
      this.makeRoom(segment, hash);
      segment = this.directory[hash >>> (32 - this.depth)]!;
      at = segment.find(low, high, hash);
    }
    segment.put(at, low, high, ~value);
    this.count++;
    return IdMap.ABSENT;
  }

  /** Removes `id`; the value it had, or ABSENT. */
  delete(id: number): number {
    const low = id | 0;
    const high = Math.floor(id / TWO_32) | 0;
    const hash = hashOf(low, high);
    const segment = this.directory[hash >>> (32 - this.depth)]!;
    const at = segment.find(low, high, hash);
    const value = ~segment.words[at + 2]!;
    if (value === IdMap.ABSENT) return value;
    segment.free(at);
    this.count--;
    return value;
  }

  /** Visits every entry, in no order; the visitor must not change the map, except for values of ids that are there. */
  forEach(visit: (id: number, value: number) => void): void {
    let last: Segment | undefined;
    for (const segment of this.directory) {
      // The entries of one segment stand side by side.
      if (segment === last) continue;
      last = segment;
      const words = segment.words;
      for (let at = 0; at < words.length; at += SLOT_WORDS) {
        const stored = words[at + 2]!;
        if (stored !== 0) visit(words[at + 1]! * TWO_32 + (words[at]! >>> 0), ~stored);
      }
    }
  }

  clear(): void {
    const segment = new Segment(0, SMALLEST_BITS);
    this.directory = [segment, segment];
    this.depth = 1;
    this.count = 0;
  }

  /** Bytes of the tables. */
  get memoryBytes(): number {
    let bytes = 0;
    let last: Segment | undefined;
    for (const segment of this.directory) {
      if (segment !== last) bytes += segment.words.byteLength;
      last = segment;
    }
    return bytes;
  }

  private makeRoom(segment: Segment, hash: number): void {
    if (segment.bits < LARGEST_BITS) {
      // The first table doubles to the largest size; split ones are born at that size and stay.
      const grown = new Segment(segment.depth, segment.bits + 1);
      move(segment, () => grown);
      this.replace(segment, hash, grown, grown);
      return;
    }
    const depth = segment.depth + 1;
    assert(depth <= 24, `id map: a segment of depth ${depth}, the ids share one hash`);
    if (depth > this.depth) {
      this.directory = this.directory.flatMap((entry) => [entry, entry]);
      this.depth = depth;
    }
    const low = new Segment(depth, LARGEST_BITS);
    const high = new Segment(depth, LARGEST_BITS);
    move(segment, (keyHash) => (((keyHash >>> (32 - depth)) & 1) === 0 ? low : high));
    this.replace(segment, hash, low, high);
  }

  /** Puts `low` and `high` in place of the two halves of `segment`'s entries in the directory. */
  private replace(segment: Segment, hash: number, low: Segment, high: Segment): void {
    const span = 1 << (this.depth - segment.depth);
    const first = (hash >>> (32 - this.depth)) & ~(span - 1);
    for (let i = 0; i < span; i++) this.directory[first + i] = i < span / 2 ? low : high;
  }
}

function move(from: Segment, target: (hash: number) => Segment): void {
  const words = from.words;
  for (let at = 0; at < words.length; at += SLOT_WORDS) {
    const stored = words[at + 2]!;
    if (stored === 0) continue;
    const low = words[at]!;
    const high = words[at + 1]!;
    const hash = hashOf(low, high);
    const to = target(hash);
    to.put(to.find(low, high, hash), low, high, stored);
  }
}

/** Fibonacci hashing of what neighbours have in common: ids that count up land, eight by eight, at even distances. */
function hashOf(low: number, high: number): number {
  return Math.imul((low >>> NEIGHBOUR_BITS) + Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 0;
}
