export { clientOf, rpcOf } from './access.js';
export { askToStop, hang, isAlive, killHard, ProcessCluster, resume, runRfs, until, } from './process-cluster.js';
//# sourceMappingURL=index.js.map