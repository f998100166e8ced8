export { addClientProtocol } from './client-protocol.js';
export { addDatanodeProtocol } from './datanode-protocol.js';
export { addForwardProtocol } from './forward-protocol.js';
export { addHaProtocol } from './ha-protocol.js';
export { addServerProtocols } from './server-protocols.js';
