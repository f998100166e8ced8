import { type Config, datanodeOptions as options } from '@rfs/base/config';
import { FailureError, isFailure } from '@rfs/base/failure';
import { Lifecycle } from '@rfs/base/lifecycle';
import type { Logger } from '@rfs/base/log';
import { EventLoopDelay, Metrics } from '@rfs/base/metrics';
import type { Clock, Random } from '@rfs/base/seams';
import type { RecoveringBlockProto } from '@rfs/protocol/messages';
import {
  ClientIdentity,
  callAsync,
  ProtocolTable,
  protocols,
  ReconnectingRpcClient,
  RpcServer,
} from '@rfs/protocol/rpc';
import { datanodeBeans, type HttpPlugin, openHttp } from '../fronts/index.js';
import { addClientDatanodeProtocol, addInterDatanodeProtocol, type IpcNode } from '../ipc/index.js';
import { LocalPeer, RemotePeer, recoverBlock } from '../recovery/index.js';
import {
  Commands,
  type DatanodeAddress,
  Deletions,
  NamenodeActor,
  PoolService,
  SOFTWARE_VERSION,
} from '../reports/index.js';
import {
  AvailableSpaceChoice,
  blockText,
  DigestTaker,
  type NamespaceIdentity,
  nodeFiles,
  openStore,
  type ReplicaStore,
  RoundRobinChoice,
  StorageFolders,
} from '../store/index.js';
import {
  type Connection,
  nodeNetwork,
  SegmentPool,
  Throttle,
  type TransferCounters,
  TransferServer,
  type TransferService,
} from '../transfer/index.js';
import { publishMetrics } from './metrics.js';
import { actorTimes, hostRules, namenodesToServe, toleratedFailures, transferSettings } from './settings.js';

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
  /** Further routes of the HTTP port. */
  readonly plugins?: readonly HttpPlugin[];
}

export interface RunningDatanode {
  readonly addresses: {
    readonly data: { readonly host: string; readonly port: number };
    readonly ipc: { readonly host: string; readonly port: number };
    readonly http: { readonly host: string; readonly port: number };
  };
  readonly datanodeUuid: string;
  close(): Promise<void>;
}

/** All parts together may take this long to close. */
const CLOSE_TIMEOUT_MS = 3000;
/** A namenode that was away is tried again this soon; the actor makes the pauses longer. */
const RECONNECT = { firstMs: 0, maxMs: 0 };

/** Builds a datanode from its configuration, in order; it closes in reverse. Resolves once its ports are open. */
export async function startDatanode(config: Config, seams: DatanodeSeams): Promise<RunningDatanode> {
  const { clock, log } = seams;
  const lifecycle = new Lifecycle(clock, log, CLOSE_TIMEOUT_MS);
  try {
    return await build(config, seams, lifecycle);
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

async function build(config: Config, seams: DatanodeSeams, lifecycle: Lifecycle): Promise<RunningDatanode> {
  const { clock, random, log, nextTurn, user } = seams;
  const startedMs = clock.monotonicMs();
  const settings = transferSettings(config);
  const rules = hostRules(config);
  const context = { clock, network: nodeNetwork, pool: new SegmentPool(), connections: new Set<Connection>() };
  const counters = newCounters();
  const balancing = new Throttle(clock, config.get(options.balanceBandwidth));
  const metrics = new Metrics();
  let service: TransferService | null = null;
  let commands: Commands | null = null;
  let address: DatanodeAddress | null = null;

  const folders = await lifecycle.open(
    'data folders',
    () =>
      StorageFolders.open({
        files: nodeFiles,
        random: random.fork('storage'),
        locations: config.get(options.dataDirs).map(({ type, path }) => ({ folder: path, storageType: type })),
        reservedBytes: config.get(options.reservedBytes),
        toleratedFailures: toleratedFailures(config),
      }),
    (opened) => opened.release(),
  );
  for (const { location, error } of folders.failed)
    log.error('a data folder failed', { folder: location.folder, error });

  const pool = new PoolService({
    log,
    nowMs: () => clock.monotonicMs(),
    address: () => address!,
    open: (namespace) => openReplicas(namespace),
    execute: (command) => commands?.execute(command),
    fatal: seams.fatal,
  });

  async function openReplicas(namespace: NamespaceIdentity): Promise<ReplicaStore> {
    const beganMs = clock.monotonicMs();
    const store: ReplicaStore = await openStore(folders, namespace, {
      files: nodeFiles,
      clock,
      choice:
        config.get(options.volumeChoice) === 'available-space'
          ? new AvailableSpaceChoice(random.fork('volumes'))
          : new RoundRobinChoice(),
      events: {
        receiving: (replica) => pool.receiving(replica),
        received: (block, volume, digest, deleteHint) => {
          counters.blocksWritten++;
          counters.bytesWritten += block.lengthBytes;
          if (digest === null) taker.want(block);
          pool.received(block, volume, digest, deleteHint);
        },
        deleted: (blockId, generationStamp, volume) => pool.deleted(blockId, generationStamp, volume),
        volumeFailed: (volume) => {
          log.error('a volume failed', { folder: volume.folder, error: volume.failure });
          const failed = store.volumes.filter((one) => one.failure !== null).length + folders.failed.length;
          if (failed > toleratedFailures(config)) seams.fatal(new Error(`${failed} volumes have failed`));
          for (const actor of pool.namenodes) actor.reportSoon();
        },
      },
    });
    const taker = new DigestTaker(store, (block, error) =>
      log.warn('a digest could not be taken', { block: blockText(block), error }),
    );
    const deletions = new Deletions(store, (blockId, error) =>
      log.warn('a replica could not be deleted', { blockId, error }),
    );
    service = {
      store,
      context,
      clock,
      log,
      settings,
      counters,
      balancing,
      datanodeUuid: folders.datanodeUuid,
      reportBad: (block, volume) => {
        log.warn('a replica is damaged', { block: blockText(block), folder: volume.folder });
        pool.reportBad(block, volume);
      },
    };
    commands = new Commands({ service, deletions, recover: (order) => recover(store, order), log });
    publishMetrics(metrics, store, counters, deletions);
    lifecycle.add('replicas', async () => {
      deletions.clear();
      await taker.stop();
      await store.close();
    });
    log.info('opened the replicas', {
      pool: namespace.blockPoolId,
      replicas: store.finalizedCount,
      tookMs: Math.round(clock.monotonicMs() - beganMs),
    });
    return store;
  }

  function recover(store: ReplicaStore, order: RecoveringBlockProto): Promise<void> {
    const remote = {
      user,
      clock,
      random,
      timeoutMs: settings.readTimeoutMs,
      useHostname: settings.useHostname,
    };
    return recoverBlock(order, {
      log,
      peerFor: (id) => (id.datanodeUuid === folders.datanodeUuid ? new LocalPeer(store) : new RemotePeer(id, remote)),
      commit: async (request) => {
        const caller = pool.activeCaller;
        if (caller === undefined) throw new Error('no namenode is active');
        const answer = await callAsync(caller, protocols.datanode, 'commitBlockSynchronization', request);
        if (isFailure(answer)) throw new FailureError(answer);
      },
    });
  }

  const dataAddress = config.get(options.dataAddress);
  const transfers = new TransferServer(context, settings, () => service);
  const dataPort = await lifecycle.open(
    'data port',
    () => transfers.listen(dataAddress.host, dataAddress.port),
    () => transfers.close(),
  );

  const ipcNode: IpcNode = {
    store: () => pool.store,
    user,
    uptimeMs: () => clock.monotonicMs() - startedMs,
    reservedBytes: config.get(options.reservedBytes),
    pause: () => new Promise(nextTurn),
    balancerBandwidth: () => balancing.bytesPerSecond,
    triggerReport: (incremental, namenode) => triggerReport(pool, incremental, namenode),
    shutDown: () => nextTurn(() => seams.shutDown?.()),
  };
  const ipcAddress = config.get(options.ipcAddress);
  const rpc = await lifecycle.open(
    'rpc server',
    () => listenRpc(ipcAddress, ipcNode, seams),
    (opened) => new Promise<void>((closed) => opened.close(closed)),
  );

  const delay = await lifecycle.open(
    'event loop delay',
    () => new EventLoopDelay(),
    (opened) => opened.close(),
  );
  delay.publish(metrics);
  const httpAddress = config.get(options.httpAddress);
  const http = await lifecycle.open(
    'http server',
    () =>
      openHttp({
        host: httpAddress.host,
        port: httpAddress.port,
        beans: datanodeBeans({
          store: () => pool.store,
          counters,
          version: SOFTWARE_VERSION,
          hostName: rules.hostName,
          clusterId: () => pool.registration()?.storageInfo.clusterID ?? '',
          rpcPort: rpc.port,
          httpPort: httpAddress.port,
          dataPort,
        }),
        metrics,
        ready: () => pool.namenodes.some((actor) => actor.isRegistered),
        log,
        plugins: seams.plugins ?? [],
      }),
    (opened) => opened.close(),
  );

  address = {
    ipAddress: rules.ipAddress,
    hostName: rules.hostName,
    datanodeUuid: folders.datanodeUuid,
    transferPort: dataPort,
    infoPort: http.port,
    ipcPort: rpc.port,
  };
  await lifecycle.open(
    'namenodes',
    () => startActors(config, seams, pool, counters, folders),
    async (clients) => {
      // Calls under way end when their connections do.
      for (const client of clients) client.close();
      await Promise.all(pool.namenodes.map((actor) => actor.stop()));
    },
  );
  log.info('datanode serves', { uuid: folders.datanodeUuid, data: dataPort, ipc: rpc.port, http: http.port });
  return {
    addresses: {
      data: { host: dataAddress.host, port: dataPort },
      ipc: { host: ipcAddress.host, port: rpc.port },
      http: { host: httpAddress.host, port: http.port },
    },
    datanodeUuid: folders.datanodeUuid,
    close: async () => {
      await lifecycle.close();
    },
  };
}

function startActors(
  config: Config,
  seams: DatanodeSeams,
  pool: PoolService,
  counters: TransferCounters,
  folders: StorageFolders,
): ReconnectingRpcClient[] {
  const { clock, random, log, nextTurn, user } = seams;
  const { bindAddress } = hostRules(config);
  const nowMs = clock.nowMs();
  const clients: ReconnectingRpcClient[] = [];
  for (const { host, port } of namenodesToServe(config)) {
    const identity = new ClientIdentity(random.fork(`${host}:${port}`));
    const client = new ReconnectingRpcClient(
      {
        host,
        port,
        bindAddress,
        user,
        protocol: protocols.datanode,
        identity,
        clock,
        connectTimeoutMs: config.get(options.rpcConnectTimeoutMs),
        callTimeoutMs: config.get(options.rpcTimeoutMs),
        pingMs: config.get(options.rpcPingIntervalMs),
      },
      RECONNECT,
    );
    clients.push(client);
    const actor = new NamenodeActor(pool, {
      name: `${host}:${port}`,
      caller: client,
      clock,
      random: random.fork(`reports to ${host}:${port}`),
      log,
      times: actorTimes(config),
      load: () => ({ copies: counters.copies, transfers: counters.active }),
      lostFolders: folders.failed.map(({ location }) => ({ folder: location.folder, failedAtMs: nowMs })),
      nextTurn,
    });
    pool.add(actor);
    actor.start();
  }
  return clients;
}

function listenRpc(
  address: { readonly host: string; readonly port: number },
  node: IpcNode,
  { clock, log }: DatanodeSeams,
): Promise<RpcServer> {
  const table = new ProtocolTable();
  addClientDatanodeProtocol(table, node);
  addInterDatanodeProtocol(table, node);
  const { host, port } = address;
  const onMalformed = (client: string, message: string): void =>
    log.warn('closed a connection with malformed bytes', { client, message });
  return new Promise((resolve, reject) => {
    RpcServer.listen({ host, port, table, clock, onMalformed }, (result) =>
      result instanceof Error ? reject(result) : resolve(result),
    );
  });
}

function triggerReport(pool: PoolService, incremental: boolean, namenode: string | undefined): boolean {
  const actors = pool.namenodes.filter((actor) => namenode === undefined || actor.name === namenode);
  for (const actor of actors) {
    if (incremental) actor.beatSoon();
    else actor.reportSoon();
  }
  return actors.length > 0;
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
