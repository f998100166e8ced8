import { randomBytes } from 'node:crypto';
import type { Random } from '../seams/index.js';

const TWO_32 = 4294967296;

/**
 * sfc32 (PractRand's small fast counting generator): 128 bits of state, at least 2^32 draws before a cycle can close.
 * Not for secrets.
 */
class Sfc32 implements Random {
  private readonly seed: Uint32Array;
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(seed: Uint32Array) {
    this.seed = seed;
    this.a = seed[0]! | 0;
    this.b = seed[1]! | 0;
    this.c = seed[2]! | 0;
    this.counter = seed[3]! | 0;
    for (let i = 0; i < 15; i++) this.next();
  }

  uint32(): number {
    return this.next() >>> 0;
  }

  below(bound: number): number {
    if (!(bound >= 1 && bound <= Number.MAX_SAFE_INTEGER)) throw new RangeError(`bound ${bound} is not in [1, 2^53)`);
    if (bound > TWO_32) return this.belowWide(bound);
    // The lowest `excess` draws would make small results more frequent: they are drawn again.
    const excess = TWO_32 % bound;
    let draw = this.next() >>> 0;
    while (draw < excess) draw = this.next() >>> 0;
    return draw % bound;
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const draw = this.next();
      out[i] = draw;
      out[i + 1] = draw >>> 8;
      out[i + 2] = draw >>> 16;
      out[i + 3] = draw >>> 24;
    }
    return out;
  }

  fork(name: string): Random {
    return new Sfc32(mix(this.seed, name));
  }

  /** 53 random bits, drawn again until they are below the largest multiple of `bound`. */
  private belowWide(bound: number): number {
    const limit = 2 ** 53 - (2 ** 53 % bound);
    for (;;) {
      const draw = (this.next() >>> 11) * TWO_32 + (this.next() >>> 0);
      if (draw < limit) return draw % bound;
    }
  }

  private next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }
}

/** Four words that depend on every bit of `seed` and every character of `name` (murmur3's mixing, one lane per word). */
function mix(seed: Uint32Array, name: string): Uint32Array {
  const out = new Uint32Array(4);
  for (let lane = 0; lane < 4; lane++) {
    let hash = (0x9e3779b9 * (lane + 1)) | 0;
    for (let word = 0; word < seed.length; word++) hash = absorb(hash, seed[word]!);
    for (let i = 0; i < name.length; i++) hash = absorb(hash, name.charCodeAt(i));
    out[lane] = finish(hash ^ name.length);
  }
  return out;
}

function absorb(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  const turned = hash ^ mixed;
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The stream that `seed` (a number or a text that a failed run printed) always gives. */
export function seededRandom(seed: number | string): Random {
  return new Sfc32(mix(new Uint32Array(0), String(seed)));
}

/** A stream seeded from the machine's entropy: one for each process, whose components fork theirs. */
export function systemRandom(): Random {
  const bytes = randomBytes(16);
  return new Sfc32(new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 16)));
}
