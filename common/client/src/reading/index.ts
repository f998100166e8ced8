export { DatanodeConnections } from './connections.js';
export { DfsInputStream } from './input-stream.js';
