import type { Clock } from '@rfs/base/seams';

/** Received without a slab (DataSocket.receiveAhead), in two packets. */
const LEAST_PART_BYTES = 128 * 1024;
const LARGEST_PART_BYTES = 8 * 1024 * 1024;
/** Sockets take this much at once, also for somebody who then stands still: it shows no haste. */
const TAKEN_BY_SOCKETS_BYTES = 4 * 1024 * 1024;
/** A part that is taken sooner was too small, one that is taken later too large. */
const PART_MS = 100;

/**
 * How much of a block to ask for at a time where most readers are slow. The datanode that sends is done with a small part
 * at once, and no buffers fill on the way; parts grow for a reader who keeps taking them quickly.
 */
export class Parts {
  private readonly clock: Clock;
  private partBytes = LEAST_PART_BYTES;
  private takenBytes = -LEAST_PART_BYTES;
  private askedMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Bytes of the next part, when the one before has been taken. */
  next(): number {
    const nowMs = this.clock.monotonicMs();
    const isQuick = nowMs - this.askedMs < PART_MS;
    this.askedMs = nowMs;
    this.takenBytes += this.partBytes;
    if (this.takenBytes >= TAKEN_BY_SOCKETS_BYTES) {
      const wanted = isQuick ? this.partBytes * 2 : this.partBytes / 2;
      this.partBytes = Math.min(LARGEST_PART_BYTES, Math.max(LEAST_PART_BYTES, wanted));
    }
    return this.partBytes;
  }
}
