import { readFileSync } from 'node:fs';
import type { Command } from '../terminal/index.js';

/** The release whose protocols, layouts and answers rfs follows. */
const HDFS_VERSION = '3.4.1';

/** `rfs version`. */
export const version: Command = {
  async run(args, { terminal }) {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const rfs = (JSON.parse(text) as { version: string }).version;
    if (args.includes('--json')) terminal.out(`${JSON.stringify({ rfs, hdfs: HDFS_VERSION })}\n`);
    else terminal.out(`rfs ${rfs}\nspeaks HDFS ${HDFS_VERSION}\n`);
    return 0;
  },
};
