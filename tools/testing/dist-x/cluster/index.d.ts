export { clientOf, rpcOf } from './access.js';
export { askToStop, type ClusterDescription, type Ending, hang, isAlive, killHard, ProcessCluster, resume, runRfs, until, } from './process-cluster.js';
//# sourceMappingURL=index.d.ts.map