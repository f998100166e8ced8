import { clientOptions, datanodeOptions, datanodeRules, namenodeOptions } from '@rfs/base/config';
import { type DatanodeInside, startDatanode } from '@rfs/datanode/node';
import { ClientPool, datanodeWebHdfs } from '@rfs/webhdfs/datanode';
import { configure, realWorld, runInForeground } from '../daemon/index.js';
import type { Command } from '../terminal/index.js';

/** A datanode is a DFS client too: for WebHDFS it reads and writes whole files. */
const TABLE = { ...clientOptions, ...datanodeOptions, staticWebUser: namenodeOptions.staticWebUser };
const COMMAND = { name: 'datanode', table: TABLE, rules: datanodeRules, switches: {} };

/** `rfs datanode`: one datanode in the foreground. */
export const datanode: Command = {
  async run(args, context) {
    const configured = await configure(COMMAND, args, context);
    if (typeof configured === 'number') return configured;
    const { config } = configured;
    const world = realWorld(config);
    let fileSystems: ClientPool | undefined;
    const plugins = ({ localReplicas, callFrom }: DatanodeInside) => {
      fileSystems = new ClientPool({
        config,
        clock: world.clock,
        random: world.random.fork('webhdfs'),
        localReplicas,
        callFrom,
      });
      return [
        datanodeWebHdfs({
          fileSystems,
          defaultAuthority: config
            .get(TABLE.defaultFs)
            .replace(/^hdfs:\/\//, '')
            .replace(/\/.*$/, ''),
          staticUser: config.get(TABLE.staticWebUser),
          logger: world.log,
        }),
      ];
    };
    const code = await runInForeground(
      (end) => startDatanode(config, { ...world, shutDown: end, plugins }),
      world.clock,
      context.terminal,
    );
    fileSystems?.close();
    world.flush();
    return code;
  },
};
