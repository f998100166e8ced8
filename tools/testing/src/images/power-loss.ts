import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@rfs/base/system';
import { checkImage } from './checking.js';
import { NamenodeHost } from './hosted.js';
import { differences, writeAllFiles } from './image-folder.js';
import { RecordedDisk } from './recorded-disk.js';
import { type Recording, recordRun } from './recording.js';
import { report } from './report.js';

/** What is to be checked. */
export interface PowerLossOptions {
  readonly recorder: string;
  /** Folder for what is recorded. */
  readonly work: string;
  /** Folder for images. */
  readonly images: string;
  readonly count: number;
  readonly seed: string;
}

type Forgets = (path: string) => boolean;

/** Syncs that are left out, and what they are of. */
const PLANTED: readonly (readonly [string, Forgets])[] = [
  ['syncs of the journal do nothing', (path) => path.startsWith('name/journal/')],
  ['syncs of the store do nothing', (path) => path.startsWith('name/store/')],
  ['syncs of folders do nothing', (path) => /^(name(\/journal|\/store)?)?$/.test(path)],
];
/** Images by which a planted bug has to be found. */
const PLANTED_IMAGES = 100;
/** Records behind a rare one that are looked at as often as all others together. */
const NEAR = 6;

/**
 * Records a namenode's writes and syncs under load, and starts namenodes on what power loss may leave at random points;
 * then plants bugs, which have to be found.
 */
export async function checkPowerLoss(options: PowerLossOptions): Promise<void> {
  const { recorder, work, count, seed } = options;
  const recording = await recordRun(work, recorder);
  const record = readFileSync(recording.record);
  const whole = new RecordedDisk(record, recording.disk);
  whole.advance(record.length);
  report(
    `the record is complete: ${recording.history.changes} acknowledged changes, ${record.length} bytes`,
    differences(recording.disk, whole.root),
  );
  const wholeJournal = join(work, 'whole-journal');
  writeAllFiles(wholeJournal, whole, (path) => path.includes('/journal/'));
  const look = new Look(options, recording, record, new NamenodeHost(wholeJournal));
  const { wrong } = await look.check('image', count, () => false);
  report(`${count} images of power loss, seed ${seed}: all that was acknowledged is there, all rows are right`, wrong);
  for (const [name, forgets] of PLANTED) {
    const { checked, wrong } = await look.check(name.replaceAll(' ', '-'), PLANTED_IMAGES, forgets);
    const found = wrong[1]?.split('\n')[0];
    report(`planted: ${name}: found by image ${checked}: ${found}`, found === undefined ? ['it was not found'] : []);
  }
  look.host.kill();
}

class Look {
  readonly host: NamenodeHost;
  private readonly options: PowerLossOptions;
  private readonly recording: Recording;
  private readonly record: Buffer;

  constructor(options: PowerLossOptions, recording: Recording, record: Buffer, host: NamenodeHost) {
    this.options = options;
    this.recording = recording;
    this.record = record;
    this.host = host;
  }

  /** Checks images at points in the order of the record until one is wrong; what is wrong with that one. */
  async check(name: string, most: number, forgets: Forgets): Promise<{ checked: number; wrong: string[] }> {
    const { host, options, record, recording } = this;
    const random = seededRandom(`${options.seed}/${name}`);
    const disk = new RecordedDisk(record, recording.disk, forgets);
    let checked = 0;
    for (const point of this.points(most)) {
      checked++;
      disk.advance(point);
      const path = join(options.images, `${name}-${checked}`);
      const { history } = recording;
      const wrong = await checkImage(path, disk, random.fork(String(checked)), { history, host });
      if (wrong.length === 0) continue;
      return { checked, wrong: [`at byte ${disk.offset} of ${recording.record}: ${path}`, ...wrong] };
    }
    return { checked, wrong: [] };
  }

  /** Ends of records at which the power goes off, half of them near rare ones, in order. */
  private points(count: number): number[] {
    const random = seededRandom(`${this.options.seed}/points`);
    const all: number[] = [];
    const near: number[] = [];
    let last = Number.NEGATIVE_INFINITY;
    for (const { end, rare } of RecordedDisk.boundaries(this.record)) {
      all.push(end);
      if (rare) last = all.length;
      if (all.length - last < NEAR) near.push(end);
    }
    const pick = (from: readonly number[]) => from[random.below(from.length)] as number;
    return Array.from({ length: count }, (_, i) => pick(i % 2 === 0 ? all : near)).sort((a, b) => a - b);
  }
}
