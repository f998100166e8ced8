import { userInfo } from 'node:os';
import { clientOptions, clientRules, loadConfig, readConfigFolder } from '@rfs/base/config';
import { systemClock, systemRandom } from '@rfs/base/system';
import { DfsClient } from '@rfs/client/dfs';
import { ClientIdentity, protocols, ReconnectingRpcClient } from '@rfs/protocol/rpc';
import { type ProcessCluster, runRfs } from './process-cluster.js';

/** Calls of ClientProtocol to a namenode, the cluster's first one, as the user that runs it. To be closed. */
export function rpcOf(cluster: ProcessCluster, rpc = cluster.rpc): ReconnectingRpcClient {
  const [host, port] = rpc.split(':') as [string, string];
  const identity = new ClientIdentity(systemRandom());
  const user = userInfo().username;
  return new ReconnectingRpcClient(
    { host, port: Number(port), user, protocol: protocols.client, identity, clock: systemClock },
    { firstMs: 0, maxMs: 0 },
  );
}

/**
 * A client of the cluster with the configuration that it gives to clients, as the user that runs it. To be closed.
 * @param authority one namenode, the first, or the nameservice: all of them
 */
export function clientOf(cluster: ProcessCluster, authority = cluster.rpc): DfsClient {
  return new DfsClient({
    authority,
    config: loadConfig(clientOptions, { xml: readConfigFolder(cluster.description.conf) }, clientRules),
    user: userInfo().username,
    clock: systemClock,
    random: systemRandom(),
  });
}

/** What `rfs haadmin -status --json` says of a member of the group. */
export interface MemberStatus {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly votes: boolean;
  readonly firstIndex?: number;
  readonly lag?: number;
}

/** The members of a cluster's group; nobody while nobody answers. */
export async function membersOf({ description }: ProcessCluster): Promise<readonly MemberStatus[]> {
  const { code, out } = await runRfs(['haadmin', '-status', '--json'], { HADOOP_CONF_DIR: description.conf });
  return code === 0 ? (JSON.parse(out) as { members: MemberStatus[] }).members : [];
}
