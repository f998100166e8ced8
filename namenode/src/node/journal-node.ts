import { join } from 'node:path';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import type { LogIndex } from '@rfs/base/ids';
import { Lifecycle } from '@rfs/base/lifecycle';
import { Metrics, openEventLoopDelay } from '@rfs/base/metrics';
import { failure } from '@rfs/protocol/exceptions';
import { ProtocolTable, rpcLimitsFrom } from '@rfs/protocol/rpc';
import { addHaProtocol, openHttp } from '../fronts/index.js';
import { addGroupProtocols, addSnapshotProtocol } from '../peers/index.js';
import { type Applier, StartRefused } from '../replication/index.js';
import { NamenodeMetrics } from '../service/index.js';
import { httpAddress, rpcAddress } from './addresses.js';
import { lockNameFolder } from './folder.js';
import { openGroup, openJoining } from './group.js';
import { listen } from './listening.js';
import type { RunningNamenode } from './node.js';
import { placeOf } from './place.js';
import type { NamenodeSeams } from './seams.js';
import { settled } from './storage.js';

/** Keeps nothing of what is committed but how far that goes. */
class IndexOnly implements Applier {
  appliedIndex = 0 as LogIndex;
  readonly congested = false;

  opened(committed: LogIndex): void {
    this.appliedIndex = committed;
  }

  applyBatch(entries: readonly { readonly index: LogIndex }[]): void {
    this.appliedIndex = entries[entries.length - 1]!.index;
  }
}

/**
 * Builds a journal node: a member that votes and keeps the journal, has no namespace, and leads only until it has
 * handed over. It closes in reverse. Resolves when its doors are open. Throws StartRefused without other members.
 */
export async function startJournalNode(config: Config, seams: NamenodeSeams): Promise<RunningNamenode> {
  const { clock, log } = seams;
  const place = placeOf(config);
  if (place.contacts.length === 0) {
    throw new StartRefused(`a journal node needs namenodes beside it: ${options.peers.key} names none`);
  }
  const lifecycle = new Lifecycle(clock, log, config.get(options.closeTimeoutMs));
  const folder = await lockNameFolder(config, seams, lifecycle);
  const metrics = new Metrics();
  const measures = new NamenodeMetrics(metrics);
  const applier = new IndexOnly();
  const base = {
    folder,
    applier,
    begunAt: (index: LogIndex) => {
      applier.appliedIndex = index;
    },
    observer: measures,
    founds: false,
    found: () => {
      throw new StartRefused('a journal node founds no cluster');
    },
    stateClusterId: () => '',
  };
  const parts = await openGroup(config, seams, place, base, lifecycle);
  const { replicator, group } = parts;

  const table = new ProtocolTable();
  addGroupProtocols(table, {
    ...parts,
    log,
    superuser: (user, granted, refused) => {
      if (user === seams.user) granted();
      else refused(failure('AccessControlException', `Access denied for user ${user}.`));
    },
  });
  addSnapshotProtocol(table, { replicator, source: undefined, user: seams.user });
  addHaProtocol(table, parts.takeover);
  const { bindHost, port, host } = rpcAddress(config);
  const server = await lifecycle.open(
    'rpc server',
    () =>
      listen({
        host: bindHost,
        port,
        table,
        clock,
        onCall: measures.onCall,
        limits: rpcLimitsFrom(config),
      }),
    (opened) => settled((done) => opened.close(() => done(null))),
  );
  await openEventLoopDelay(metrics, lifecycle);
  measures.watchGroup({ replication: replicator, rpc: server, fetched: parts.fetched });
  const web = httpAddress(config);
  const door = await lifecycle.open(
    'http server',
    () =>
      openHttp({
        host: web.bindHost,
        port: web.port,
        health: () => ({
          ready: group.members.length > 0,
          role: 'journal',
          votes: group.votes,
          appliedIndex: replicator.appliedIndex,
        }),
        metrics,
        logger: log,
      }),
    (opened) => opened.close(),
  );
  const joining = openJoining(config, seams, parts, { rpc: server.port, http: door.port }, lifecycle);
  if (!replicator.mustJoin) replicator.start(() => undefined);
  parts.steward.start();
  joining.start();
  log.info('journal node serves', {
    rpc: `${host}:${server.port}`,
    http: `${web.host}:${door.port}`,
    folder: join(folder, 'journal'),
  });
  return {
    rpc: { host, port: server.port },
    http: { host: web.host, port: door.port },
    close: async () => {
      await lifecycle.close();
    },
  };
}
