import type { Clock, Timer } from '@rfs/base/seams';
import type { Terminal } from '../../terminal/index.js';
import { progressLine } from '../fs/command/progress.js';

const REDRAW_MS = 200;

/** A line that shows how far an iteration is, for a person at the terminal; nothing for anybody else. */
export class Progress {
  private readonly terminal: Terminal;
  private readonly clock: Clock;
  private readonly startedMs: number;
  private readonly name: string;
  private readonly totalBytes: number;
  private doneBytes = 0;
  private timer: Timer | undefined;

  constructor(terminal: Terminal, clock: Clock, name: string, totalBytes: number) {
    this.terminal = terminal;
    this.clock = clock;
    this.startedMs = clock.monotonicMs();
    this.name = name;
    this.totalBytes = totalBytes;
    if (terminal.interactive) this.tick();
  }

  advance(bytes: number): void {
    this.doneBytes += bytes;
  }

  /** Takes the line away. */
  end(): void {
    if (this.timer === undefined) return;
    this.timer.cancel();
    this.terminal.err('\r\x1b[K');
  }

  private tick(): void {
    const { terminal, clock, name, doneBytes, totalBytes, startedMs } = this;
    const rate = (doneBytes * 1000) / Math.max(1, clock.monotonicMs() - startedMs);
    terminal.err(`\r\x1b[K${progressLine(name, doneBytes, totalBytes, rate, terminal.columns)}`);
    this.timer = clock.setTimer(REDRAW_MS, () => this.tick());
  }
}
