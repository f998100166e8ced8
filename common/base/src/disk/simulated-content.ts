import type { Random } from '../seams/index.js';

/** The unit that a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

/** A change of the page cache that no sync has covered. A cut has no bytes and leaves the file `position` long. */
interface UnsyncedChange {
  readonly cut: boolean;
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** What a simulated file holds: as processes see it, and as the platter holds it. */
export class SimulatedContent {
  private cached = new GrowingBytes();
  private durable = new GrowingBytes();
  private unsynced: UnsyncedChange[] = [];
  /** Of `unsynced`, how many a failed sync has marked clean without writing them: no later sync writes them. */
  private forgotten = 0;
  /** Writes asked for and not answered: after a power loss any part of them may be there. */
  private readonly underWay: UnsyncedChange[][] = [];

  get size(): number {
    return this.cached.length;
  }

  read(into: Uint8Array, position: number): number {
    const bytes = this.cached.bytes(position, position + into.length);
    into.set(bytes);
    return bytes.length;
  }

  /** A write is on its way: `finishWrite` follows, for several in the same order. */
  startWrite(pieces: readonly Uint8Array[], position: number): void {
    this.underWay.push(changesOf(pieces, position));
  }

  /** The first `lengthLimit` bytes of the oldest write on its way reach the page cache. */
  finishWrite(lengthLimit: number): void {
    let rest = lengthLimit;
    for (const change of this.underWay.shift() ?? []) {
      const bytes = change.bytes.slice(0, Math.max(0, rest));
      if (bytes.length > 0) this.change({ cut: false, position: change.position, bytes });
      rest -= bytes.length;
    }
  }

  cut(length: number): void {
    this.change({ cut: true, position: length, bytes: new Uint8Array(0) });
  }

  sync(): void {
    for (let i = this.forgotten; i < this.unsynced.length; i++) apply(this.durable, this.unsynced[i]!);
    this.unsynced = [];
    this.forgotten = 0;
  }

  /** As Linux does: pages of a failed sync count as written, so the next sync succeeds without them. */
  failSync(): void {
    this.forgotten = this.unsynced.length;
  }

  /** Turns the bits of `mask` in one byte, on the platter and in the page cache. */
  damage(position: number, mask: number): void {
    this.cached.flip(position, mask);
    this.durable.flip(position, mask);
  }

  /**
   * The content found after a power loss: for every sector one of the states it went through since the last sync, each
   * sector by itself, and a length that may stop short of what was written.
   */
  afterCrash(random: Random): SimulatedContent {
    const changes = [...this.unsynced, ...this.underWay.flat()];
    const count = changes.length;
    const mode = random.below(4);
    const drawReached = (): number => (mode === 0 ? 0 : mode === 1 ? count : random.below(count + 1));
    const sectors = new Map<number, number>();
    const reachedBy = (sector: number): number => {
      let reached = sectors.get(sector);
      if (reached === undefined) {
        reached = drawReached();
        sectors.set(sector, reached);
      }
      return reached;
    };
    const found = this.durable.copy();
    let length = found.length;
    const lengthReached = drawReached();
    changes.forEach((change, index) => {
      if (change.cut) {
        if (index < lengthReached) length = change.position;
        found.zeroFrom(change.position, (sector) => index < reachedBy(sector));
        return;
      }
      const end = change.position + change.bytes.length;
      if (index < lengthReached) length = Math.max(length, end);
      else if (index === lengthReached && end > length && random.below(2) === 0)
        length += random.below(end - length + 1);
      for (let from = change.position; from < end; ) {
        const sector = Math.floor(from / SECTOR_BYTES);
        const to = Math.min(end, (sector + 1) * SECTOR_BYTES);
        if (index < reachedBy(sector)) {
          found.put(change.bytes.subarray(from - change.position, to - change.position), from);
        }
        from = to;
      }
    });
    found.setLength(length);
    const content = new SimulatedContent();
    content.cached = found;
    content.durable = found.copy();
    return content;
  }

  private change(change: UnsyncedChange): void {
    apply(this.cached, change);
    this.unsynced.push(change);
  }
}

function changesOf(pieces: readonly Uint8Array[], position: number): UnsyncedChange[] {
  let at = position;
  return pieces.map((bytes) => {
    at += bytes.length;
    return { cut: false, position: at - bytes.length, bytes };
  });
}

function apply(bytes: GrowingBytes, change: UnsyncedChange): void {
  if (change.cut) bytes.setLength(change.position);
  else bytes.put(change.bytes, change.position);
}

/** Bytes that grow by doubling; a gap reads as zeros. */
class GrowingBytes {
  length = 0;
  private memory = new Uint8Array(0);

  bytes(from: number, to: number): Uint8Array {
    return this.memory.subarray(Math.min(from, this.length), Math.min(to, this.length));
  }

  put(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.memory.length) {
      const grown = new Uint8Array(Math.max(end, this.memory.length * 2, 64));
      grown.set(this.memory.subarray(0, this.length));
      this.memory = grown;
    }
    this.memory.set(bytes, position);
    this.length = Math.max(this.length, end);
  }

  setLength(length: number): void {
    if (length < this.length) this.memory.fill(0, length, this.length);
    else this.put(new Uint8Array(0), length);
    this.length = length;
  }

  /** Zeroes what lies behind `position` in the sectors that `chosen` picks. */
  zeroFrom(position: number, chosen: (sector: number) => boolean): void {
    for (let from = position; from < this.length; ) {
      const sector = Math.floor(from / SECTOR_BYTES);
      const to = (sector + 1) * SECTOR_BYTES;
      if (chosen(sector)) this.memory.fill(0, from, Math.min(to, this.length));
      from = to;
    }
  }

  flip(position: number, mask: number): void {
    if (position < this.length) this.memory[position]! ^= mask;
  }

  copy(): GrowingBytes {
    const out = new GrowingBytes();
    out.memory = this.memory.slice(0, this.length);
    out.length = this.length;
    return out;
  }
}
