import type { Random } from '@rfs/base/seams';
import type { Survival } from './survival.js';

interface Write {
  readonly at: number;
  readonly data: Uint8Array;
  /** Of a write that is synced by itself: its number in the record. */
  readonly number: number;
  durable: boolean;
}

interface Cut {
  readonly length: number;
}

type Change = Write | Cut;

/** The content of a file as a record of its changes tells it: what is durable, and what came after that. */
export class RecordedFile {
  private durable = new Content();
  private changes: Change[] = [];
  private durableChanges = 0;

  /** Of all changes so far. */
  get position(): number {
    return this.durableChanges + this.changes.length;
  }

  /** @param number of a write that is synced by itself, for `wrote` */
  write(at: number, data: Uint8Array, number = 0): void {
    this.changes.push({ at, data, number, durable: false });
  }

  cut(length: number): void {
    this.changes.push({ length });
  }

  /** A sync has ended that began at `position`. */
  synced(position: number): void {
    while (this.durableChanges < position) {
      apply(this.durable, this.changes.shift() as Change);
      this.durableChanges++;
    }
  }

  /** The write of that number, which is synced by itself, has ended; what was written before it is as it was. */
  wrote(number: number): void {
    for (const change of this.changes) if ('data' in change && change.number === number) change.durable = true;
    while (this.changes[0] !== undefined && 'data' in this.changes[0] && this.changes[0].durable) {
      this.synced(this.durableChanges + 1);
    }
  }

  /** All of it, as processes see it. */
  current(): Uint8Array {
    const content = this.durable.copy();
    for (const change of this.changes) apply(content, change);
    return content.bytes();
  }

  /**
   * What power loss may leave: everything durable; of each sector of what came after, its content at any time since;
   * each cut or none; and the length of the whole file or as far as its last surviving sector goes.
   */
  afterPowerLoss(random: Random, survival: Survival): Uint8Array {
    const content = this.durable.copy();
    const { sectorBytes } = survival;
    const touches = new Map<number, number>();
    for (const change of this.changes) {
      if ('data' in change) for (const sector of sectorsOf(change, sectorBytes)) add(touches, sector);
    }
    const left = new Map<number, number>();
    for (const [sector, count] of touches) left.set(sector, survival.lives(random) ? count : random.below(count));
    let wholeLength = content.length;
    for (const change of this.changes) {
      if ('length' in change) {
        wholeLength = change.length;
        if (survival.lives(random)) apply(content, change);
        continue;
      }
      wholeLength = Math.max(wholeLength, change.at + change.data.length);
      for (const sector of sectorsOf(change, sectorBytes)) {
        const more = left.get(sector) as number;
        left.set(sector, more - 1);
        if (more > 0 || change.durable) content.write(...part(change, sector * sectorBytes, sectorBytes));
      }
    }
    if (survival.keepsLength) content.extend(wholeLength);
    return content.bytes();
  }
}

/** Bytes that grow. */
class Content {
  length = 0;
  private buffer = Buffer.alloc(0);

  copy(): Content {
    const copy = new Content();
    copy.buffer = Buffer.from(this.bytes());
    copy.length = this.length;
    return copy;
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  write(at: number, data: Uint8Array): void {
    this.extend(at + data.length);
    this.buffer.set(data, at);
  }

  cut(length: number): void {
    if (length < this.length) this.buffer.fill(0, length, this.length);
    this.length = Math.min(this.length, length);
    this.extend(length);
  }

  extend(length: number): void {
    if (length <= this.length) return;
    if (length > this.buffer.length) {
      const grown = Buffer.alloc(Math.max(length, this.buffer.length * 2));
      grown.set(this.bytes());
      this.buffer = grown;
    }
    this.length = length;
  }
}

function apply(content: Content, change: Change): void {
  if ('data' in change) content.write(change.at, change.data);
  else content.cut(change.length);
}

function* sectorsOf({ at, data }: Write, sectorBytes: number): Iterable<number> {
  const last = Math.floor((at + data.length - 1) / sectorBytes);
  for (let sector = Math.floor(at / sectorBytes); sector <= last; sector++) yield sector;
}

/** The part of a write that falls into the sector from `start`. */
function part({ at, data }: Write, start: number, sectorBytes: number): [number, Uint8Array] {
  const from = Math.max(at, start);
  return [from, data.subarray(from - at, Math.min(data.length, start + sectorBytes - at))];
}

function add(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
