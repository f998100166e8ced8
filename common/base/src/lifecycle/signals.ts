import type { Logger } from '../log/index.js';
import type { Lifecycle } from './lifecycle.js';

/** What is needed of Node's `process`. */
export interface HostProcess {
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * Ends the process in order at the first SIGINT or SIGTERM (exit code 0, or 1 when something did not close well) and at
 * once at the second (130). An error that nobody caught, a broken invariant among them, is logged and ends the process
 * with 1 without closing anything: what runs on after it could do harm.
 * @param beforeExit the very last thing, such as flushing the log
 */
export function endInOrder(lifecycle: Lifecycle, logger: Logger, host: HostProcess, beforeExit: () => void): void {
  let signalled = false;
  const exit = (code: number): void => {
    beforeExit();
    host.exit(code);
  };
  const onSignal = (signal: string) => (): void => {
    if (signalled) {
      exit(130);
      return;
    }
    signalled = true;
    logger.info('stopping', { signal });
    lifecycle.close().then(
      (well) => exit(well ? 0 : 1),
      (error: unknown) => onFatal(error),
    );
  };
  const onFatal = (error: unknown): void => {
    logger.error('fatal error, the process ends', { error });
    exit(1);
  };
  host.on('SIGINT', onSignal('SIGINT'));
  host.on('SIGTERM', onSignal('SIGTERM'));
  host.on('uncaughtException', onFatal);
  host.on('unhandledRejection', onFatal);
}
