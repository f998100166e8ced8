import { datanodeOptions, datanodeRules } from '@rfs/base/config';
import { startDatanode } from '@rfs/datanode/node';
import { configure, realWorld, runInForeground } from '../daemon/index.js';
import type { Command } from '../terminal/index.js';

const COMMAND = { name: 'datanode', table: datanodeOptions, rules: datanodeRules, switches: {} };

/** `rfs datanode`: one datanode in the foreground. */
export const datanode: Command = {
  async run(args, context) {
    const configured = await configure(COMMAND, args, context);
    if (typeof configured === 'number') return configured;
    const { config } = configured;
    const world = realWorld(config);
    const code = await runInForeground(
      (end) => startDatanode(config, { ...world, shutDown: end }),
      world.clock,
      context.terminal,
    );
    world.flush();
    return code;
  },
};
