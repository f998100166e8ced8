import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@rfs/base/seams';
import type { RecordedDisk } from './recorded-disk.js';
import { RecordedFile } from './recorded-file.js';
import type { RecordedFolder } from './recorded-folder.js';
import type { Survival } from './survival.js';

/** Writes into the new folder `path` what power loss may leave of a disk. */
export function writeImage(path: string, folder: RecordedFolder, random: Random, survival: Survival): void {
  mkdirSync(path);
  for (const [name, node] of folder.afterPowerLoss(random, survival)) {
    const below = join(path, name);
    if (node instanceof RecordedFile) writeFileSync(below, node.afterPowerLoss(random, survival));
    else writeImage(below, node, random, survival);
  }
}

/** Which LMDB writes to by memory that it maps, and makes anew at each opening. */
const UNRECORDED = 'lock.mdb';

/** Where the record's end and the folder itself differ: nothing, or the record has missed something. */
export function differences(path: string, folder: RecordedFolder): string[] {
  const wrong: string[] = [];
  const names = folder.current();
  for (const name of readdirSync(path)) if (!names.has(name)) wrong.push(`${join(path, name)} is not in the record`);
  for (const [name, node] of names) {
    const below = join(path, name);
    if (!(node instanceof RecordedFile)) wrong.push(...differences(below, node));
    else if (name !== UNRECORDED && !readFileSync(below).equals(node.current())) wrong.push(`${below} differs`);
  }
  return wrong;
}

/** Writes the files that were ever made under paths that match into a new folder, removed ones too, as they were last. */
export function writeAllFiles(path: string, disk: RecordedDisk, matches: (path: string) => boolean): void {
  mkdirSync(path);
  for (const [made, file] of disk.files) {
    if (matches(made)) writeFileSync(join(path, made.slice(made.lastIndexOf('/') + 1)), file.current());
  }
}
