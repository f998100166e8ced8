import { MalformedBytes } from '@rfs/base/bytes';

/** Words of a slot: four of the client id, one of the call id. */
const WORDS = 5;
const EMPTY = -1;

/**
 * Client id and call id → number of a group, in typed arrays: open addressing, linear probing, removal by shifting
 * back. About 40 bytes an entry at the fullest.
 */
export class RetryIndex {
  private slots = 1024;
  private keys = new Int32Array(this.slots * WORDS);
  private groups = new Float64Array(this.slots).fill(EMPTY);
  private readonly probe = new Int32Array(WORDS);
  size = 0;

  /** The group of the call; -1 when there is none. */
  find(clientId: Uint8Array, callId: number): number {
    const slot = this.slotOf(clientId, 0, callId);
    return this.groups[slot] as number;
  }

  /** A call that is there already gets the new group. The client id is 16 bytes of `bytes` from `offset`. */
  add(bytes: Uint8Array, callId: number, group: number, offset = 0): void {
    if ((this.size + 1) * 2 > this.slots) this.grow();
    const slot = this.slotOf(bytes, offset, callId);
    if (this.groups[slot] === EMPTY) {
      this.size++;
      this.keys.set(this.probe, slot * WORDS);
    }
    this.groups[slot] = group;
  }

  /** Removes the call if it still belongs to the group. */
  remove(clientId: Uint8Array, callId: number, group: number): void {
    let hole = this.slotOf(clientId, 0, callId);
    if (group === EMPTY || this.groups[hole] !== group) return;
    const mask = this.slots - 1;
    this.size--;
    for (let at = (hole + 1) & mask; this.groups[at] !== EMPTY; at = (at + 1) & mask) {
      const home = this.homeOf(at);
      // An entry may fill the hole when its home does not lie between the hole and itself.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.keys.copyWithin(hole * WORDS, at * WORDS, at * WORDS + WORDS);
      this.groups[hole] = this.groups[at] as number;
      hole = at;
    }
    this.groups[hole] = EMPTY;
  }

  private slotOf(bytes: Uint8Array, offset: number, callId: number): number {
    if (bytes.length < offset + 16) throw new MalformedBytes(`a client id of ${bytes.length - offset} bytes`);
    const { probe, keys, groups } = this;
    for (let word = 0; word < 4; word++) {
      const at = offset + word * 4;
      probe[word] =
        ((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number);
    }
    probe[4] = callId;
    const mask = this.slots - 1;
    let slot = hash(probe, 0) & mask;
    for (; groups[slot] !== EMPTY; slot = (slot + 1) & mask) {
      const base = slot * WORDS;
      let word = 0;
      while (word < WORDS && keys[base + word] === probe[word]) word++;
      if (word === WORDS) return slot;
    }
    return slot;
  }

  private homeOf(slot: number): number {
    return hash(this.keys, slot * WORDS) & (this.slots - 1);
  }

  private grow(): void {
    const { keys, groups, slots } = this;
    this.slots = slots * 2;
    this.keys = new Int32Array(this.slots * WORDS);
    this.groups = new Float64Array(this.slots).fill(EMPTY);
    const mask = this.slots - 1;
    for (let old = 0; old < slots; old++) {
      if (groups[old] === EMPTY) continue;
      let slot = hash(keys, old * WORDS) & mask;
      while (this.groups[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.keys.set(keys.subarray(old * WORDS, old * WORDS + WORDS), slot * WORDS);
      this.groups[slot] = groups[old] as number;
    }
  }
}

function hash(words: Int32Array, base: number): number {
  let h = 0;
  for (let word = 0; word < WORDS; word++) {
    h = Math.imul(h ^ (words[base + word] as number), 0x9e3779b1);
    h ^= h >>> 15;
  }
  return h >>> 0;
}
