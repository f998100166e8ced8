import type { Clock } from '@rfs/base/seams';
import type { Terminal } from '../../terminal/index.js';

const REDRAW_MS = 100;
/** The namenode writes a dot for so many files. */
const FILES_PER_DOT = 100;

/**
 * A line at the terminal that tells how far a check is, while its text goes elsewhere or is kept back. It is counted
 * from the text: the namenode knows no total in advance either.
 */
export class CheckProgress {
  private readonly terminal: Terminal;
  private readonly clock: Clock;
  private readonly startedMs: number;
  private drawnMs = Number.NEGATIVE_INFINITY;
  private shown = false;
  private files = 0;
  private troubles = 0;
  private tail = '';

  constructor(terminal: Terminal, clock: Clock) {
    this.terminal = terminal;
    this.clock = clock;
    this.startedMs = clock.monotonicMs();
  }

  /** Counts a piece of the text and draws the line anew, at most ten times a second. */
  note(piece: string): void {
    const lines = (this.tail + piece).split('\n');
    this.tail = lines.pop() ?? '';
    for (const line of lines) this.count(line);
    const nowMs = this.clock.monotonicMs();
    if (!this.terminal.interactive || nowMs - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = nowMs;
    this.shown = true;
    const seconds = ((nowMs - this.startedMs) / 1000).toFixed(0);
    const line = `checked ${this.files} files, ${this.troubles} in trouble, ${seconds} s`;
    this.terminal.err(`\r\x1b[K${line.slice(0, this.terminal.columns - 1)}`);
  }

  /** Takes the line away: other words follow. */
  clear(): void {
    if (this.shown) this.terminal.err('\r\x1b[K');
    this.shown = false;
  }

  private count(line: string): void {
    const dots = /^\.+/.exec(line)?.[0].length ?? 0;
    this.files += dots * FILES_PER_DOT;
    if (/ bytes, replicated: /.test(line)) this.files++;
    if (/: (?:MISSING|CORRUPT) \d+ blocks| (?:MISSING|CORRUPT) \d+ blocks of total size/.test(line)) this.troubles++;
  }
}
