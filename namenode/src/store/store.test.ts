import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@rfs/base/store';
import { storeSuite } from './contract.suite.js';
import { openLmdbStore } from './lmdb.js';
import { MemoryStore } from './memory.js';

const folders = new Map<string, MemoryStore>();
let copies = 0;

storeSuite('memory', {
  fresh: () => ({
    store: new MemoryStore(folders),
    copyFolder: `copy-${copies++}`,
    reopen: async (store: Store, folder?: string) =>
      folder === undefined ? (store as MemoryStore).reopen() : (folders.get(folder) as MemoryStore),
  }),
  cleanUp: () => folders.clear(),
});

const top = mkdtempSync(join(tmpdir(), 'rfs-store-'));
let places = 0;

storeSuite('LMDB', {
  fresh: () => {
    const folder = join(top, `store-${places++}`);
    return {
      store: openLmdbStore(folder),
      copyFolder: `${folder}-copy`,
      reopen: async (_store: Store, from = folder) => openLmdbStore(from),
    };
  },
  cleanUp: () => rmSync(top, { recursive: true, force: true }),
});
