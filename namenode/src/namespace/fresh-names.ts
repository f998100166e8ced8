import type { Directory } from './inode.js';

const SLOTS = 1 << 18;
const MOST_NAMES = SLOTS / 2;
/** Names can be chosen to collide: no look-up goes on for longer. */
const MOST_PROBES = 256;
/** Low bits of a name's last character that are the low bits of the hash. */
const NEIGHBOUR_BITS = 3;

/**
 * Hashes of all names in directories that were empty a while ago: they answer, without a look into the store, that a name
 * is not there, which is what nearly every call that makes an entry asks first. When there are too many, all of them are
 * forgotten, and directories have to be empty once more to be known again.
 */
export class FreshNames {
  /** Directories that bear another era's number are not known. */
  private era = 1;
  private count = 0;
  /** 0: free. */
  private readonly hashes = new Int32Array(SLOTS);

  /** True: the directory has no such entry. False tells nothing. */
  isAbsent(directory: Directory, name: string): boolean {
    if (directory.childCount === 0) return true;
    if (directory.freshIn !== this.era) return false;
    const slot = this.slotOf(hashOf(directory.id, name));
    return slot >= 0 && this.hashes[slot] === 0;
  }

  /** The directory is about to get the entry. */
  add(directory: Directory, name: string): void {
    if (directory.childCount === 0) directory.freshIn = this.era;
    if (directory.freshIn !== this.era) return;
    const hash = hashOf(directory.id, name);
    const slot = this.slotOf(hash);
    if (slot < 0 || this.count === MOST_NAMES) {
      this.clear();
      return;
    }
    if (this.hashes[slot] === hash) return;
    this.hashes[slot] = hash;
    this.count++;
  }

  clear(): void {
    this.era++;
    this.count = 0;
    this.hashes.fill(0);
  }

  /** Where the hash is, or would be; -1: too many are in its way. */
  private slotOf(hash: number): number {
    const { hashes } = this;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const slot = (hash + probe) & (SLOTS - 1);
      const there = hashes[slot];
      if (there === 0 || there === hash) return slot;
    }
    return -1;
  }
}

/**
 * Never 0. PERF: names that are numbered one after the other stand in one line of the processor's cache, eight at a time.
 */
function hashOf(directory: number, name: string): number {
  const last = name.length - 1;
  let hash = Math.imul(directory, 0x9e3779b1);
  for (let i = 0; i < last; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  const end = name.charCodeAt(last);
  hash = (Math.imul(hash, 31) + (end >>> NEIGHBOUR_BITS)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash ^= hash >>> 13;
  return (hash << NEIGHBOUR_BITS) | (end & ((1 << NEIGHBOUR_BITS) - 1)) || 1;
}
