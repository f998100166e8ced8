import process, { stderr, stdin, stdout } from 'node:process';
import { systemClock, systemRandom } from '@rfs/base/system';
import type { Command } from '../../terminal/index.js';
import { runShell } from './run.js';

/** `rfs fs`: HDFS's shell. Bytes go through, so it works on the streams themselves. */
export const fs: Command = {
  run: (args, { environment, workingFolder }) =>
    runShell(args, {
      environment,
      workingFolder,
      stdin,
      stdout,
      stderr,
      clock: systemClock,
      random: systemRandom(),
      interrupted: new Promise((resolve) => {
        process.once('SIGINT', () => resolve());
      }),
    }),
};
