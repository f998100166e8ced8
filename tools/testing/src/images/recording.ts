import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NamenodeProcess, until } from '../cluster/index.js';
import { AcknowledgedLoad, NamenodeCaller } from '../load/index.js';
import { LoadHistory } from './load-history.js';
import { type Recorded, recordedEnvironment } from './recorder.js';

const WORDS = [
  ...['--rpc-address', '127.0.0.1:0', '--http-address', '127.0.0.1:0'],
  // Many commits of the store, and many segments of the journal, in a short run.
  ...['-D', 'rfs.namenode.store.gather-time=20ms', '-D', 'rfs.journal.cut.interval=500ms'],
  ...['-D', 'rfs.journal.segment.bytes=65536', '-D', 'rfs.journal.retained.bytes=65536'],
];

/** Changes that are acknowledged in each life of the namenode. */
const PER_LIFE = 600;
export const ROOT = '/load';

/** A run of a namenode, recorded. */
export interface Recording {
  /** The folder that was recorded; `name` in it is the namenode's. */
  readonly disk: string;
  readonly record: string;
  readonly history: LoadHistory;
}

/**
 * Records several lives of one namenode under load in the folder `work`: killed, stopped in order, and one in which the
 * journal is cut behind what the store holds for good, and killed again.
 * @param recorder the library made of `tools/testing/clients/record_disk.c`
 */
export async function recordRun(work: string, recorder: string): Promise<Recording> {
  const disk = join(work, 'disk');
  const record = join(work, 'record');
  mkdirSync(disk);
  const history = new LoadHistory(() => (existsSync(record) ? statSync(record).size : 0));
  const life = new Life({ disk, record, recorder }, history);
  await life.begin();
  const oldest = firstSegment(disk);
  await life.change(PER_LIFE);
  await life.end('SIGKILL');
  await life.begin();
  await life.change(PER_LIFE);
  await life.pause();
  await life.end('SIGTERM');
  await life.begin();
  await life.change(PER_LIFE);
  await life.pause();
  await until('the journal is cut', () => firstSegment(disk) !== oldest);
  await life.change(PER_LIFE);
  await life.end('SIGKILL');
  return { disk, record, history };
}

class Life {
  private readonly recorded: Recorded;
  private readonly history: LoadHistory;
  private process: NamenodeProcess | undefined;
  private caller: NamenodeCaller | undefined;
  private number = 0;
  private load: AcknowledgedLoad | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(recorded: Recorded, history: LoadHistory) {
    this.recorded = recorded;
    this.history = history;
  }

  async begin(): Promise<void> {
    const { recorded } = this;
    const words = ['--name-dir', `file://${join(recorded.disk, 'name')}`, ...WORDS];
    this.process = new NamenodeProcess(words, recordedEnvironment(recorded));
    const caller = new NamenodeCaller(await this.process.rpc());
    await until('the namenode takes changes', () => caller.takesChanges());
    this.caller = caller;
  }

  /** Changes the namespace until `count` more paths are known; the load goes on. */
  async change(count: number): Promise<void> {
    const load = new AcknowledgedLoad(this.caller as NamenodeCaller, `${ROOT}/${this.number++}`, this.history);
    this.load = load;
    this.working = load.run();
    await until('enough is acknowledged', () => load.acknowledged >= count);
  }

  /** The load ends with what is under way. */
  async pause(): Promise<void> {
    this.load?.stop();
    await this.working;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    await this.process?.end(signal);
    await this.working;
    this.caller?.close();
  }
}

function firstSegment(disk: string): string | undefined {
  return readdirSync(join(disk, 'name/journal')).sort()[0];
}
