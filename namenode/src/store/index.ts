export {
  discardLmdbStore,
  type ExchangeableStore,
  type GatheringOptions,
  LMDB_FILE,
  openLmdbStore,
  removeLmdbStore,
} from './lmdb.js';
export { makeLmdbStore } from './make-store.js';
export { MemoryStore } from './memory.js';
export { readRowsFile, writeRowsFile } from './rows-file.js';
