import type { BlockId, GenerationStamp } from '@rfs/base/ids';

const CHUNK = 1024;

interface Chunk {
  readonly ids: Float64Array;
  readonly stamps: Float64Array;
  next: Chunk | undefined;
}

/**
 * Replicas that one datanode is to delete, first in first out, 16 bytes each: a delete of a million files queues a
 * million here. An entry may stand in it twice; datanodes take no offence.
 */
export class InvalidateQueue {
  size = 0;
  private head: Chunk = chunk();
  private tail: Chunk = this.head;
  private first = 0;
  private end = 0;
  /** Of the entry that `shift` took last. */
  id = 0 as BlockId;
  stamp = 0 as GenerationStamp;

  push(id: BlockId, stamp: GenerationStamp): void {
    if (this.end === CHUNK) {
      const grown = chunk();
      this.tail.next = grown;
      this.tail = grown;
      this.end = 0;
    }
    this.tail.ids[this.end] = id;
    this.tail.stamps[this.end] = stamp;
    this.end++;
    this.size++;
  }

  /** The oldest `limit` entries, which stay. */
  peek(limit: number): { readonly id: BlockId; readonly stamp: GenerationStamp }[] {
    const entries: { id: BlockId; stamp: GenerationStamp }[] = [];
    let at = this.first;
    for (let chunk: Chunk | undefined = this.head; entries.length < Math.min(limit, this.size); at++) {
      if (at === CHUNK) {
        chunk = chunk?.next;
        at = 0;
      }
      if (chunk === undefined) break;
      entries.push({ id: chunk.ids[at] as BlockId, stamp: chunk.stamps[at] as GenerationStamp });
    }
    return entries;
  }

  /** Takes the oldest entry into `id` and `stamp`; false when there is none. */
  shift(): boolean {
    if (this.size === 0) return false;
    this.id = this.head.ids[this.first] as BlockId;
    this.stamp = this.head.stamps[this.first] as GenerationStamp;
    this.first++;
    this.size--;
    if (this.size === 0) {
      this.head = this.tail;
      this.first = 0;
      this.end = 0;
    } else if (this.first === CHUNK) {
      this.head = this.head.next as Chunk;
      this.first = 0;
    }
    return true;
  }

  clear(): void {
    this.tail.next = undefined;
    this.head = this.tail;
    this.first = 0;
    this.end = 0;
    this.size = 0;
  }
}

function chunk(): Chunk {
  return { ids: new Float64Array(CHUNK), stamps: new Float64Array(CHUNK), next: undefined };
}
