import type { Writable } from 'node:stream';
import { OutputClosed } from './errors.js';

/** Text kept back before it is written in one go. */
const BUFFER_CHARACTERS = 32 * 1024;

/** Standard output or error: lines are collected, bytes wait until they are taken. */
export class Output {
  private readonly stream: Writable;
  private pending: string[] = [];
  private pendingLength = 0;
  private failure: Error | undefined;

  constructor(stream: Writable) {
    this.stream = stream;
    stream.on('error', (error) => {
      this.failure =
        (error as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosed('the reader has gone') : error;
    });
  }

  /** True at a terminal. */
  get isTerminal(): boolean {
    return (this.stream as { isTTY?: boolean }).isTTY === true;
  }

  /** Columns of the terminal; 80 elsewhere. */
  get columns(): number {
    return (this.stream as { columns?: number }).columns || 80;
  }

  line(text: string): void {
    this.text(`${text}\n`);
  }

  text(text: string): void {
    this.pending.push(text);
    this.pendingLength += text.length;
  }

  /** Writes what was collected once there is enough of it; call it between items. */
  async settle(): Promise<void> {
    if (this.pendingLength >= BUFFER_CHARACTERS) await this.flush();
  }

  /** Writes everything collected and waits until the system has it. */
  async flush(): Promise<void> {
    if (this.pending.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      return;
    }
    const text = this.pending.join('');
    this.pending = [];
    this.pendingLength = 0;
    await this.send(text);
  }

  /** Writes `piece` behind everything collected; it may be reused afterwards. */
  async bytes(piece: Uint8Array): Promise<void> {
    await this.flush();
    await this.send(piece);
  }

  private send(chunk: string | Uint8Array): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.stream.write(chunk, (error) => {
        if (error) reject(this.failure ?? error);
        else resolve();
      });
    });
  }
}
