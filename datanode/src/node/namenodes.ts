import { type Config, datanodeOptions as options } from '@rfs/base/config';
import { ClientIdentity, protocols, ReconnectingRpcClient, type SignOfLife } from '@rfs/protocol/rpc';
import { NamenodeActor, type PoolService } from '../reports/index.js';
import type { StorageFolders } from '../store/index.js';
import type { TransferCounters } from '../transfer/index.js';
import { callingAddress, namenodeAddresses } from './addresses.js';
import type { DatanodeSeams } from './node.js';
import { actorTimes } from './settings.js';

/** Attempts to connect are paced by the actors, so the connections themselves refuse none. */
const NO_PAUSE = { firstMs: 0, maxMs: 0 };
/** In silences: what is lost on the way is sent again ever more seldom, so that a new attempt gets through before. */
const CONNECT_SILENCES = 2;

/** Begins to report to all namenodes; the result ends that. */
export function reportToNamenodes(
  config: Config,
  seams: DatanodeSeams,
  pool: PoolService,
  counters: TransferCounters,
  folders: StorageFolders,
): () => Promise<void> {
  const { clock, random, log, nextTurn, user } = seams;
  const dataHost = config.get(options.dataAddress).host;
  const failedAtMs = clock.nowMs();
  const silenceMs = config.get(options.rpcSilenceMs);
  const connectTimeoutMs = Math.min(config.get(options.rpcConnectTimeoutMs), CONNECT_SILENCES * silenceMs);
  // A connection that was cut for a while is as good as silent long after its way is free again.
  const signOfLife: SignOfLife = {
    silenceMs,
    ask: (client, done, timeoutMs) => client.call(protocols.datanode, 'versionRequest', {}, done, { timeoutMs }),
  };
  const clients = namenodeAddresses(config).map(({ host, port }) => {
    const name = `${host}:${port}`;
    const client = new ReconnectingRpcClient(
      {
        host,
        port,
        bindAddress: callingAddress(dataHost, host),
        user,
        protocol: protocols.datanode,
        identity: new ClientIdentity(random.fork(name)),
        clock,
        connectTimeoutMs,
        signOfLife,
        callTimeoutMs: config.get(options.rpcTimeoutMs),
        pingMs: config.get(options.rpcPingIntervalMs),
      },
      NO_PAUSE,
    );
    const actor = new NamenodeActor(pool, {
      name,
      caller: client,
      clock,
      random: random.fork(`reports to ${name}`),
      log,
      times: actorTimes(config),
      load: () => ({ copies: counters.copies, transfers: counters.active }),
      lostFolders: folders.failed.map(({ location }) => ({ folder: location.folder, failedAtMs })),
      nextTurn,
    });
    pool.add(actor);
    return client;
  });
  for (const actor of pool.namenodes) actor.start();
  return async () => {
    const stopped = pool.namenodes.map((actor) => actor.stop());
    // Calls under way end with their connections.
    for (const client of clients) client.close();
    await Promise.all(stopped);
  };
}
