import { type Config, namenodeOptions as options } from '@rfs/base/config';
import { Lifecycle } from '@rfs/base/lifecycle';
import { openCore } from './core.js';
import { type OpenDoor, openHttpDoor, openRpcDoor } from './doors.js';
import { handOver, openJoining } from './group.js';
import { placeOf } from './place.js';
import type { NamenodeSeams } from './seams.js';
import { openWorkings } from './workings.js';

export interface RunningNamenode {
  readonly rpc: OpenDoor;
  readonly http: OpenDoor;
  close(): Promise<void>;
}

/**
 * Builds a namenode from its configuration, from the store up to the doors; it closes in reverse. Resolves once it
 * serves calls: a namenode that is alone when it has replayed its log, a member of a group as soon as its doors are
 * open, since the group calls it there and calls of clients may wait for the leader.
 * @param bootstrap an empty folder becomes a new filesystem though other members are configured
 */
export async function startNamenode(config: Config, seams: NamenodeSeams, bootstrap = false): Promise<RunningNamenode> {
  const { clock, log } = seams;
  const lifecycle = new Lifecycle(clock, log, config.get(options.closeTimeoutMs));
  const place = placeOf(config);
  const alone = place.contacts.length === 0;
  const core = await openCore(config, seams, place, alone || bootstrap, lifecycle);
  const workings = await openWorkings(config, seams, core, lifecycle);
  if (alone) {
    const leads = workings.begin();
    core.replicator.start(() => undefined);
    await leads;
  }
  const rpc = await openRpcDoor(config, seams, core, workings, lifecycle);
  const http = await openHttpDoor(config, seams, core, workings, rpc, lifecycle);
  const joining = openJoining(config, seams, core, { rpc: rpc.port, http: http.port }, lifecycle);
  if (!alone) {
    void workings.begin();
    if (!core.replicator.mustJoin || (bootstrap && !(await joining.groupExists()))) {
      core.replicator.start(() => undefined);
    }
  }
  core.steward.start();
  joining.start();
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
      await handOver(core, clock);
      if (core.group.members.length > 1) await rpc.retire();
      await lifecycle.close();
    },
  };
}
