import { ByteWriter } from '@rfs/base/bytes';
import type { Wire } from './wire.js';

const FIRST_CAPACITY = 2048;
/** Memory kept for a quiet connection; what a burst needed beyond it is given back. */
const KEPT_CAPACITY = 65536;
/** Enough to keep the kernel busy: more is not worth waiting for. */
const EAGER_BYTES = 131072;

/**
 * What goes out on a wire. Messages are encoded straight into `writer`; `flush` sends all of them in one write. While
 * a write is on its way the next messages gather in a second writer, so that memory is reused and a peer that does not
 * read is seen in `pendingBytes`.
 */
export class Outbox {
  /** Where messages are encoded; call `written` after each. It changes with every flush. */
  writer = new ByteWriter(FIRST_CAPACITY);
  private spare = new ByteWriter(FIRST_CAPACITY);
  private sentBytes = 0;
  private writing = false;
  private ending = false;
  private readonly wire: Wire;
  private readonly drained: () => void;
  private readonly onWritten: () => void;

  /** `drained` is called after each write that reached the kernel. */
  constructor(wire: Wire, drained: () => void) {
    this.wire = wire;
    this.drained = drained;
    this.onWritten = () => this.afterWrite();
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.writer.offset + this.sentBytes;
  }

  /** To be called after each message; a large amount goes out at once. */
  written(): void {
    if (this.writer.offset >= EAGER_BYTES && !this.writing) this.flush();
  }

  /** Sends everything; what is written while that is under way follows by itself. */
  flush(): void {
    const full = this.writer;
    if (this.writing || full.offset === 0) return;
    this.writer = this.spare;
    this.spare = full;
    this.writing = true;
    this.sentBytes = full.offset;
    this.wire.write(full.written(), this.onWritten);
  }

  /** Closes the wire once everything has gone out; nothing may be written after this. */
  end(): void {
    this.ending = true;
    this.flush();
    if (!this.writing) this.wire.end();
  }

  private afterWrite(): void {
    this.writing = false;
    this.sentBytes = 0;
    if (this.spare.buffer.length > KEPT_CAPACITY) this.spare = new ByteWriter(FIRST_CAPACITY);
    else this.spare.reset();
    this.flush();
    if (this.ending && !this.writing) this.wire.end();
    else this.drained();
  }
}
