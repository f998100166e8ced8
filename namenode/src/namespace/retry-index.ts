import { MalformedBytes } from '@rfs/base/bytes';

const CLIENT_ID_BYTES = 16;
/** Words of a slot: the hash of a call, and the number of its group plus 1, so that 0 there means free. */
const SLOT_WORDS = 2;
const NEIGHBOUR_BITS = 3;

/**
 * In which groups calls stand, by 32 bits of client id and call id. Calls are not removed one by one: when the table that
 * they are added to is a quarter full and nothing in the older one is kept any more, that one is emptied and they change
 * places.
 */
export class RetryIndex {
  /** The one that calls are added to, and the older one. */
  readonly tables: [young: CallTable, old: CallTable] = [new CallTable(), new CallTable()];

  /** Groups below `oldestKept` need not be found any more. */
  add(hash: number, group: number, oldestKept: number): void {
    const { tables } = this;
    const [young, old] = tables;
    if (young.isQuarterFull && old.newestGroup < oldestKept) {
      old.clear();
      tables.reverse();
    } else if (young.isFull) young.grow();
    tables[0].add(hash, group);
  }
}

/**
 * Open addressing with linear probing, 8 bytes a slot. Two calls may have one hash: all groups with it have to be looked
 * at.
 */
class CallTable {
  /** Groups only rise. */
  newestGroup = -1;
  private size = 0;
  private mask = 1023;
  private words = new Int32Array(SLOT_WORDS * (this.mask + 1));

  get isQuarterFull(): boolean {
    return this.size * 4 > this.mask;
  }

  get isFull(): boolean {
    return this.size * 8 > this.mask * 5;
  }

  /** The first slot with the hash; -1: the call is in no group. */
  first(hash: number): number {
    return this.search(hash, hash & this.mask);
  }

  /** The next one behind `slot`. */
  next(hash: number, slot: number): number {
    return this.search(hash, (slot + 1) & this.mask);
  }

  groupAt(slot: number): number {
    return (this.words[SLOT_WORDS * slot + 1] as number) - 1;
  }

  add(hash: number, group: number): void {
    this.put(hash, group + 1);
    this.size++;
    this.newestGroup = group;
  }

  clear(): void {
    this.words.fill(0);
    this.size = 0;
    this.newestGroup = -1;
  }

  grow(): void {
    const { words } = this;
    this.mask = this.mask * 2 + 1;
    this.words = new Int32Array(SLOT_WORDS * (this.mask + 1));
    for (let at = 0; at < words.length; at += SLOT_WORDS) {
      if (words[at + 1] !== 0) this.put(words[at] as number, words[at + 1] as number);
    }
  }

  private search(hash: number, from: number): number {
    const { words, mask } = this;
    for (let at = from; words[SLOT_WORDS * at + 1] !== 0; at = (at + 1) & mask) {
      if (words[SLOT_WORDS * at] === hash) return at;
    }
    return -1;
  }

  private put(hash: number, stored: number): void {
    const { words, mask } = this;
    let at = hash & mask;
    while (words[SLOT_WORDS * at + 1] !== 0) at = (at + 1) & mask;
    words[SLOT_WORDS * at] = hash;
    words[SLOT_WORDS * at + 1] = stored;
  }
}

/**
 * 32 bits of a call. The client id is 16 bytes of `bytes` from `at`.
 *
 * PERF: calls that a client numbers one after the other stand in one line of the processor's cache, eight at a time.
 */
export function hashOfCall(bytes: Uint8Array, at: number, callId: number): number {
  if (bytes.length < at + CLIENT_ID_BYTES) throw new MalformedBytes(`a client id of ${bytes.length - at} bytes`);
  let hash = Math.imul(callId >>> NEIGHBOUR_BITS, 0x9e3779b1);
  for (let word = at; word < at + CLIENT_ID_BYTES; word += 4) {
    hash ^=
      ((bytes[word] as number) << 24) |
      ((bytes[word + 1] as number) << 16) |
      ((bytes[word + 2] as number) << 8) |
      (bytes[word + 3] as number);
    hash = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1);
  }
  hash ^= hash >>> 15;
  return (hash << NEIGHBOUR_BITS) | (callId & ((1 << NEIGHBOUR_BITS) - 1));
}
