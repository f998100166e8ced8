export { clientOf, rpcOf } from './access.js';
export {
  type ClusterDescription,
  type Ending,
  hang,
  isAlive,
  killHard,
  ProcessCluster,
  resume,
  runRfs,
  until,
} from './process-cluster.js';
