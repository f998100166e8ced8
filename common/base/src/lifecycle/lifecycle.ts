import type { Logger } from '../log/index.js';
import type { Clock } from '../seams/index.js';

interface Opened {
  readonly name: string;
  readonly close: () => void | Promise<void>;
}

/**
 * What a composition root has opened, closed in reverse order: each part may still use those before it while it closes.
 * A part that fails to close, or takes longer than what is left of the time, is logged and does not keep the others open.
 */
export class Lifecycle {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly closeTimeoutMs: number;
  private readonly opened: Opened[] = [];
  private closing: Promise<boolean> | undefined;

  /** @param closeTimeoutMs for all parts together */
  constructor(clock: Clock, logger: Logger, closeTimeoutMs: number) {
    this.clock = clock;
    this.logger = logger;
    this.closeTimeoutMs = closeTimeoutMs;
  }

  /** Opens a part and remembers how to close it. When it fails, what was opened before is closed and the error thrown. */
  async open<T>(name: string, open: () => T | Promise<T>, close: (part: T) => void | Promise<void>): Promise<T> {
    if (this.closing !== undefined) throw new Error(`${name} is not opened: the process is closing`);
    let part: T;
    try {
      part = await open();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.opened.push({ name, close: () => close(part) });
    if (this.closing !== undefined) {
      // The order to stop came while it was being opened.
      await this.closeAll();
      throw new Error(`${name} was closed again: the process is closing`);
    }
    return part;
  }

  /** Remembers what must be done at the end for something opened elsewhere. */
  add(name: string, close: () => void | Promise<void>): void {
    this.opened.push({ name, close });
  }

  /** Closes everything, once; true when all parts closed well and in time. */
  close(): Promise<boolean> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<boolean> {
    const deadlineMs = this.clock.monotonicMs() + this.closeTimeoutMs;
    let well = true;
    for (let part = this.opened.pop(); part !== undefined; part = this.opened.pop()) {
      well = (await this.closeOne(part, deadlineMs - this.clock.monotonicMs())) && well;
    }
    return well;
  }

  private closeOne(part: Opened, leftMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(Math.max(0, leftMs), () => {
        this.logger.error('part did not close in time', { part: part.name });
        resolve(false);
      });
      const finish = (error?: unknown): void => {
        timer.cancel();
        if (error !== undefined) this.logger.error('part did not close well', { part: part.name, error });
        resolve(error === undefined);
      };
      Promise.resolve()
        .then(part.close)
        .then(
          () => finish(),
          (error: unknown) => finish(error ?? new Error('no reason given')),
        );
    });
  }
}
