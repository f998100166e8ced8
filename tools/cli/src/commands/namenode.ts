import { namenodeOptions, namenodeRules } from '@rfs/base/config';
import { startNamenode } from '@rfs/namenode/node';
import { configure, realWorld, runInForeground } from '../daemon/index.js';
import type { Command } from '../terminal/index.js';

const COMMAND = {
  name: 'namenode',
  table: namenodeOptions,
  rules: namenodeRules,
  switches: { bootstrap: 'make a new filesystem in an empty folder; a lone namenode does so by itself' },
};

/** `rfs namenode`: one namenode in the foreground. */
export const namenode: Command = {
  async run(args, context) {
    const configured = await configure(COMMAND, args, context);
    if (typeof configured === 'number') return configured;
    const { config } = configured;
    const world = realWorld(config);
    const code = await runInForeground(() => startNamenode(config, world), world.clock, context.terminal);
    world.flush();
    return code;
  },
};
