import { dirname } from 'node:path';
import type { Disk } from '../seams/index.js';

/** Makes `folder` and all that lead to it; those that were absent, and `folder` in any case, are durable then. */
export function makeDurableFolder(disk: Disk, folder: string): void {
  const parents = [dirname(folder)];
  while (!disk.exists(parents[parents.length - 1] as string)) {
    parents.push(dirname(parents[parents.length - 1] as string));
  }
  disk.makeFolder(folder);
  for (const parent of parents) disk.syncFolderSync(parent);
}
