import type { LogIndex, Term } from '@rfs/base/ids';
import type { Segment } from './segment.js';

/** Entries closer together than this in a file are found by reading on from the first of them. */
const EXTENT_BYTES = 64 << 10;

/** Entries `first` to `last`, all of `term`, in frames of `segment` from `position` on. */
export interface Extent {
  readonly first: LogIndex;
  last: LogIndex;
  readonly term: Term;
  readonly segment: Segment;
  readonly position: number;
}

/** Where the log's entries are: extents without gaps, ordered by index. */
export class ExtentIndex {
  private items: Extent[] = [];

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  get first(): Extent | undefined {
    return this.items[0];
  }

  get last(): Extent | undefined {
    return this.items[this.items.length - 1];
  }

  /** The extent with `index`, or undefined. */
  find(index: LogIndex): Extent | undefined {
    let low = 0;
    let high = this.items.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const extent = this.items[middle]!;
      if (index < extent.first) high = middle - 1;
      else if (index > extent.last) low = middle + 1;
      else return extent;
    }
    return undefined;
  }

  /** Adds entries; whatever stood at `first` and above is replaced. */
  add(first: LogIndex, last: LogIndex, term: Term, segment: Segment, position: number): void {
    this.cutFrom(first);
    const tail = this.last;
    if (
      tail !== undefined &&
      tail.segment === segment &&
      tail.term === term &&
      tail.last + 1 === first &&
      position - tail.position < EXTENT_BYTES
    ) {
      tail.last = last;
    } else {
      this.items.push({ first, last, term, segment, position });
    }
  }

  /** Forgets `from` and everything above. */
  cutFrom(from: LogIndex): void {
    let tail = this.last;
    while (tail !== undefined && tail.first >= from) {
      this.items.pop();
      tail = this.last;
    }
    if (tail !== undefined && tail.last >= from) tail.last = (from - 1) as LogIndex;
  }

  /** Puts the extents of an older segment in front. */
  prepend(older: ExtentIndex): void {
    this.items = [...older.items, ...this.items];
  }

  /** Forgets the extents of a segment that is being removed; they are the first ones. */
  dropSegment(segment: Segment): void {
    this.items = this.items.filter((extent) => extent.segment !== segment);
  }
}
