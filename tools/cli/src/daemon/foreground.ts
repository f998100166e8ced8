import process from 'node:process';
import type { Clock } from '@rfs/base/seams';
import type { Terminal } from '../terminal/index.js';

/** A running daemon, whatever it is. */
export interface Running {
  /** Stops in order: takes no more work, finishes what it has, closes its files. */
  close(): Promise<void>;
}

/** After a signal a daemon has this long to stop; then the process ends with what is synced. */
const PATIENCE_MS = 8000;
/** A daemon that could not start has this long to write its log. */
const LAST_WORDS_MS = 200;

/**
 * Runs a daemon in the foreground until SIGINT, SIGTERM, an operator's order that it got, or, for a child of `rfs up`,
 * until the parent is gone in whatever way. The result is the exit code.
 * @param start `end` stops the daemon as a signal does
 */
export async function runInForeground(
  start: (end: () => void) => Promise<Running>,
  clock: Clock,
  terminal: Terminal,
): Promise<number> {
  let end: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    end = resolve;
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
    process.on('disconnect', resolve);
  });
  let running: Running;
  try {
    running = await start(end);
  } catch (error) {
    terminal.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    // What was opened before the failure, such as a port, would keep the process alive, and the folder locked.
    clock.setTimer(LAST_WORDS_MS, () => process.exit(1));
    return 1;
  }
  process.send?.({ ready: true });
  await asked;
  const deadline = clock.setTimer(PATIENCE_MS, () => process.exit(1));
  await running.close();
  deadline.cancel();
  if (process.connected) process.disconnect();
  return 0;
}
