export { MachineList } from './machine-list.js';
export { type Authorize, type ProxyUser, ProxyUsers } from './proxy-users.js';
