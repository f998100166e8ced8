import type { Clock, Timer } from '@rfs/base/seams';
import { humanSize } from '../format/size.js';
import type { Output } from './output.js';

const REDRAW_MS = 100;
/** The rate shown is that of about the last so many ms. */
const RATE_WINDOW_MS = 3000;
const BAR_CELLS = 20;

/** One file on its way. */
export interface Bar {
  advance(bytes: number): void;
  end(): void;
}

class Transfer implements Bar {
  readonly name: string;
  readonly totalBytes: number | undefined;
  readonly startedMs: number;
  doneBytes = 0;
  private readonly onEnd: (bar: Transfer) => void;

  constructor(name: string, totalBytes: number | undefined, startedMs: number, onEnd: (bar: Transfer) => void) {
    this.name = name;
    this.totalBytes = totalBytes;
    this.startedMs = startedMs;
    this.onEnd = onEnd;
  }

  advance(bytes: number): void {
    this.doneBytes += bytes;
  }

  end(): void {
    this.onEnd(this);
  }
}

/** A line at the terminal that shows the file on its way: bytes, rate, time left. It goes away when all is done. */
export class Progress {
  private readonly out: Output;
  private readonly clock: Clock;
  private readonly running: Transfer[] = [];
  private samples: { atMs: number; bytes: number }[] = [];
  private finishedBytes = 0;
  private finishedCount = 0;
  private readonly startedMs: number;
  private timer: Timer | undefined;
  private drawn = false;

  constructor(out: Output, clock: Clock) {
    this.out = out;
    this.clock = clock;
    this.startedMs = clock.monotonicMs();
  }

  start(name: string, totalBytes: number | undefined): Bar {
    const bar = new Transfer(name, totalBytes, this.clock.monotonicMs(), (ended) => {
      this.running.splice(this.running.indexOf(ended), 1);
      this.finishedBytes += ended.doneBytes;
      this.finishedCount++;
    });
    this.running.push(bar);
    this.timer ??= this.clock.setTimer(REDRAW_MS, () => this.tick());
    return bar;
  }

  /** Takes the line away and says what was copied. */
  async end(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    if (!this.drawn) return;
    const seconds = (this.clock.monotonicMs() - this.startedMs) / 1000;
    const rate = humanSize(Math.round(this.finishedBytes / seconds));
    const files = this.finishedCount === 1 ? '1 file' : `${this.finishedCount} files`;
    this.out.text(`\r\x1b[K${files}, ${humanSize(this.finishedBytes)} in ${seconds.toFixed(1)} s (${rate}/s)\n`);
    await this.out.flush();
  }

  private tick(): void {
    this.timer = this.clock.setTimer(REDRAW_MS, () => this.tick());
    const bar = this.running[0];
    if (bar === undefined) return;
    this.drawn = true;
    this.out.text(`\r\x1b[K${progressLine(bar.name, bar.doneBytes, bar.totalBytes, this.rate(), this.out.columns)}`);
    this.out.flush().catch(() => this.timer?.cancel());
  }

  /** Bytes a second over the last moments, all files together. */
  private rate(): number {
    const nowMs = this.clock.monotonicMs();
    const bytes = this.running.reduce((sum, bar) => sum + bar.doneBytes, this.finishedBytes);
    this.samples.push({ atMs: nowMs, bytes });
    this.samples = this.samples.filter((sample) => sample.atMs >= nowMs - RATE_WINDOW_MS);
    const first = this.samples[0]!;
    if (nowMs - first.atMs < 1) return bytes / Math.max(0.001, (nowMs - this.startedMs) / 1000);
    return ((bytes - first.bytes) * 1000) / (nowMs - first.atMs);
  }
}

/** `name  [####....]  40%  512 M / 1.2 G  210 M/s  0:03`, cut to the terminal's width. */
export function progressLine(
  name: string,
  doneBytes: number,
  totalBytes: number | undefined,
  bytesPerSecond: number,
  columns: number,
): string {
  const rate = `${humanSize(Math.round(bytesPerSecond))}/s`;
  let figures = `${humanSize(doneBytes)}  ${rate}`;
  if (totalBytes !== undefined && totalBytes > 0) {
    const share = Math.min(1, doneBytes / totalBytes);
    const filled = Math.round(share * BAR_CELLS);
    const left = bytesPerSecond > 0 ? duration((totalBytes - doneBytes) / bytesPerSecond) : '-:--';
    const bar = '#'.repeat(filled) + '.'.repeat(BAR_CELLS - filled);
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    figures = `[${bar}] ${percent}  ${humanSize(doneBytes)} / ${humanSize(totalBytes)}  ${rate}  ${left}`;
  }
  const room = columns - 1 - figures.length - 2;
  if (room < 4) return figures.slice(0, columns - 1);
  const shown = name.length > room ? `…${name.slice(name.length - room + 1)}` : name;
  return `${shown}  ${figures}`;
}

/** `1:05` or `2:01:05`. */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
