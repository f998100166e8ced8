import { userInfo } from 'node:os';
import { clientOptions, loadConfig, readConfigFolder } from '@rfs/base/config';
import { systemClock, systemRandom } from '@rfs/base/system';
import { DfsClient } from '@rfs/client/dfs';
import { ClientIdentity, protocols, ReconnectingRpcClient } from '@rfs/protocol/rpc';
/** Calls of ClientProtocol to a namenode, the cluster's first one, as the user that runs it. To be closed. */
export function rpcOf(cluster, rpc = cluster.rpc) {
    const [host, port] = rpc.split(':');
    const identity = new ClientIdentity(systemRandom());
    const user = userInfo().username;
    return new ReconnectingRpcClient({ host, port: Number(port), user, protocol: protocols.client, identity, clock: systemClock }, { firstMs: 0, maxMs: 0 });
}
/** A client of the cluster with the configuration that it gives to clients, by its first namenode. To be closed. */
export function clientOf(cluster, rpc = cluster.rpc) {
    return new DfsClient({
        authority: rpc,
        config: loadConfig(clientOptions, { xml: readConfigFolder(cluster.description.conf) }),
        user: userInfo().username,
        clock: systemClock,
        random: systemRandom(),
    });
}
//# sourceMappingURL=access.js.map