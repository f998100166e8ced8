import type { InodeId } from '@rfs/base/ids';

/** No place: end of a list. */
export const NO_PLACE = -1;

const CHUNK_BITS = 12;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
/** Words of a place: both halves of the inode's id, the holder's number, the places before and after. */
const WORDS = 5;
const HOLDER = 2;
const BEFORE = 3;
const AFTER = 4;
const TWO_32 = 4294967296;

/**
 * Open files in lists: each file has a place, which names its holder and the places before and after it. In chunks that
 * never move, so that no growth is paid for at once and no garbage collector goes through them.
 */
export class OpenFiles {
  private readonly chunks: Int32Array[] = [];
  private free = NO_PLACE;
  private high = 0;

  /** A place for the file behind the place `before`, with nothing after it. */
  add(inode: InodeId, holder: number, before: number): number {
    let place = this.free;
    if (place === NO_PLACE) {
      place = this.high++;
      if (place >>> CHUNK_BITS === this.chunks.length) this.chunks.push(new Int32Array(WORDS << CHUNK_BITS));
    } else this.free = this.after(place);
    const chunk = this.chunkOf(place);
    const at = wordOf(place);
    chunk[at] = inode | 0;
    chunk[at + 1] = Math.floor(inode / TWO_32);
    chunk[at + HOLDER] = holder;
    chunk[at + BEFORE] = before;
    chunk[at + AFTER] = NO_PLACE;
    return place;
  }

  /** The place, which no list names any more, may be given to another file. */
  release(place: number): void {
    this.setAfter(place, this.free);
    this.free = place;
  }

  inode(place: number): InodeId {
    const chunk = this.chunkOf(place);
    const at = wordOf(place);
    return (chunk[at + 1]! * TWO_32 + (chunk[at]! >>> 0)) as InodeId;
  }

  holder(place: number): number {
    return this.chunkOf(place)[wordOf(place) + HOLDER]!;
  }

  before(place: number): number {
    return this.chunkOf(place)[wordOf(place) + BEFORE]!;
  }

  after(place: number): number {
    return this.chunkOf(place)[wordOf(place) + AFTER]!;
  }

  setBefore(place: number, before: number): void {
    this.chunkOf(place)[wordOf(place) + BEFORE] = before;
  }

  setAfter(place: number, after: number): void {
    this.chunkOf(place)[wordOf(place) + AFTER] = after;
  }

  private chunkOf(place: number): Int32Array {
    return this.chunks[place >>> CHUNK_BITS]!;
  }
}

function wordOf(place: number): number {
  return WORDS * (place & CHUNK_MASK);
}
