import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@rfs/base/seams';
import { until } from '../cluster/index.js';
import { NamenodeCaller } from '../load/index.js';
import type { NamenodeHost } from './hosted.js';
import { writeImage } from './image-folder.js';
import type { LoadHistory } from './load-history.js';
import type { RecordedDisk } from './recorded-disk.js';
import { ROOT } from './recording.js';
import { anySurvival } from './survival.js';

/** Changes that a namenode must carry out after power loss. */
const AFTER = 5;

/** What is to be looked at in images. */
export interface Subject {
  readonly history: LoadHistory;
  readonly host: NamenodeHost;
}

/**
 * Starts a namenode on what power loss may leave of `disk` as it is now, in the new folder `path`, twice; looks for
 * everything that was acknowledged by then, for what nobody asked for, at every row, and whether it goes on. What is
 * wrong; the folder is removed when nothing is.
 */
export async function checkImage(
  path: string,
  disk: RecordedDisk,
  random: Random,
  subject: Subject,
): Promise<string[]> {
  writeImage(path, disk.root, random, anySurvival(random));
  const wrong = await checkLife(join(path, 'name'), disk.offset, subject, 'first');
  if (wrong.length === 0) wrong.push(...(await checkLife(join(path, 'name'), disk.offset, subject, 'second')));
  if (wrong.length === 0) rmSync(path, { recursive: true });
  return wrong;
}

async function checkLife(folder: string, offset: number, { history, host }: Subject, life: string): Promise<string[]> {
  const started = await host.start(folder);
  if (started.rpc === undefined) return [`${life} start: ${started.failure}`];
  const caller = new NamenodeCaller(started.rpc);
  try {
    const found = await pathsBelow(caller, ROOT);
    if (found === undefined) return [`${life} start: it cannot be asked`];
    const wrong = history.wrongIn(found, offset);
    if (life === 'second' && (await caller.names('/after'))?.length !== AFTER) wrong.push('what came after is lost');
    await until('it takes changes', () => caller.takesChanges());
    for (let i = 0; i < AFTER; i++) await caller.mkdirs(`/after/${i}`);
    const { failure } = await host.stop();
    return failure === undefined ? wrong : [...wrong, `${life} end: ${failure}`];
  } catch (error) {
    host.kill();
    return [`${life} start: ${error}`];
  } finally {
    caller.close();
  }
}

/** Everything below a folder of the load's that stands at its third level or deeper; undefined when it cannot be had. */
async function pathsBelow(caller: NamenodeCaller, root: string): Promise<Set<string> | undefined> {
  const paths = new Set<string>();
  for (const run of (await caller.names(root)) ?? []) {
    for (const group of (await caller.names(`${root}/${run}`)) ?? []) {
      const folder = `${root}/${run}/${group}`;
      const names = await caller.names(folder);
      if (names === undefined) return undefined;
      for (const name of names) paths.add(`${folder}/${name}`);
    }
  }
  return paths;
}
