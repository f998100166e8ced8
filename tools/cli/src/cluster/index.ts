export { Cluster, type ClusterDescription, removeFolder } from './cluster.js';
