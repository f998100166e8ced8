import { dirname, join, resolve } from 'node:path';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import type { Lifecycle } from '@rfs/base/lifecycle';
import { ClientIdentity } from '@rfs/protocol/rpc';
import {
  AccessTimes,
  Admission,
  BlockTicker,
  Callers,
  CatchUp,
  ClusterTopology,
  DatanodeService,
  ForwardedCalls,
  GroupMapping,
  Impersonation,
  LeaderLink,
  LeaseTable,
  ListingPages,
  limitsFrom,
  MetaFiles,
  NamenodeService,
  OpenFiles,
  osGroups,
  Proposer,
  Purger,
  Rebuild,
  ReplicaWaits,
  Router,
  type RouterParts,
  readHostFiles,
  type ServiceParts,
  Slices,
  serviceConfig,
  startupRefusal,
  Tenure,
} from '../service/index.js';
import type { NamenodeCore } from './core.js';
import type { NamenodeSeams } from './seams.js';
import { JournalTrimmer } from './storage.js';

/** The services between core and doors. */
export interface Workings {
  readonly parts: ServiceParts;
  readonly service: NamenodeService;
  readonly router: Router;
  /** Calls that other namenodes of the group pass on. */
  readonly forwarded: ForwardedCalls;
  readonly datanodes: DatanodeService;
  readonly callers: Callers;
  readonly impersonation: Impersonation;
  readonly racks: ClusterTopology;
  /** Begins what runs in the background, before the replicator starts; resolves once this node leads for the first time. */
  begin(): Promise<void>;
}

/** Blocks of another state that are taken out in one step. */
const FORGET_BLOCKS = 1000;

/** Builds the services on the core. Nothing runs before `begin`. */
export async function openWorkings(
  config: Config,
  seams: NamenodeSeams,
  core: NamenodeCore,
  lifecycle: Lifecycle,
): Promise<Workings> {
  const { clock, random, log, nextTurn, user } = seams;
  const { machine, blocks, replicator, store, group, clusterId } = core;
  const settings = serviceConfig(config);
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
  const groups = groupsOf(config, seams);
  const callers = new Callers(groups, {
    owner: seams.user,
    supergroup: config.get(options.supergroup),
    permissionsEnabled: config.get(options.permissionsEnabled),
  });
  const impersonation = await Impersonation.open(config, groups, seams.reread, log);

  const slices = new Slices(clock, nextTurn);
  const ticker = new BlockTicker(blocks, slices, clock);
  const proposer = new Proposer(replicator, clock);
  const leases = new LeaseTable(settings.leases);
  const waits = new ReplicaWaits(blocks, clock, config.get(options.completeWaitMs));
  const openFiles = new OpenFiles({ machine, blocks, proposer, leases, waits, clock }, settings.leaseRecheckMs);
  const identity = new ClientIdentity(random.fork('forwarding'));
  const passage = new LeaderLink({ group, clock, identity, user, clusterId });
  const accessTimes = new AccessTimes(machine, proposer, clock, (inodeIds) => {
    if (group.leader !== undefined) passage.touchAccessTimes(group.leader, inodeIds);
  });
  const purger = new Purger(machine, proposer, clock, settings.purgeEntries);
  const trimmer = new JournalTrimmer(store, machine, replicator, clock, log);

  const parts: ServiceParts = {
    machine,
    blocks,
    proposer,
    leases,
    openFiles,
    waits,
    pages: new ListingPages(),
    slices,
    accessTimes,
    clock,
    admission,
    metaFiles: new MetaFiles(seams.disk, logFolder(config, core.folder)),
    config: settings,
    wakeBlocks: () => ticker.wake(),
    poolId: () => machine.identity?.blockPoolId ?? '',
    checkStartup: (what) => startupRefusal(parts, what),
  };
  const service = new NamenodeService(parts, callers);
  const serve = service.serve.bind(service) as RouterParts['serve'];
  const handsOver = (): boolean => replicator.room.isFull && group.members.length > 1;
  const notReady = (): boolean => blocks.safeMode.startup || handsOver();
  const router = new Router({ group, passage, clock, state: machine, serve, notReady, limits: settings.routing });
  service.routeBy(router);
  let rebuild: Rebuild | undefined;
  const catchUp = new CatchUp(group, clock, () => {
    rebuild = new Rebuild(machine, blocks, () => ticker.wake());
    slices.add(rebuild);
  });
  core.adoption.begin = (done) => {
    rebuild?.stop();
    slices.add({
      step: () => {
        if (!blocks.forget(FORGET_BLOCKS)) return false;
        done();
        for (const hear of core.afterBatch) hear();
        catchUp.again();
        return true;
      },
    });
  };
  let serving = (): void => undefined;
  const wakeBlocks = (): void => ticker.wake();
  const tenure = new Tenure(
    { group, machine, blocks, proposer, leases, openFiles, purger, clock, wakeBlocks },
    limitsFrom(config),
    () => serving(),
  );
  const background = [slices, ticker, waits, openFiles, accessTimes, purger, trimmer, catchUp, tenure, router];
  for (const part of background) lifecycle.add(part.constructor.name, () => part.close());
  core.afterBatch.push(() => {
    purger.wake();
    tenure.applied();
    router.applied();
  });

  return {
    parts,
    service,
    router,
    forwarded: new ForwardedCalls(group, router, accessTimes, clusterId),
    datanodes: new DatanodeService(
      blocks,
      admission,
      // A claim, or an order, of a leader that has no quorum would be believed until the next leader's heartbeat.
      {
        get leading() {
          return group.leased;
        },
        get appliedIndex() {
          return machine.appliedIndex;
        },
      },
      () => machine.identity,
      clock,
      () => ticker.wake(),
    ),
    callers,
    impersonation,
    racks,
    begin: async () => {
      tenure.applied();
      tenure.start();
      const leads = new Promise<void>((resolve) => {
        serving = resolve;
      });
      catchUp.start();
      ticker.start();
      openFiles.start();
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

function groupsOf(config: Config, { clock, log }: NamenodeSeams): GroupMapping {
  const lookup = osGroups({ logger: log });
  return new GroupMapping(config.get(options.staticGroups), lookup, clock, config.get(options.groupsCacheMs));
}
