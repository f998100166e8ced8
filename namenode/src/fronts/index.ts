export { fsckDoor, type HttpPlugin, MachineView, openHttp } from './http/index.js';
export {
  addClientProtocol,
  addDatanodeProtocol,
  addForwardProtocol,
  addHaProtocol,
  addServerProtocols,
} from './rpc/index.js';
