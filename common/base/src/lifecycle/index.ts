export { Lifecycle } from './lifecycle.js';
export { endInOrder, type HostProcess } from './signals.js';
