import { randomBytes } from 'node:crypto';

// Of the process's own: names that clients choose cannot be made to collide.
const random = randomBytes(8);
const SEED = random.readInt32LE(0);
const FACTOR = random.readInt32LE(4) | 1;
/** 2^32 divided by it: a good factor for every table (Knuth, The Art of Computer Programming, 6.4). */
const GOLDEN_RATIO = 0x9e3779b1;
/** Low bits of the last byte that are the low bits of the hash. */
const NEIGHBOUR_BITS = 3;
const NEIGHBOURS = (1 << NEIGHBOUR_BITS) - 1;

/**
 * 32 bits of the `length` bytes from `from` on, good in the low ones too, for tables of powers of two.
 *
 * PERF: inodes and names that are numbered one after the other stand in one line of the processor's cache, eight at a
 * time: most of what a row costs is the wait for its line.
 */
export function hashOf(bytes: Uint8Array, from: number, length: number): number {
  const end = from + length;
  const neighbour = bytes[end - 1]! & NEIGHBOURS;
  let hash = SEED ^ length;
  let at = from;
  for (const words = from + (length & 3); at < words; at++) {
    hash = Math.imul(hash ^ bytes[at]!, FACTOR);
    hash ^= hash >>> 15;
  }
  for (; at < end; at += 4) {
    let word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (at + 4 === end) word ^= neighbour;
    hash = Math.imul(hash ^ word, FACTOR);
    hash ^= hash >>> 15;
  }
  // Whatever the process's factor, neighbours eight further on stand elsewhere.
  hash = Math.imul(hash, GOLDEN_RATIO);
  hash ^= hash >>> 15;
  return (hash << NEIGHBOUR_BITS) | neighbour;
}
