import { dirname, join, resolve } from 'node:path';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import type { Lifecycle } from '@rfs/base/lifecycle';
import { ClientIdentity } from '@rfs/protocol/rpc';
import { Impersonation, openGroups, superuserRule } from '@rfs/protocol/users';
import {
  Admission,
  Callers,
  ClusterTopology,
  ForwardedCalls,
  LeaderLink,
  limitsFrom,
  MetaFiles,
  readHostFiles,
  Services,
  serviceConfig,
} from '../service/index.js';
import type { NamenodeCore } from './core.js';
import type { NamenodeSeams } from './seams.js';
import { JournalTrimmer } from './storage.js';

/** What stands between core and doors. */
export interface Workings {
  readonly services: Services;
  /** Calls that other namenodes of the group pass on. */
  readonly forwarded: ForwardedCalls;
  readonly callers: Callers;
  readonly impersonation: Impersonation;
  readonly racks: ClusterTopology;
  /** Begins what runs in the background, before the replicator starts; resolves once this node leads for the first time. */
  begin(): Promise<void>;
}

/** Builds the services on the core. Nothing runs before `begin`. */
export async function openWorkings(
  config: Config,
  seams: NamenodeSeams,
  core: NamenodeCore,
  lifecycle: Lifecycle,
): Promise<Workings> {
  const { clock, random, log, nextTurn, user } = seams;
  const { machine, blocks, replicator, store, group, clusterId } = core;
  const racks = await ClusterTopology.open(blocks.topology, {
    mapping: config.get(options.topologyMapping),
    table: config.get(options.topologyTable),
    script: config.get(options.topologyScript),
    scriptArguments: config.get(options.topologyScriptArguments),
    logger: log,
  });
  const admission = new Admission(blocks, clock, () =>
    readHostFiles({
      included: config.get(options.hostsFile),
      excluded: config.get(options.excludedHostsFile),
      combined: config.get(options.hostsProvider).endsWith('.CombinedHostFileManager'),
      logger: log,
    }),
  );
  // Lists that cannot be read do not keep a namenode from its start; what cannot be read is logged there.
  await admission.refresh();
  const groups = openGroups(config, clock, log);
  const callers = new Callers(groups, superuserRule(config, user));
  const impersonation = await Impersonation.open(config, groups, log);

  const identity = new ClientIdentity(random.fork('forwarding'));
  const passage = new LeaderLink({ group, clock, identity, user, clusterId });
  const trimmer = new JournalTrimmer(store, machine, replicator, clock, log, config.get(options.durableIntervalMs));
  const services = new Services({
    machine,
    blocks,
    group,
    log: replicator,
    clock,
    nextTurn,
    config: serviceConfig(config),
    limits: limitsFrom(config),
    callers,
    admission,
    metaFiles: new MetaFiles(seams.disk, logFolder(config, core.folder)),
    passage,
    tellLeader: (inodeIds) => {
      if (group.leader !== undefined) passage.touchAccessTimes(group.leader, inodeIds);
    },
    handsOver: () => replicator.room.isFull && group.members.length > 1,
  });
  for (const part of services.background) lifecycle.add(part.constructor.name, () => part.close());
  lifecycle.add('JournalTrimmer', () => trimmer.close());
  core.adoption.begin = (done) => services.adopted(done);
  core.afterBatch.push(() => services.applied());

  return {
    services,
    forwarded: new ForwardedCalls(group, services.router, services.accessTimes, clusterId),
    callers,
    impersonation,
    racks,
    begin: async () => {
      const leads = new Promise<void>((resolve) => {
        services.begin(resolve);
      });
      trimmer.start();
      await leads;
    },
  };
}

/** Beside the log; where that is standard error, in the namenode's own folder. */
function logFolder(config: Config, folder: string): string {
  const file = config.get(options.logFile);
  return file === undefined ? join(folder, 'logs') : dirname(resolve(file));
}
