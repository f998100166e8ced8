import { join } from 'node:path';
import type { Disk } from '@rfs/base/seams';
import { continueBehind, forgetInstalled, readInstalled, staleStates, stateFolder } from '../snapshots/index.js';
import { makeLmdbStore, removeLmdbStore } from '../store/index.js';
import type { NamenodeSeams } from './seams.js';

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
  if (installed === undefined) await makeLmdbStore(disk, path);
  return path;
}
