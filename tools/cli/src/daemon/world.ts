import { userInfo } from 'node:os';
import process from 'node:process';
import { type Config, namenodeOptions } from '@rfs/base/config';
import { nodeDisk } from '@rfs/base/disk';
import { type Logger, openLog } from '@rfs/base/log';
import type { Clock, Disk, Random } from '@rfs/base/seams';
import { systemClock, systemRandom } from '@rfs/base/system';

/** What every daemon gets from outside. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly log: Logger;
  /** Calls the action once this turn of the event loop is done. */
  readonly nextTurn: (action: () => void) => void;
  /** The user that runs this process. */
  readonly user: string;
  /** The daemon cannot go on: says why and ends the process at once, with what is synced. */
  readonly fatal: (error: Error) => void;
  /** Writes out the log. */
  readonly flush: () => void;
}

/** The real world: clock, disk, chance, and the log that the configuration asks for. */
export function realWorld(config: Config): World {
  const file = config.get(namenodeOptions.logFile);
  const { logger: log, flush } = openLog({
    level: config.get(namenodeOptions.logLevel),
    clock: systemClock,
    terminal: file === undefined && process.stderr.isTTY === true,
    ...(file === undefined ? {} : { file }),
  });
  const fatal = (error: Error): void => {
    log.error('the daemon cannot go on', { error });
    flush();
    process.exit(1);
  };
  process.on('uncaughtException', fatal);
  return {
    clock: systemClock,
    random: systemRandom(),
    disk: nodeDisk,
    log,
    nextTurn: (action) => setImmediate(action),
    user: userInfo().username,
    fatal,
    flush,
  };
}
