export { BlockWatch } from './block-watch.js';
export { LeavingDatanodes } from './leaving.js';
export { call } from './rpc.js';
export { SimDatanode } from './sim-datanode.js';
