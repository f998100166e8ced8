import { hostname } from 'node:os';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import type { Lifecycle } from '@rfs/base/lifecycle';
import { openEventLoopDelay } from '@rfs/base/metrics';
import { failure } from '@rfs/protocol/exceptions';
import { ProtocolTable, protocols, rpcLimitsFrom } from '@rfs/protocol/rpc';
import type { BlockManager, DatanodeRegistration } from '../blocks/index.js';
import {
  addClientProtocol,
  addDatanodeProtocol,
  addForwardProtocol,
  addHaProtocol,
  addServerProtocols,
  fsckDoor,
  MachineView,
  openHttp,
} from '../fronts/index.js';
import { addGroupProtocols, addSnapshotProtocol } from '../peers/index.js';
import { BlockListings, Fsck, HDFS_VERSION, LostFound, servedMethods } from '../service/index.js';
import { httpAddress, rpcAddress } from './addresses.js';
import type { NamenodeCore } from './core.js';
import { listen } from './listening.js';
import type { NamenodeSeams } from './seams.js';
import { settled } from './storage.js';
import type { Workings } from './workings.js';

/** Where a door is open. */
export interface OpenDoor {
  readonly host: string;
  readonly port: number;
}

/** The RPC port of a namenode. */
export interface RpcDoor extends OpenDoor {
  /** Sends clients to the other namenodes; done when all have been told, or after a moment. */
  retire(): Promise<void>;
}

/** Clients that say nothing for so long are not waited for. Go's renews its lease every second. */
const RETIRE_MS = 1200;

/** Opens the RPC port for every protocol that a namenode speaks. */
export async function openRpcDoor(
  config: Config,
  seams: NamenodeSeams,
  core: NamenodeCore,
  workings: Workings,
  lifecycle: Lifecycle,
): Promise<RpcDoor> {
  const { clock, log } = seams;
  const { machine, replicator, measures, metrics } = core;
  const { callers, impersonation, racks } = workings;
  const { parts, service, datanodes, blockChanges, router } = workings.services;
  const table = new ProtocolTable();
  addClientProtocol(table, service, servedMethods);
  addDatanodeProtocol(table, datanodes, blockChanges, racks);
  addForwardProtocol(table, workings.forwarded);
  addHaProtocol(table, core.takeover);
  addGroupProtocols(table, { ...core, log, superuser: callers.superuser.bind(callers) });
  addSnapshotProtocol(table, { replicator, source: core.source, user: seams.user });
  addServerProtocols(table, {
    datanodes,
    callers,
    impersonation,
    reread: seams.reread,
    listings: new BlockListings(parts, callers),
  });
  const listening = rpcAddress(config);
  const server = await lifecycle.open(
    'rpc server',
    () =>
      listen({
        host: listening.bindHost,
        port: listening.port,
        table,
        clock,
        stateId: () => machine.appliedIndex,
        authorize: impersonation.authorize,
        onCall: measures.onCall,
        limits: rpcLimitsFrom(config),
        onMalformed: (client, message) => log.warn('closed a connection with malformed bytes', { client, message }),
      }),
    (opened) => settled((done) => opened.close(() => done(null))),
  );
  await openEventLoopDelay(metrics, lifecycle);
  measures.watch({
    replication: replicator,
    rpc: server,
    fetched: core.fetched,
    blocks: core.blocks,
    namespace: machine,
    replicaWaits: parts.waits,
    routing: router,
    slices: parts.slices,
    clock,
  });
  const leaving = failure('StandbyException', 'This namenode stops; ask another one');
  return {
    host: listening.host,
    port: server.port,
    retire: () => new Promise((done) => server.retire(protocols.client.name, leaving, RETIRE_MS, done)),
  };
}

/** Opens the HTTP port: overview, beans, metrics, and the doors that the composition root adds. */
export async function openHttpDoor(
  config: Config,
  seams: NamenodeSeams,
  core: NamenodeCore,
  workings: Workings,
  rpc: OpenDoor,
  lifecycle: Lifecycle,
): Promise<OpenDoor> {
  const { clock, log } = seams;
  const { machine, blocks, replicator, metrics } = core;
  const startedMs = clock.nowMs();
  const rpcText = `${rpc.host}:${rpc.port}`;
  const view = new MachineView({
    machine,
    blocks,
    clock,
    role: () => (replicator.leading ? 'active' : 'observer'),
    votes: () => core.group.votes,
    lastTransitionMs: () => startedMs,
    hostAndPort: rpcText,
    hostName: hostname(),
    version: HDFS_VERSION,
    startedMs,
    maxObjects: config.get(options.maximumObjects),
    nameDir: core.folder,
    staleIntervalMs: config.get(options.staleDatanodeMs),
  });
  const { callers, impersonation } = workings;
  const { service, parts } = workings.services;
  const lostFound = new LostFound((user) => seams.fileSystem(rpcText, user), log);
  const settings = {
    defaultReplication: config.get(options.replication),
    minReplication: config.get(options.replicationMinimum),
    staleIntervalMs: config.get(options.staleDatanodeMs),
  };
  const fsck = new Fsck(parts, callers, service, settings, lostFound);
  const plugins = [
    fsckDoor({
      staticUser: config.get(options.staticWebUser),
      start: (request, output) => fsck.start(request, output),
    }),
    ...(seams.httpDoors?.({
      service,
      datanodes: () => inService(blocks),
      authorize: impersonation.authorize,
      rpcAddress: rpcText,
    }) ?? []),
  ];
  const listening = httpAddress(config);
  const door = await lifecycle.open(
    'http server',
    () => openHttp({ host: listening.bindHost, port: listening.port, view, metrics, logger: log, plugins }),
    (opened) => opened.close(),
  );
  return { host: listening.host, port: door.port };
}

/** Those that clients may be sent to; who is about to stop only when there is nobody else. */
function inService(blocks: BlockManager): DatanodeRegistration[] {
  const serving = blocks.datanodeReport('LIVE').filter((datanode) => datanode.inService);
  const staying = serving.filter((datanode) => !datanode.stops);
  return (staying.length > 0 ? staying : serving).map(({ registration }) => registration);
}
