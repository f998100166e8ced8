import { join } from 'node:path';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import { Lifecycle } from '@rfs/base/lifecycle';
import { becomeSole, type SoleMember, StartRefused } from '../replication/index.js';
import { lockNameFolder } from './folder.js';
import type { NamenodeSeams } from './seams.js';
import { openStateFolder } from './state-folder.js';

/**
 * Makes the namenode of this configuration, which does not run, the only member of its group: the others are lost for
 * good. Throws StartRefused, or JournalDamage.
 */
export async function makeSoleMember(config: Config, seams: NamenodeSeams): Promise<SoleMember> {
  if (config.get(options.role) === 'journal') {
    throw new StartRefused('a journal node has no state to go on with alone');
  }
  const { clock, disk, log, random } = seams;
  const lifecycle = new Lifecycle(clock, log, config.get(options.closeTimeoutMs));
  try {
    const folder = await lockNameFolder(config, seams, lifecycle);
    // What a crash cut short while another's state was put in place comes first: the journal may begin behind it.
    await openStateFolder(disk, folder, seams);
    return await new Promise((resolve, reject) => {
      becomeSole({ disk, folder: join(folder, 'journal'), clock, random: random.fork('sole') }, (result) =>
        result instanceof Error ? reject(result) : resolve(result),
      );
    });
  } finally {
    await lifecycle.close();
  }
}
