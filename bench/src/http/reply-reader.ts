const HEAD_END = Buffer.from('\r\n\r\n');

/** The head of a reply. */
export interface ReplyHead {
  readonly status: number;
  /** Lines after the first, as they came. */
  readonly text: string;
}

/** The value of a header; undefined when it is not there. */
export function headerOf(head: ReplyHead, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(head.text)?.[1]?.trim();
}

/** Hears of one reply; `body` gets its bytes as they come, without the framing of chunks. */
export interface ReplyListener {
  body(bytes: Buffer): void;
  end(head: ReplyHead, keepsAlive: boolean): void;
}

/**
 * Reads replies of HTTP/1.1 out of a connection's bytes, with a length, in chunks or to the end of the connection. As
 * small as measuring needs: both peers send well-formed heads.
 */
export class ReplyReader {
  private readonly listener: ReplyListener;
  private pending: Buffer = Buffer.alloc(0);
  private head: ReplyHead | undefined;
  /** Bytes left of the body, or of the chunk at hand; -1: until the connection ends. */
  private left = 0;
  private chunked = false;
  /** The reply has no body whatever its head says. */
  bodiless = false;

  constructor(listener: ReplyListener) {
    this.listener = listener;
  }

  take(bytes: Buffer): void {
    let data = this.pending.length === 0 ? bytes : joined(this.pending, bytes);
    this.pending = EMPTY;
    while (data.length > 0) {
      const used = this.head === undefined ? this.takeHead(data) : this.takeBody(data, this.head);
      if (used === 0) {
        this.pending = data;
        return;
      }
      data = data.subarray(used);
    }
  }

  /** The connection has ended; true when that was the end of a reply, or between two. */
  ended(): boolean {
    if (this.head === undefined) return this.pending.length === 0;
    if (this.left !== -1) return false;
    this.finish(this.head, false);
    return true;
  }

  private takeHead(data: Buffer): number {
    const end = data.indexOf(HEAD_END);
    if (end < 0) return 0;
    const text = data.toString('latin1', 0, end + 2);
    const head = { status: Number(text.slice(9, 12)), text };
    if (head.status === 100) return end + 4;
    this.chunked = /^transfer-encoding: *chunked/im.test(text);
    const length = headerOf(head, 'content-length');
    if (this.bodiless || head.status === 204 || length === '0') this.finish(head, !closes(head));
    else {
      this.head = head;
      this.left = this.chunked ? 0 : Number(length ?? -1);
    }
    return end + 4;
  }

  private takeBody(data: Buffer, head: ReplyHead): number {
    if (this.left === 0) return this.takeChunkHead(data, head);
    const count = this.left < 0 ? data.length : Math.min(this.left, data.length);
    this.listener.body(count === data.length ? data : data.subarray(0, count));
    if (this.left < 0) return count;
    this.left -= count;
    if (this.left === 0 && !this.chunked) this.finish(head, !closes(head));
    return count;
  }

  private takeChunkHead(data: Buffer, head: ReplyHead): number {
    // The end of the chunk before comes first.
    const from = data[0] === 0x0d ? 2 : 0;
    const end = data.indexOf('\r\n', from);
    if (end < 0) return 0;
    const size = Number.parseInt(data.toString('latin1', from, end), 16);
    if (size > 0) {
      this.left = size;
      return end + 2;
    }
    if (data.length < end + 4) return 0;
    this.finish(head, !closes(head));
    return end + 4;
  }

  private finish(head: ReplyHead, keepsAlive: boolean): void {
    this.head = undefined;
    this.left = 0;
    this.listener.end(head, keepsAlive);
  }
}

const EMPTY = Buffer.alloc(0);

function closes(head: ReplyHead): boolean {
  return /^connection: *close/im.test(head.text);
}

function joined(a: Buffer, b: Buffer): Buffer {
  const all = Buffer.allocUnsafe(a.length + b.length);
  a.copy(all);
  b.copy(all, a.length);
  return all;
}
