import { type Config, namenodeOptions as options } from '@rfs/base/config';
import { Lifecycle } from '@rfs/base/lifecycle';
import { openCore } from './core.js';
import { type OpenDoor, openHttpDoor, openRpcDoor } from './doors.js';
import type { NamenodeSeams } from './seams.js';
import { openWorkings } from './workings.js';

export interface RunningNamenode {
  readonly rpc: OpenDoor;
  readonly http: OpenDoor;
  close(): Promise<void>;
}

/**
 * Builds a namenode from its configuration, from the store up to the doors; it closes in reverse. Resolves once it
 * serves calls.
 */
export async function startNamenode(config: Config, seams: NamenodeSeams): Promise<RunningNamenode> {
  const { clock, log } = seams;
  const lifecycle = new Lifecycle(clock, log, config.get(options.closeTimeoutMs));
  const core = await openCore(config, seams, lifecycle);
  const workings = await openWorkings(config, seams, core, lifecycle);
  await workings.begin();
  const rpc = await openRpcDoor(config, seams, core, workings, lifecycle);
  const http = await openHttpDoor(config, seams, core, workings, rpc, lifecycle);
  log.info('namenode serves', {
    rpc: `${rpc.host}:${rpc.port}`,
    http: `${http.host}:${http.port}`,
    cluster: core.machine.identity?.clusterId,
    applied: core.machine.appliedIndex,
  });
  return {
    rpc,
    http,
    close: async () => {
      await lifecycle.close();
    },
  };
}
