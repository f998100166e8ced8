export { fsckDoor, type HttpPlugin, MachineView, openHttp } from './http/index.js';
export { addClientProtocol, addDatanodeProtocol, addHaProtocol, addServerProtocols } from './rpc/index.js';
