/** Gives the id that stands in a slot; the index keeps only slot numbers, 4 bytes each. */
export interface SlotIds {
  idOf(slot: number): number;
}

const SHARD_BITS = 10;
const SHARD_COUNT = 1 << SHARD_BITS;
const FIRST_CAPACITY = 8;
const TWO_32 = 4294967296;

/**
 * Id → slot by open addressing with linear probing. It is split into shards that grow one by one, so that no single
 * insertion copies more than a thousandth of the table.
 */
export class IdIndex {
  size = 0;
  private readonly ids: SlotIds;
  /** Per shard: slot + 1, or 0 for an empty cell; the capacity is a power of two. Absent until first used. */
  private readonly shards: (Int32Array | undefined)[] = new Array<Int32Array | undefined>(SHARD_COUNT).fill(undefined);
  private readonly used = new Uint32Array(SHARD_COUNT);

  constructor(ids: SlotIds) {
    this.ids = ids;
  }

  /** The slot of `id`, or -1. */
  get(id: number): number {
    const hash = hashId(id);
    const cells = this.shards[hash >>> (32 - SHARD_BITS)];
    if (cells === undefined) return -1;
    const mask = cells.length - 1;
    let at = hash & mask;
    for (let cell = cells[at] as number; cell !== 0; cell = cells[at] as number) {
      if (this.ids.idOf(cell - 1) === id) return cell - 1;
      at = (at + 1) & mask;
    }
    return -1;
  }

  /** `id` must be absent, and must already stand in `slot`. */
  add(id: number, slot: number): void {
    const hash = hashId(id);
    const shard = hash >>> (32 - SHARD_BITS);
    const count = (this.used[shard] as number) + 1;
    const cells = this.roomFor(shard, count);
    put(cells, hash, slot);
    this.used[shard] = count;
    this.size++;
  }

  /** False when absent. The slot must still hold the id. Later cells of the run move back, so that no tombstones stay. */
  delete(id: number): boolean {
    const hash = hashId(id);
    const shard = hash >>> (32 - SHARD_BITS);
    const cells = this.shards[shard];
    if (cells === undefined) return false;
    const mask = cells.length - 1;
    let at = hash & mask;
    for (;;) {
      const cell = cells[at] as number;
      if (cell === 0) return false;
      if (this.ids.idOf(cell - 1) === id) break;
      at = (at + 1) & mask;
    }
    let hole = at;
    for (let next = (at + 1) & mask; ; next = (next + 1) & mask) {
      const cell = cells[next] as number;
      if (cell === 0) break;
      const home = hashId(this.ids.idOf(cell - 1)) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        cells[hole] = cell;
        hole = next;
      }
    }
    cells[hole] = 0;
    this.used[shard] = (this.used[shard] as number) - 1;
    this.size--;
    return true;
  }

  /** Bytes of all shards. */
  byteLength(): number {
    let sum = 0;
    for (const cells of this.shards) sum += cells?.byteLength ?? 0;
    return sum;
  }

  /** The shard's cells, at most three quarters full once `count` are in. */
  private roomFor(shard: number, count: number): Int32Array {
    const cells = this.shards[shard];
    if (cells === undefined) {
      const first = new Int32Array(FIRST_CAPACITY);
      this.shards[shard] = first;
      return first;
    }
    if (count * 4 <= cells.length * 3) return cells;
    const grown = new Int32Array(cells.length * 2);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number;
      if (cell !== 0) put(grown, hashId(this.ids.idOf(cell - 1)), cell - 1);
    }
    this.shards[shard] = grown;
    return grown;
  }
}

function put(cells: Int32Array, hash: number, slot: number): void {
  const mask = cells.length - 1;
  let at = hash & mask;
  while (cells[at] !== 0) at = (at + 1) & mask;
  cells[at] = slot + 1;
}

/** Unsigned 32 bits; both halves of the id take part. The high bits choose the shard, the low ones the cell. */
function hashId(id: number): number {
  const high = id >= 0 && id < TWO_32 ? 0 : Math.floor(id / TWO_32);
  let hash = Math.imul((id | 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
