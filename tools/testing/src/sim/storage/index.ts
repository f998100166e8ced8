export { BlockWatch } from './block-watch.js';
export { call } from './rpc.js';
export { SimDatanode } from './sim-datanode.js';
