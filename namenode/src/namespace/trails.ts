import type { Directory } from './inode.js';

/** A directory's path, and the directories along it, the root first and it the last. */
interface Trail {
  readonly path: string;
  readonly dirs: readonly Directory[];
  /** New entries may be made below the path, as far as it is concerned. */
  readonly valid: boolean;
}

const SLOTS = 1024;

/**
 * Where paths led lately, by the path of what is above their last component: calls that follow each other often name
 * entries of the same directories, which then need not be walked to. Nothing is kept across a directory's leaving its
 * place or the cache.
 */
export class Trails {
  private slots = new Array<Trail | undefined>(SLOTS).fill(undefined);
  private count = 0;

  /** The trail of the first `length` characters of `path`. */
  find(path: string, length: number): Trail | undefined {
    const trail = this.slots[slotOf(path, length)];
    // PERF: `startsWith` takes twice as long, character by character.
    return trail !== undefined && trail.path.length === length && path.indexOf(trail.path) === 0 ? trail : undefined;
  }

  keep(trail: Trail): void {
    this.count++;
    this.slots[slotOf(trail.path, trail.path.length)] = trail;
  }

  /** A directory left its place, or the cache. */
  clear(): void {
    if (this.count === 0) return;
    this.count = 0;
    this.slots.fill(undefined);
  }
}

/** PERF: the last characters tell directories apart well enough, at a fraction of what a hash of all of them costs. */
function slotOf(path: string, length: number): number {
  let hash = length;
  for (let at = Math.max(0, length - 4); at < length; at++) hash = (Math.imul(hash, 31) + path.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 10)) & (SLOTS - 1);
}
