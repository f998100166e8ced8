const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;

/** No node: end of a chain. */
export const NO_NODE = -1;

/** Replicas beyond the inline ones: nodes of (storage, flags, next) in chunks that never move. */
export class OverflowNodes {
  private readonly storages: Uint16Array[] = [];
  private readonly flags: Uint8Array[] = [];
  private readonly nexts: Int32Array[] = [];
  private free = NO_NODE;
  private high = 0;

  allocate(storage: number, flags: number, next: number): number {
    let node = this.free;
    if (node !== NO_NODE) {
      this.free = this.next(node);
    } else {
      node = this.high++;
      if (node >>> CHUNK_BITS === this.storages.length) {
        this.storages.push(new Uint16Array(CHUNK));
        this.flags.push(new Uint8Array(CHUNK));
        this.nexts.push(new Int32Array(CHUNK));
      }
    }
    this.setStorage(node, storage);
    this.setFlags(node, flags);
    this.setNext(node, next);
    return node;
  }

  release(node: number): void {
    this.setNext(node, this.free);
    this.free = node;
  }

  next(node: number): number {
    return this.nexts[node >>> CHUNK_BITS]![node & CHUNK_MASK] as number;
  }

  storage(node: number): number {
    return this.storages[node >>> CHUNK_BITS]![node & CHUNK_MASK] as number;
  }

  flagsOf(node: number): number {
    return this.flags[node >>> CHUNK_BITS]![node & CHUNK_MASK] as number;
  }

  setNext(node: number, next: number): void {
    this.nexts[node >>> CHUNK_BITS]![node & CHUNK_MASK] = next;
  }

  setStorage(node: number, storage: number): void {
    this.storages[node >>> CHUNK_BITS]![node & CHUNK_MASK] = storage;
  }

  setFlags(node: number, flags: number): void {
    this.flags[node >>> CHUNK_BITS]![node & CHUNK_MASK] = flags;
  }

  byteLength(): number {
    return this.storages.length * CHUNK * 7;
  }
}
