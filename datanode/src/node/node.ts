import { hostname } from 'node:os';
import { type Config, datanodeOptions as options } from '@rfs/base/config';
import { Lifecycle } from '@rfs/base/lifecycle';
import type { Logger } from '@rfs/base/log';
import { Metrics, openEventLoopDelay } from '@rfs/base/metrics';
import type { Clock, Random } from '@rfs/base/seams';
import { ProtocolTable, RpcServer, rpcLimitsFrom } from '@rfs/protocol/rpc';
import { type GroupMapping, Impersonation, isSuperuser, openGroups, superuserRule } from '@rfs/protocol/users';
import { datanodeBeans, type HttpPlugin, openHttp } from '../fronts/index.js';
import { addClientDatanodeProtocol, addInterDatanodeProtocol, type IpcNode } from '../ipc/index.js';
import { type DatanodeAddress, PoolService, SOFTWARE_VERSION } from '../reports/index.js';
import {
  AvailableSpaceChoice,
  nodeFiles,
  type ReplicaStore,
  RoundRobinChoice,
  StorageFolders,
} from '../store/index.js';
import {
  type Connection,
  LocalReads,
  nodeNetwork,
  SegmentPool,
  SelfLink,
  Throttle,
  type TransferCounters,
  TransferServer,
} from '../transfer/index.js';
import { callingAddress } from './addresses.js';
import { leave } from './leaving.js';
import { publishMetrics } from './metrics.js';
import { reportToNamenodes } from './namenodes.js';
import { Pool } from './pool.js';
import { recoverWith } from './recoveries.js';
import { publishScanMetrics } from './scan-metrics.js';
import { scanSettings, toleratedFailures, transferSettings } from './settings.js';

/** The world, as the composition root gives it. */
export interface DatanodeSeams {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly nextTurn: (action: () => void) => void;
  /** The user that runs this process. */
  readonly user: string;
  /** The node cannot go on; the process is to end. */
  readonly fatal: (error: Error) => void;
  /** Ends the process in order, because an operator asked for it over RPC. */
  readonly shutDown?: () => void;
  /** Further routes of the HTTP port, which may read the replicas of this process. */
  readonly plugins?: (inside: DatanodeInside) => readonly HttpPlugin[];
}

/** What a datanode lends its plugins. */
export interface DatanodeInside {
  readonly localReplicas: LocalReads;
  /** The address that this datanode calls a namenode's host from, by which namenodes know it. */
  readonly callFrom: (host: string) => string | undefined;
}

interface Listening {
  readonly host: string;
  readonly port: number;
}

export interface RunningDatanode {
  readonly addresses: { readonly data: Listening; readonly ipc: Listening; readonly http: Listening };
  readonly datanodeUuid: string;
  close(): Promise<void>;
}

/** All parts together may take this long to close. */
const CLOSE_TIMEOUT_MS = 3000;

/** Builds a datanode from its configuration, in order; it closes in reverse. Resolves once its ports are open. */
export async function startDatanode(config: Config, seams: DatanodeSeams): Promise<RunningDatanode> {
  const lifecycle = new Lifecycle(seams.clock, seams.log, CLOSE_TIMEOUT_MS);
  try {
    return await build(config, seams, lifecycle);
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

async function build(config: Config, seams: DatanodeSeams, lifecycle: Lifecycle): Promise<RunningDatanode> {
  const { clock, random, log, nextTurn, user } = seams;
  const settings = transferSettings(config);
  const startedMs = clock.monotonicMs();
  const counters = newCounters();
  const balancing = new Throttle(clock, config.get(options.balanceBandwidth));
  const metrics = new Metrics();
  const context = { clock, network: nodeNetwork, pool: new SegmentPool(), connections: new Set<Connection>() };
  const folders = await lifecycle.open(
    'data folders',
    () =>
      StorageFolders.open({
        files: nodeFiles,
        random: random.fork('storage'),
        locations: config.get(options.dataDirs).map(({ type, path }) => ({ folder: path, storageType: type })),
        reservation: { bytes: config.get(options.reservedBytes), percent: config.get(options.reservedPercent) },
        permissions: config.get(options.dataDirPermissions),
        toleratedFailures: toleratedFailures(config),
      }),
    (opened) => opened.release(),
  );
  const { datanodeUuid } = folders;
  for (const { location, error } of folders.failed)
    log.error('a data folder failed', { folder: location.folder, error });

  let pool: Pool | null = null;
  let address: DatanodeAddress | null = null;
  const remote = { user, clock, random, timeoutMs: settings.readTimeoutMs, useHostname: settings.useHostname };
  const namenodes: PoolService = new PoolService({
    log,
    nowMs: () => clock.monotonicMs(),
    // Asked for only by the actors, which start when all ports are open.
    address: () => address as DatanodeAddress,
    open: async (namespace): Promise<ReplicaStore> => {
      pool = await Pool.open(namespace, namenodes, {
        clock,
        random: random.fork('scanners'),
        log,
        folders,
        choice:
          config.get(options.volumeChoice) === 'available-space'
            ? new AvailableSpaceChoice(random.fork('volumes'))
            : new RoundRobinChoice(),
        toleratedFailures: toleratedFailures(config),
        transfers: { context, clock, log, settings, counters, balancing, datanodeUuid },
        scan: scanSettings(config),
        recover: recoverWith({ datanodeUuid, namenodes, remote, log }),
        fatal: seams.fatal,
      });
      return pool.store;
    },
    execute: (command) => pool?.execute(command),
    isGoing: (blockId, generationStamp) => pool?.deletions.isOrdered(blockId, generationStamp) ?? false,
    verify: (blockId) => pool?.scanners.verify(blockId),
    fatal: seams.fatal,
  });
  lifecycle.add('replicas', () => pool?.close());
  const store = () => namenodes.store;
  const transfers = new TransferServer(context, settings, () => pool?.service ?? null);
  const localReplicas = new LocalReads(
    () => pool?.service ?? null,
    (events) => new SelfLink((socket) => transfers.accept(socket), events, clock),
  );
  publishMetrics(metrics, store, counters, localReplicas, () => pool?.deletions);
  publishScanMetrics(metrics, () => pool?.scanners.counters);

  const dataAddress = config.get(options.dataAddress);
  const dataPort = await lifecycle.open(
    'data port',
    () => transfers.listen(dataAddress.host, dataAddress.port),
    () => transfers.close(),
  );
  const ipcAddress = config.get(options.ipcAddress);
  const groups = openGroups(config, clock, log);
  const superusers = superuserRule(config, user);
  const ipcNode: IpcNode = {
    store,
    judge: (caller, done) => groups.resolve(caller, (its) => done(isSuperuser(superusers, caller, its))),
    uptimeMs: () => clock.monotonicMs() - startedMs,
    pause: () => new Promise(nextTurn),
    balancerBandwidth: () => balancing.bytesPerSecond,
    triggerReport: (incremental, namenode) => triggerReport(namenodes, incremental, namenode),
    shutDown: () => nextTurn(() => seams.shutDown?.()),
  };
  const rpc = await lifecycle.open(
    'rpc server',
    () => listenRpc(ipcAddress, config, ipcNode, groups, seams),
    (opened) => new Promise<void>((closed) => opened.close(closed)),
  );
  await openEventLoopDelay(metrics, lifecycle);
  const httpAddress = config.get(options.httpAddress);
  const hostName = config.get(options.hostname) ?? hostname();
  const http = await lifecycle.open(
    'http server',
    () =>
      openHttp({
        ...httpAddress,
        beans: (httpPort) =>
          datanodeBeans({
            store,
            counters,
            scans: () => pool?.scanners.counters,
            version: SOFTWARE_VERSION,
            hostName,
            clusterId: () => namenodes.registration()?.storageInfo.clusterID ?? '',
            rpcPort: rpc.port,
            httpPort,
            dataPort,
          }),
        metrics,
        ready: () => namenodes.namenodes.some((actor) => actor.isRegistered),
        log,
        plugins: seams.plugins?.({ localReplicas, callFrom: (host) => callingAddress(dataAddress.host, host) }) ?? [],
      }),
    (opened) => opened.close(),
  );
  address = {
    // Namenodes put the address that they see in its place.
    ipAddress: dataAddress.host,
    hostName,
    datanodeUuid,
    transferPort: dataPort,
    infoPort: http.port,
    ipcPort: rpc.port,
  };
  await lifecycle.open(
    'namenodes',
    () => reportToNamenodes(config, seams, namenodes, counters, folders),
    (stop) => stop(),
  );
  log.info('datanode serves', { uuid: datanodeUuid, data: dataPort, ipc: rpc.port, http: http.port });
  return {
    addresses: {
      data: { host: dataAddress.host, port: dataPort },
      ipc: { host: ipcAddress.host, port: rpc.port },
      http: { host: httpAddress.host, port: http.port },
    },
    datanodeUuid,
    close: async () => {
      await leave(namenodes, counters, clock);
      await lifecycle.close();
    },
  };
}

async function listenRpc(
  { host, port }: Listening,
  config: Config,
  node: IpcNode,
  groups: GroupMapping,
  { clock, log }: DatanodeSeams,
): Promise<RpcServer> {
  const limits = rpcLimitsFrom(config);
  // No order makes a datanode read its rules again, on Apache's neither.
  const { authorize } = await Impersonation.open(config, groups, log);
  const table = new ProtocolTable();
  addClientDatanodeProtocol(table, node);
  addInterDatanodeProtocol(table, node);
  const onMalformed = (client: string, message: string): void =>
    log.warn('closed a connection with malformed bytes', { client, message });
  return new Promise((resolve, reject) => {
    RpcServer.listen({ host, port, table, clock, limits, authorize, onMalformed }, (result) =>
      result instanceof Error ? reject(result) : resolve(result),
    );
  });
}

function triggerReport(namenodes: PoolService, incremental: boolean, namenode: string | undefined): boolean {
  const actors = namenodes.namenodes;
  const named = actors.filter(({ name }) => namenode === undefined || name === namenode);
  // Clients send the name that their resolver has for the address they were given: then the port must do.
  const meant = named.length > 0 ? named : actors.filter(({ name }) => portOf(name) === portOf(namenode ?? ''));
  for (const actor of meant) {
    if (incremental) actor.beatSoon();
    else actor.reportSoon();
  }
  return meant.length > 0;
}

function portOf(hostAndPort: string): string {
  return hostAndPort.slice(hostAndPort.lastIndexOf(':') + 1);
}

function newCounters(): TransferCounters {
  return {
    active: 0,
    writers: 0,
    copies: 0,
    moves: 0,
    bytesRead: 0,
    bytesWritten: 0,
    blocksRead: 0,
    blocksWritten: 0,
    corruptFound: 0,
  };
}
