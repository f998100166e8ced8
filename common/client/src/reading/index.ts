export { DatanodeConnections } from './connections.js';
export { DfsInputStream } from './input-stream.js';
export type { LocalReplicas } from './local-replicas.js';
