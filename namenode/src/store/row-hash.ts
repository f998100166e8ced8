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
 * 32 bits of the first `length` bytes, good in the low ones too, for tables of powers of two.
 *
 * PERF: inodes and names that are numbered one after the other stand in one line of the processor's cache, eight at a
 * time: most of what a row costs is the wait for its line.
 */
export function hashOf(key: Uint8Array, length: number): number {
  const neighbour = key[length - 1]! & NEIGHBOURS;
  let hash = SEED ^ length;
  let at = 0;
  for (const words = length & 3; at < words; at++) {
    hash = Math.imul(hash ^ key[at]!, FACTOR);
    hash ^= hash >>> 15;
  }
  for (; at < length; at += 4) {
    let word = (key[at]! << 24) | (key[at + 1]! << 16) | (key[at + 2]! << 8) | key[at + 3]!;
    if (at + 4 === length) word ^= neighbour;
    hash = Math.imul(hash ^ word, FACTOR);
    hash ^= hash >>> 15;
  }
  // Whatever the process's factor, neighbours eight further on stand elsewhere.
  hash = Math.imul(hash, GOLDEN_RATIO);
  hash ^= hash >>> 15;
  return (hash << NEIGHBOUR_BITS) | neighbour;
}
