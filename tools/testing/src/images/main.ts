import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { seededRandom } from '@rfs/base/system';
import { checkImage, type Subject } from './checking.js';
import { NamenodeHost } from './hosted.js';
import { differences, writeAllFiles } from './image-folder.js';
import { RecordedDisk } from './recorded-disk.js';
import { recordRun } from './recording.js';

/**
 * `main.js RECORDER WORK IMAGES COUNT SEED`: records a namenode's writes and syncs under load in the folder WORK, and
 * starts namenodes on what power loss may leave at COUNT points, each an image in the folder IMAGES; then plants bugs,
 * which have to be found. Prints a line that begins with ok for each thing seen working, and ends with 1 when something
 * is wrong; the images that show it stay.
 */
const [recorder = '', work = '', images = '', count = '', seed = ''] = process.argv.slice(2);

/** Syncs that are left out, and what they are of. */
const PLANTED: readonly (readonly [string, (path: string) => boolean])[] = [
  ['syncs of the journal do nothing', (path) => path.startsWith('name/journal/')],
  ['syncs of the store do nothing', (path) => path.startsWith('name/store/')],
  ['syncs of folders do nothing', (path) => /^(name(\/journal|\/store)?)?$/.test(path)],
];
/** Images by which a planted bug has to be found. */
const PLANTED_IMAGES = 100;
/** Records around a rare one that are looked at as often as all others together. */
const NEAR = 6;

const recording = await recordRun(work, recorder);
const record = readFileSync(recording.record);
const whole = new RecordedDisk(record, recording.disk);
whole.advance(record.length);
const unseen = differences(recording.disk, whole.root, (name) => name === 'lock.mdb');
const wholeJournal = join(work, 'whole-journal');
writeAllFiles(wholeJournal, whole, (path) => path.includes('/journal/'));
const host = new NamenodeHost(wholeJournal);
const acknowledged = recording.history.acknowledgements.length;
say(unseen.length === 0, `the record is complete: ${acknowledged} changes, ${record.length} bytes`, unseen);

const { checked, wrong } = await look('images', Number(count), () => false);
say(wrong.length === 0, `${checked} images of power loss: everything acknowledged is there, all rows are right`, wrong);
for (const [name, forgets] of PLANTED) {
  const { checked, wrong } = await look(name.replaceAll(' ', '-'), PLANTED_IMAGES, forgets);
  say(wrong.length > 0, `planted: ${name}: found by image ${checked}: ${wrong[1]?.split('\n')[0]}`, [
    'it was not found',
  ]);
}
host.kill();

/** Checks images at points in the order of the record until one is wrong; what is wrong with that one. */
async function look(name: string, most: number, forgets: (path: string) => boolean) {
  const random = seededRandom(`${seed}/${name}`);
  const disk = new RecordedDisk(record, recording.disk, forgets);
  const subject: Subject = { history: recording.history, host };
  let checked = 0;
  for (const point of points(most)) {
    checked++;
    disk.advance(point);
    const path = join(images, `${name}-${checked}`);
    const wrong = await checkImage(path, disk, random.fork(String(checked)), subject);
    if (wrong.length > 0)
      return { checked, wrong: [`at byte ${disk.offset} of ${recording.record}: ${path}`, ...wrong] };
  }
  return { checked, wrong: [] };
}

/** Ends of records at which the power goes off, half of them near rare ones, in order. */
function points(count: number): number[] {
  const random = seededRandom(`${seed}/points`);
  const all: number[] = [];
  const near: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { end, rare } of RecordedDisk.boundaries(record)) {
    all.push(end);
    if (rare) last = all.length;
    if (all.length - last < NEAR) near.push(end);
  }
  const pick = (from: readonly number[]) => from[random.below(from.length)] as number;
  return Array.from({ length: count }, (_, i) => pick(i % 2 === 0 ? all : near)).sort((a, b) => a - b);
}

function say(good: boolean, text: string, wrong: readonly string[]): void {
  process.stdout.write(good ? `ok ${text}\n` : `WRONG with seed ${seed}: ${wrong.slice(0, 12).join('\n  ')}\n`);
  if (!good) process.exitCode = 1;
}
