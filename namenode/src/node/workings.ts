import { type Config, namenodeOptions as options } from '@rfs/base/config';
import type { Lifecycle } from '@rfs/base/lifecycle';
import { CommandKind, type StateMachine } from '../namespace/index.js';
import {
  AccessTimes,
  Admission,
  BlockTicker,
  Callers,
  ClusterTopology,
  DatanodeService,
  GroupMapping,
  Impersonation,
  LeaseTable,
  ListingPages,
  limitsFrom,
  NamenodeService,
  OpenFiles,
  osGroups,
  Proposer,
  Purger,
  Rebuild,
  ReplicaWaits,
  readHostFiles,
  type ServiceParts,
  Slices,
  serviceConfig,
  startupRefusal,
} from '../service/index.js';
import type { NamenodeCore } from './core.js';
import type { NamenodeSeams } from './seams.js';
import { JournalTrimmer } from './storage.js';

/** The services between core and doors. */
export interface Workings {
  readonly parts: ServiceParts;
  readonly service: NamenodeService;
  readonly datanodes: DatanodeService;
  readonly callers: Callers;
  readonly impersonation: Impersonation;
  readonly racks: ClusterTopology;
  /** Replays the log, takes the lead, and begins what runs in the background; resolves once calls may be served. */
  begin(): Promise<void>;
}

/** Builds the services on the core. Nothing runs before `begin`. */
export async function openWorkings(
  config: Config,
  seams: NamenodeSeams,
  core: NamenodeCore,
  lifecycle: Lifecycle,
): Promise<Workings> {
  const { clock, log, nextTurn } = seams;
  const { machine, blocks, replicator, store } = core;
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
  const waits = new ReplicaWaits(blocks, clock);
  const openFiles = new OpenFiles({ machine, blocks, proposer, leases, waits, clock }, settings.leaseRecheckMs);
  const accessTimes = new AccessTimes(machine, proposer, clock);
  const purger = new Purger(machine, proposer, clock, settings.purgeEntries);
  const trimmer = new JournalTrimmer(store, machine, replicator, clock, log);
  for (const part of [slices, ticker, waits, openFiles, accessTimes, purger, trimmer]) {
    lifecycle.add(part.constructor.name, () => part.close());
  }
  core.afterBatch.push(() => purger.wake());

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
    config: settings,
    wakeBlocks: () => ticker.wake(),
    poolId: () => machine.identity?.blockPoolId ?? '',
    readIndex: (ready, refused) => replicator.readIndex({ readable: ready, refused }),
    checkStartup: (what) => startupRefusal(parts, what),
  };
  return {
    parts,
    service: new NamenodeService(parts, callers),
    datanodes: new DatanodeService(
      blocks,
      admission,
      replicator,
      () => machine.identity,
      clock,
      () => ticker.wake(),
    ),
    callers,
    impersonation,
    racks,
    begin: async () => {
      await new Promise<void>((serving) => replicator.start(serving));
      if (machine.state.safeMode) blocks.setManualSafeMode(true);
      blocks.setLeader(true, clock.monotonicMs());
      await proposeLimits(proposer, machine, config);
      slices.add(new Rebuild(machine, blocks, () => ticker.wake()));
      ticker.start();
      openFiles.start();
      trimmer.start();
      purger.wake();
    },
  };
}

function groupsOf(config: Config, { clock, log }: NamenodeSeams): GroupMapping {
  const lookup = osGroups({ logger: log });
  return new GroupMapping(config.get(options.staticGroups), lookup, clock, config.get(options.groupsCacheMs));
}

/** The limits of the configuration go into the log when the state has others. */
async function proposeLimits(proposer: Proposer, machine: StateMachine, config: Config): Promise<void> {
  const wanted = limitsFrom(config);
  const known = machine.limits;
  if ((Object.keys(wanted) as (keyof typeof wanted)[]).every((key) => wanted[key] === known[key])) return;
  await new Promise<void>((resolve, reject) => {
    proposer.proposeOwn(CommandKind.CONFIGURE, wanted, {
      applied: () => resolve(),
      refused: (refusal) => reject(new Error(refusal.message)),
    });
  });
}
