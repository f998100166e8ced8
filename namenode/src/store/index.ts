export { type ExchangeableStore, LMDB_FILE, type LmdbOptions, openLmdbStore, removeLmdbStore } from './lmdb.js';
export { MemoryStore } from './memory.js';
export { readRowsFile, writeRowsFile } from './rows-file.js';
