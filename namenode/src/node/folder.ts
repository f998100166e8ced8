import { join } from 'node:path';
import { type Config, namenodeOptions as options } from '@rfs/base/config';
import { lockFolder, makeDurableFolder } from '@rfs/base/disk';
import type { Lifecycle } from '@rfs/base/lifecycle';
import type { NamenodeSeams } from './seams.js';

/** Makes the node's folder and holds it against other processes; its path. */
export async function lockNameFolder(config: Config, seams: NamenodeSeams, lifecycle: Lifecycle): Promise<string> {
  const [first] = config.get(options.nameDirs);
  if (first === undefined) throw new Error(`${options.nameDirs.key} names no folder`);
  const folder = first.path;
  makeDurableFolder(seams.disk, folder);
  await lifecycle.open(
    'folder lock',
    () => lockFolder(join(folder, 'in_use.lock')),
    (lock) => lock.release(),
  );
  return folder;
}
