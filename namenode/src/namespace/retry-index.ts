import { MalformedBytes } from '@rfs/base/bytes';

const CLIENT_ID_BYTES = 16;
/** Words of a slot: the hash of a call, and the number of its group plus 1, so that 0 there means free. */
const SLOT_WORDS = 2;
const NEIGHBOUR_BITS = 3;

/**
 * In which group a call stands, by 32 bits of client id and call id: open addressing, linear probing, removal by
 * shifting back, 8 bytes a slot. Two calls may have one hash: all groups with it have to be looked at.
 */
export class RetryIndex {
  size = 0;
  private mask = 1023;
  private words = new Int32Array(SLOT_WORDS * (this.mask + 1));

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
    if ((this.size + 1) * 3 > (this.mask + 1) * 2) this.grow();
    this.put(hash, group + 1);
    this.size++;
  }

  /** Removes one call of the group with the hash, if there is one. */
  remove(hash: number, group: number): void {
    const { words, mask } = this;
    let hole = this.first(hash);
    while (hole >= 0 && this.groupAt(hole) !== group) hole = this.next(hash, hole);
    if (hole < 0) return;
    this.size--;
    for (let at = (hole + 1) & mask; words[SLOT_WORDS * at + 1] !== 0; at = (at + 1) & mask) {
      const home = (words[SLOT_WORDS * at] as number) & mask;
      // An entry may fill the hole when its home does not lie between the hole and itself.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      words[SLOT_WORDS * hole] = words[SLOT_WORDS * at] as number;
      words[SLOT_WORDS * hole + 1] = words[SLOT_WORDS * at + 1] as number;
      hole = at;
    }
    words[SLOT_WORDS * hole + 1] = 0;
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

  private grow(): void {
    const { words } = this;
    this.mask = this.mask * 2 + 1;
    this.words = new Int32Array(SLOT_WORDS * (this.mask + 1));
    for (let at = 0; at < words.length; at += SLOT_WORDS) {
      if (words[at + 1] !== 0) this.put(words[at] as number, words[at + 1] as number);
    }
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
