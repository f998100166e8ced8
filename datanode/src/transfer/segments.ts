import { assert } from '@rfs/base/assert';

/** Holds several packets of Hadoop's usual 64 KiB, and stays in the processor's cache. */
const SEGMENT_BYTES = 512 * 1024;
/** What a pool keeps for later: more were in use at once, and the rest goes back to the system. */
const KEPT_SEGMENTS = 64;

/** Memory that sockets receive into, used again when nobody holds anything in it. */
export class SegmentPool {
  private readonly free: Segment[] = [];

  /** A segment held once. `bytes` beyond the usual size makes one of its own. */
  take(bytes: number): Segment {
    if (bytes > SEGMENT_BYTES) return new Segment(Buffer.allocUnsafeSlow(bytes), null);
    const segment = this.free.pop() ?? new Segment(Buffer.allocUnsafeSlow(SEGMENT_BYTES), this);
    segment.retain();
    return segment;
  }

  giveBack(segment: Segment): void {
    if (this.free.length < KEPT_SEGMENTS) this.free.push(segment);
  }
}

export class Segment {
  readonly memory: Buffer;
  private readonly pool: SegmentPool | null;
  private holders: number;

  /** @param pool null for one that is used once, held by its maker */
  constructor(memory: Buffer, pool: SegmentPool | null) {
    this.memory = memory;
    this.pool = pool;
    this.holders = pool === null ? 1 : 0;
  }

  retain(): void {
    this.holders++;
  }

  release(): void {
    this.holders--;
    assert(this.holders >= 0, 'a segment was released more often than retained');
    if (this.holders === 0) this.pool?.giveBack(this);
  }

  /** Nobody but the asker holds it, so what was read from it may be overwritten. */
  get idle(): boolean {
    return this.holders === 1;
  }
}
