import { dirname, join } from 'node:path';
import type { Disk } from '@rfs/base/seams';
import { continueBehind, forgetInstalled, readInstalled, staleStates, stateFolder } from '../snapshots/index.js';
import { LMDB_FILE, openLmdbStore, removeLmdbStore } from '../store/index.js';
import type { NamenodeSeams } from './seams.js';
import { settled } from './storage.js';

/**
 * The folder of the state to start from. Finishes what a crash cut short while another member's state was put in place,
 * and removes what nothing goes on with. Throws JournalDamage, or an error for a broken note of what was installed.
 */
export async function openStateFolder(disk: Disk, folder: string, seams: NamenodeSeams): Promise<string> {
  let installed = readInstalled(disk, folder);
  if (installed !== undefined) {
    const { mark } = installed;
    const { clock, random } = seams;
    const options = { disk, folder: join(folder, 'journal'), clock, random: random.fork('installed') };
    const goesOn = await new Promise<boolean>((resolve, reject) => {
      continueBehind(mark, options, (result) => (result instanceof Error ? reject(result) : resolve(result)));
    });
    if (!goesOn) {
      forgetInstalled(disk, folder);
      installed = undefined;
    }
  }
  for (const stale of staleStates(disk, folder, installed)) removeLmdbStore(stale);
  const path = join(folder, stateFolder(installed));
  if (installed === undefined && !disk.exists(join(path, LMDB_FILE))) await makeStore(disk, path);
  return path;
}

/**
 * Makes an empty store at `path`. It gets its name once its first bytes are durable, which LMDB does not see to, and its
 * name is durable before a journal could be cut behind what it holds.
 */
async function makeStore(disk: Disk, path: string): Promise<void> {
  const made = `${path}.new`;
  removeLmdbStore(made);
  removeLmdbStore(path);
  const store = openLmdbStore(made);
  await settled((done) => store.close(done));
  const file = disk.open(join(made, LMDB_FILE));
  await settled((done) => file.sync(done));
  file.close();
  disk.syncFolder(made);
  disk.rename(made, path);
  disk.syncFolder(dirname(path));
}
