import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import { Lifecycle } from '@rfs/base/lifecycle';
import type { Logger } from '@rfs/base/log';
import { EventLoopDelay, Metrics } from '@rfs/base/metrics';
import type { Clock, Disk, Random } from '@rfs/base/seams';
import { ProtocolTable, RpcServer } from '@rfs/protocol/rpc';
import type { ClientService } from '@rfs/protocol/service';
import { BlockManager, type DatanodeRegistration } from '../blocks/index.js';
import {
  addClientProtocol,
  addDatanodeProtocol,
  addHaProtocol,
  addServerProtocols,
  type HttpPlugin,
  MachineView,
  openHttp,
} from '../fronts/index.js';
import { CommandEncoder, CommandKind, StateMachine } from '../namespace/index.js';
import { makeIdentity, type NextTurn, Replicator } from '../replication/index.js';
import {
  AccessTimes,
  BlockChanges,
  BlockTicker,
  blockManagerConfig,
  Callers,
  ClusterTopology,
  DatanodeService,
  GroupMapping,
  HDFS_VERSION,
  LeaseTable,
  ListingPages,
  limitsFrom,
  NamenodeMetrics,
  NamenodeService,
  OpenFiles,
  osGroups,
  Proposer,
  Purger,
  Rebuild,
  ReplicaWaits,
  type ServiceParts,
  Slices,
  servedMethods,
  serviceConfig,
  startupRefusal,
} from '../service/index.js';
import { openLmdbStore } from '../store/index.js';
import { httpAddress, rpcAddress } from './addresses.js';
import { applierOf, JournalTrimmer } from './storage.js';

/** The world, as the composition root gives it. */
export interface NamenodeSeams {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly log: Logger;
  readonly nextTurn: NextTurn;
  /** The user that runs this process: superuser and owner of the root. */
  readonly user: string;
  /** The node cannot go on; the process is to end. */
  readonly fatal: (error: Error) => void;
  /** Further doors on the HTTP port, such as WebHDFS, given what they open onto. */
  readonly httpDoors?: (inside: NamenodeInside) => readonly HttpPlugin[];
}

/** What a door beside the node's own may use. */
export interface NamenodeInside {
  readonly service: ClientService;
  /** Datanodes that clients may be sent to, as they registered. */
  readonly datanodes: () => DatanodeRegistration[];
  /** host:port of the RPC door, as others reach it. */
  readonly rpcAddress: string;
}

export interface RunningNamenode {
  readonly rpc: { readonly host: string; readonly port: number };
  readonly http: { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

/** Mode of the root of a new filesystem. */
const ROOT_MODE = 0o755;

/** Builds a namenode from its configuration, in order; it closes in reverse. Resolves once it serves calls. */
export async function startNamenode(config: Config, seams: NamenodeSeams): Promise<RunningNamenode> {
  const { clock, random, disk, log, nextTurn } = seams;
  const lifecycle = new Lifecycle(clock, log, config.get(options.closeTimeoutMs));
  const startedMs = clock.nowMs();
  const [folder] = config.get(options.nameDirs);
  if (folder === undefined) throw new Error(`${options.nameDirs.key} names no folder`);
  disk.makeFolder(join(folder.path, 'store'));

  const blocks = new BlockManager(blockManagerConfig(config), random.fork('blocks'));
  const store = await lifecycle.open(
    'store',
    () => openLmdbStore(join(folder.path, 'store')),
    (opened) => settled((done) => opened.close(done)),
  );
  const machine = new StateMachine(store, blocks.events);
  const metrics = new Metrics();
  const measures = new NamenodeMetrics(metrics);
  const afterBatch: (() => void)[] = [];
  const supergroup = config.get(options.supergroup);
  const replicator = await lifecycle.open(
    'replicator',
    () =>
      Replicator.open({
        disk,
        folder: join(folder.path, 'journal'),
        clock,
        random: random.fork('replicator'),
        nextTurn,
        applier: applierOf(machine, store, () => {
          for (const hear of afterBatch) hear();
        }),
        observer: measures,
        alone: config.get(options.peers) === undefined,
        identity: () => bootstrapCommand(seams, supergroup, rpcAddress(config).host),
        fatal: seams.fatal,
        limits: {
          applyCount: config.get(options.applyBatchEntries),
          applySliceMs: config.get(options.applySliceMs),
          waitingBytes: config.get(options.maximumProposalBytes),
          writeBytes: config.get(options.maximumBatchBytes),
          segmentBytes: config.get(options.segmentBytes),
          retainedBytes: config.get(options.retainedJournalBytes),
        },
      }),
    (opened) => settled((done) => opened.close(() => done(null))),
  );

  const racks = await ClusterTopology.open(blocks.topology, {
    mapping: config.get(options.topologyMapping),
    table: config.get(options.topologyTable),
    script: config.get(options.topologyScript),
    scriptArguments: config.get(options.topologyScriptArguments),
    logger: log,
  });
  const groups = new GroupMapping(
    config.get(options.staticGroups),
    osGroups({ logger: log }),
    clock,
    config.get(options.groupsCacheMs),
  );
  const callers = new Callers(groups, {
    owner: seams.user,
    supergroup,
    permissionsEnabled: config.get(options.permissionsEnabled),
  });
  const settings = serviceConfig(config);
  const slices = new Slices(clock, nextTurn);
  lifecycle.add('slices', () => slices.close());
  const ticker = new BlockTicker(blocks, slices, clock);
  lifecycle.add('block ticker', () => ticker.close());
  const proposer = new Proposer(replicator, clock);
  const leases = new LeaseTable(settings.leases);
  const waits = new ReplicaWaits(blocks, clock);
  lifecycle.add('replica waits', () => waits.close());
  const openFiles = new OpenFiles({ machine, blocks, proposer, leases, waits, clock }, settings.leaseRecheckMs);
  lifecycle.add('open files', () => openFiles.close());
  const accessTimes = new AccessTimes(machine, proposer, clock);
  lifecycle.add('access times', () => accessTimes.close());
  const purger = new Purger(machine, proposer, clock, settings.purgeEntries);
  lifecycle.add('purger', () => purger.close());
  afterBatch.push(() => purger.wake());
  const trimmer = new JournalTrimmer(store, machine, replicator, clock, log);
  lifecycle.add('journal trimmer', () => trimmer.close());

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
    config: settings,
    wakeBlocks: () => ticker.wake(),
    poolId: () => machine.identity?.blockPoolId ?? '',
    readIndex: (ready, refused) => replicator.readIndex({ readable: ready, refused }),
    checkStartup: (what) => startupRefusal(parts, what),
  };
  const service = new NamenodeService(parts, callers);
  const datanodes = new DatanodeService(
    blocks,
    replicator,
    () => machine.identity,
    clock,
    () => ticker.wake(),
  );

  await new Promise<void>((serving) => replicator.start(serving));
  if (machine.state.safeMode) blocks.setManualSafeMode(true);
  blocks.setLeader(true, clock.monotonicMs());
  await proposeLimits(proposer, machine, config);
  slices.add(new Rebuild(machine, blocks, () => ticker.wake()));
  ticker.start();
  openFiles.start();
  trimmer.start();
  purger.wake();

  const table = new ProtocolTable();
  addClientProtocol(table, service, servedMethods);
  addDatanodeProtocol(table, datanodes, new BlockChanges(parts), racks);
  addHaProtocol(table, replicator);
  addServerProtocols(table, datanodes, callers);
  const listening = rpcAddress(config);
  const server = await lifecycle.open(
    'rpc server',
    () =>
      new Promise<RpcServer>((resolve, reject) => {
        RpcServer.listen(
          {
            host: listening.bindHost,
            port: listening.port,
            table,
            clock,
            stateId: () => machine.appliedIndex,
            onCall: measures.onCall,
            limits: {
              maxFrameBytes: config.get(options.rpcMaximumRequestBytes),
              maxCallsPerConnection: config.get(options.rpcCallsPerConnection),
            },
            onMalformed: (client, message) => log.warn('closed a connection with malformed bytes', { client, message }),
          },
          (result) => (result instanceof Error ? reject(result) : resolve(result)),
        );
      }),
    (opened) => settled((done) => opened.close(() => done(null))),
  );
  const delay = await lifecycle.open(
    'event loop delay',
    () => new EventLoopDelay(),
    (opened) => opened.close(),
  );
  delay.publish(metrics);
  measures.watch({
    replication: replicator,
    rpc: server,
    blocks,
    namespace: machine,
    replicaWaits: waits,
    slices,
    clock,
  });
  const http = httpAddress(config);
  const view = new MachineView({
    machine,
    blocks,
    clock,
    role: () => (replicator.leading ? 'active' : 'observer'),
    lastTransitionMs: () => startedMs,
    hostAndPort: `${listening.host}:${server.port}`,
    hostName: hostname(),
    version: HDFS_VERSION,
    startedMs,
    maxObjects: config.get(options.maximumObjects),
    nameDir: folder.path,
    staleIntervalMs: config.get(options.staleDatanodeMs),
  });
  const plugins =
    seams.httpDoors?.({
      service,
      datanodes: () => inService(blocks),
      rpcAddress: `${listening.host}:${server.port}`,
    }) ?? [];
  const door = await lifecycle.open(
    'http server',
    () => openHttp({ host: http.bindHost, port: http.port, view, metrics, logger: log, plugins }),
    (opened) => opened.close(),
  );
  log.info('namenode serves', {
    http: `${http.host}:${door.port}`,
    rpc: `${listening.host}:${server.port}`,
    cluster: machine.identity?.clusterId,
    applied: machine.appliedIndex,
  });
  return {
    rpc: { host: listening.host, port: server.port },
    http: { host: http.host, port: door.port },
    close: async () => {
      await lifecycle.close();
    },
  };
}

function inService(blocks: BlockManager): DatanodeRegistration[] {
  return blocks
    .datanodeReport('LIVE')
    .filter((datanode) => datanode.inService)
    .map(({ registration }) => registration);
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

/** The first entry of a new log: who this filesystem is, and its root. */
function bootstrapCommand(seams: NamenodeSeams, supergroup: string, address: string): Uint8Array {
  const identity = makeIdentity(seams.clock, seams.random, address);
  const header = { timeMs: seams.clock.nowMs(), user: '', groups: [], superuser: true, callId: -1 };
  return new CommandEncoder().encode(CommandKind.BOOTSTRAP, header, {
    ...identity,
    rootOwner: seams.user,
    rootGroup: supergroup,
    rootMode: ROOT_MODE,
  });
}

function settled(begin: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error === null ? resolve() : reject(error))));
}
