import type { Directory } from './inode.js';

const SLOTS = 1 << 18;
const MOST_NAMES = SLOTS / 2;

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
    return directory.freshIn === this.era && this.hashes[this.slotOf(hashOf(directory.id, name))] === 0;
  }

  /** The directory is about to get the entry. */
  add(directory: Directory, name: string): void {
    if (directory.childCount === 0) directory.freshIn = this.era;
    if (directory.freshIn !== this.era) return;
    if (this.count === MOST_NAMES) {
      this.clear();
      return;
    }
    const hash = hashOf(directory.id, name);
    const slot = this.slotOf(hash);
    if (this.hashes[slot] === hash) return;
    this.hashes[slot] = hash;
    this.count++;
  }

  clear(): void {
    this.era++;
    this.count = 0;
    this.hashes.fill(0);
  }

  /** Where the hash is, or would be. */
  private slotOf(hash: number): number {
    const { hashes } = this;
    let slot = hash & (SLOTS - 1);
    while (hashes[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
    return slot;
  }
}

/** Never 0. */
function hashOf(directory: number, name: string): number {
  let hash = Math.imul(directory, 0x9e3779b1);
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13) || 1;
}
