import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@rfs/base/seams';
import { seededRandom } from '@rfs/base/system';
import { type ClusterDescription, killHard, NamenodeProcess, ProcessCluster, until } from '../cluster/index.js';
import { AcknowledgedLoad, NamenodeCaller } from '../load/index.js';
import { differences, writeImage } from './image-folder.js';
import { RecordedDisk } from './recorded-disk.js';
import { type Recorded, recordedEnvironment } from './recorder.js';
import { report } from './report.js';
import { ALL_THERE, anySurvival } from './survival.js';

type Namenode = ClusterDescription['namenodes'][number];

const PATHS = 1500;
const SETTINGS = ['rfs.journal.retained.bytes=0', 'rfs.journal.segment.bytes=64k', 'rfs.journal.cut.interval=500ms'];

/**
 * A namenode without its folder joins a group whose journals were cut, so that it fetches a whole state. It is killed
 * behind some record of its disk's, and started again on what the kill leaves, or what power loss may leave: it must
 * catch up and have everything that was acknowledged.
 */
export async function checkJoins(recorder: string, work: string, rounds: number, seed: string): Promise<void> {
  const words = SETTINGS.flatMap((setting) => ['-D', setting]);
  const cluster = await ProcessCluster.start('--namenodes', '3', '--datanodes', '0', '--no-restart', ...words);
  try {
    const joins = new Joins(cluster, recorder, work);
    await joins.begin();
    const records = await joins.whole();
    const random = seededRandom(`${seed}/joins`);
    for (let round = 1; round <= rounds; round++) {
      await joins.broken(round, 1 + random.below(records), random);
    }
    joins.close();
  } finally {
    await cluster.stop();
  }
}

class Joins {
  private readonly recorder: string;
  private readonly work: string;
  private readonly leader: Namenode;
  private readonly joiner: Namenode;
  private readonly caller: NamenodeCaller;
  private readonly load: AcknowledgedLoad;

  constructor(cluster: ProcessCluster, recorder: string, work: string) {
    const { namenodes } = cluster.description;
    this.recorder = recorder;
    this.work = work;
    this.leader = namenodes.find(({ state }) => state === 'active') as Namenode;
    this.joiner = namenodes.find(({ state }) => state !== 'active') as Namenode;
    this.caller = new NamenodeCaller(this.leader.rpc);
    this.load = new AcknowledgedLoad(this.caller, '/load');
  }

  /** Fills the namespace, until the leader's journal has lost its beginning, and ends the one that is to join. */
  async begin(): Promise<void> {
    const { leader, load } = this;
    const journal = join(leader.dir, 'name/journal');
    const first = readdirSync(journal).sort()[0];
    const working = load.run();
    await until('enough is acknowledged', () => load.acknowledged >= PATHS);
    load.stop();
    await working;
    await until('the journal is cut', () => readdirSync(journal).sort()[0] !== first);
    killHard(this.joiner.pid);
  }

  /** A join that nothing breaks; how many records it has. */
  async whole(): Promise<number> {
    const recorded = this.record('whole');
    const { disk } = recorded;
    const wrong = await this.catchesUp(this.start(disk, recordedEnvironment(recorded)));
    if (!readdirSync(join(disk, 'name')).includes('installed-state')) wrong.push('it fetched no state');
    const model = modelOf(recorded);
    wrong.push(...differences(disk, model.root));
    report(`a namenode without a folder fetches a state: ${model.records} records`, wrong);
    return model.records;
  }

  /** A join that is broken behind the record of that number, in every second round by power loss. */
  async broken(round: number, killAt: number, random: Random): Promise<void> {
    const powerLoss = round % 2 === 0;
    const recorded = { ...this.record(String(round)), killAt };
    const killed = this.start(recorded.disk, recordedEnvironment(recorded));
    // One that has fewer records than the first is not killed by them.
    await Promise.race([killed.ended, this.caughtUp(killed)]);
    await killed.end('SIGKILL');
    const image = join(this.work, `join-${round}`, 'image');
    writeImage(image, modelOf(recorded).root, random, powerLoss ? anySurvival(random) : ALL_THERE);
    const wrong = await this.catchesUp(this.start(image));
    const how = powerLoss ? 'power loss' : 'kill -9';
    report(`${how} at record ${killAt} of a join: it catches up, nothing is lost`, wrong);
  }

  close(): void {
    this.caller.close();
  }

  private record(name: string): Recorded {
    const folder = join(this.work, `join-${name}`);
    const disk = join(folder, 'disk');
    mkdirSync(disk, { recursive: true });
    return { recorder: this.recorder, disk, record: join(folder, 'record') };
  }

  private start(disk: string, environment?: Readonly<Record<string, string>>): NamenodeProcess {
    const words = ['--conf', join(this.joiner.dir, 'conf'), '--name-dir', `file://${disk}/name`];
    return new NamenodeProcess(words, environment);
  }

  /** What is wrong once it has caught up, with which it ends. */
  private async catchesUp(namenode: NamenodeProcess): Promise<string[]> {
    await namenode.rpc();
    await this.caughtUp(namenode);
    const own = new NamenodeCaller(this.joiner.rpc);
    const missing = await this.load.missing(own);
    own.close();
    await namenode.end('SIGKILL');
    return [...missing, ...namenode.complaints];
  }

  private caughtUp(namenode: NamenodeProcess): Promise<void> {
    const { joiner, leader } = this;
    return until('it has caught up', async () => {
      return namenode.isGone || (await applied(joiner.http)) >= (await applied(leader.http));
    });
  }
}

/** The disk at the end of a record, and the number of its records. */
function modelOf({ record, disk }: Recorded): RecordedDisk {
  const bytes = readFileSync(record);
  const model = new RecordedDisk(bytes, disk);
  model.advance(bytes.length);
  return model;
}

/** Index of the last entry that a namenode has applied; -1 when it does not say. */
async function applied(http: string): Promise<number> {
  const text = await fetch(`http://${http}/metrics`).then(
    (reply) => reply.text(),
    () => '',
  );
  return Number(/^rfs_applied_index (\d+)$/m.exec(text)?.[1] ?? -1);
}
