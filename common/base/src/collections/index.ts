export { IdMap } from './id-map.js';
export { LruCache } from './lru.js';
export { Ring } from './ring.js';
