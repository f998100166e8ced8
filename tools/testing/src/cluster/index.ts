export { clientOf, rpcOf } from './access.js';
export {
  type ClusterDescription,
  type Ending,
  isAlive,
  killHard,
  ProcessCluster,
  runRfs,
  until,
} from './process-cluster.js';
