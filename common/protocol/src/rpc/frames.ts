/** Gets the frames of a stream one by one. */
export interface FrameSink {
  /**
   * The frame is `buffer` from `start` to `end`, for as long as the call lasts, or for good when it is in memory of its
   * `own`. False stops the reader: the rest of the stream is of no interest.
   */
  frame(buffer: Buffer, start: number, end: number, own: boolean): boolean;
}

const FIRST_PIECE_BYTES = 65536;

/**
 * Cuts a stream of chunks into frames of four bytes of length and that much content. A frame that lies within one
 * chunk is handed over in place; one that does not is put together in memory of its own, which grows with what has
 * arrived and not with what was announced.
 */
export class FrameReader {
  private readonly sink: FrameSink;
  private readonly maxBytes: number;
  private lengthBytes = 0;
  private length = 0;
  private partial: Buffer | null = null;
  private have = 0;

  constructor(sink: FrameSink, maxBytes: number) {
    this.sink = sink;
    this.maxBytes = maxBytes;
  }

  /** Takes `chunk` from `start` to `end`. False, for good, when a frame is longer than allowed. */
  feed(chunk: Buffer, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      if (this.partial !== null) {
        at = this.fill(this.partial, chunk, at, end);
        if (this.have < this.length) return true;
        const whole = this.partial;
        this.partial = null;
        if (!this.sink.frame(whole, 0, this.length, true)) return true;
        continue;
      }
      if (this.lengthBytes === 0 && end - at >= 4) {
        this.length =
          (((chunk[at] as number) << 24) |
            ((chunk[at + 1] as number) << 16) |
            ((chunk[at + 2] as number) << 8) |
            (chunk[at + 3] as number)) >>>
          0;
        at += 4;
      } else {
        this.length = ((this.length << 8) | (chunk[at++] as number)) >>> 0;
        if (++this.lengthBytes < 4) continue;
        this.lengthBytes = 0;
      }
      if (this.length > this.maxBytes) return false;
      if (end - at >= this.length) {
        const from = at;
        at += this.length;
        const stop = at;
        this.length = 0;
        if (!this.sink.frame(chunk, from, stop, false)) return true;
      } else {
        this.have = 0;
        this.partial = Buffer.allocUnsafeSlow(Math.min(this.length, FIRST_PIECE_BYTES));
      }
    }
    return true;
  }

  private fill(partial: Buffer, chunk: Buffer, at: number, end: number): number {
    const taken = Math.min(end - at, this.length - this.have);
    let into = partial;
    if (this.have + taken > into.length) {
      into = Buffer.allocUnsafeSlow(Math.min(this.length, Math.max(into.length * 2, this.have + taken)));
      partial.copy(into, 0, 0, this.have);
      this.partial = into;
    }
    chunk.copy(into, this.have, at, at + taken);
    this.have += taken;
    return at + taken;
  }
}
