import { dirname, join } from 'node:path';
import type { Disk } from '@rfs/base/seams';
import { LMDB_FILE, openLmdbStore, removeLmdbStore } from './lmdb.js';

/**
 * Makes an empty store in the folder `path`, unless there is one. It gets its name once it is durable, and its name is
 * durable then: LMDB syncs neither the first bytes of its file nor their names, and a journal will be cut behind what
 * the store holds.
 */
export async function makeLmdbStore(disk: Disk, path: string): Promise<void> {
  if (disk.exists(join(path, LMDB_FILE))) return;
  const made = `${path}.new`;
  removeLmdbStore(made);
  removeLmdbStore(path);
  const store = openLmdbStore(made);
  await ended((done) => store.close(done));
  const file = disk.open(join(made, LMDB_FILE));
  await ended((done) => file.sync(done));
  file.close();
  disk.syncFolderSync(made);
  disk.rename(made, path);
  disk.syncFolderSync(dirname(path));
}

function ended(begin: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error === null ? resolve() : reject(error))));
}
