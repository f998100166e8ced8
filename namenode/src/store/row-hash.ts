import { randomBytes } from 'node:crypto';

// Of the process's own: names that clients choose cannot be made to collide.
const random = randomBytes(8);
const SEED = random.readInt32LE(0);
const FACTOR = random.readInt32LE(4) | 1;

/** 32 bits of the first `length` bytes, good in the low ones too, for tables of powers of two. */
export function hashOf(key: Uint8Array, length: number): number {
  let hash = SEED ^ length;
  let at = 0;
  for (const end = length - 3; at < end; at += 4) {
    const word = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    hash = Math.imul(hash ^ word, FACTOR);
    hash ^= hash >>> 15;
  }
  for (; at < length; at++) {
    hash = Math.imul(hash ^ key[at]!, FACTOR);
    hash ^= hash >>> 15;
  }
  return hash;
}
