import { DfsClient } from '@rfs/client/dfs';
import { ReconnectingRpcClient } from '@rfs/protocol/rpc';
import type { ProcessCluster } from './process-cluster.js';
/** Calls of ClientProtocol to a namenode, the cluster's first one, as the user that runs it. To be closed. */
export declare function rpcOf(cluster: ProcessCluster, rpc?: string): ReconnectingRpcClient;
/** A client of the cluster with the configuration that it gives to clients, by its first namenode. To be closed. */
export declare function clientOf(cluster: ProcessCluster, rpc?: string): DfsClient;
//# sourceMappingURL=access.d.ts.map