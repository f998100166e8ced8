export { clientOf, type MemberStatus, membersOf, rpcOf } from './access.js';
export { NamenodeProcess } from './namenode-process.js';
export {
  askToStop,
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
