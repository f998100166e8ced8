export { type LmdbOptions, openLmdbStore } from './lmdb.js';
export { MemoryStore } from './memory.js';
