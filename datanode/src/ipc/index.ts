export { addClientDatanodeProtocol } from './client-datanode.js';
export { addInterDatanodeProtocol } from './inter-datanode.js';
export type { IpcNode } from './ipc-node.js';
