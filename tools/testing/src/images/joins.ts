import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@rfs/base/system';
import { killHard, ProcessCluster, until } from '../cluster/index.js';
import { AcknowledgedLoad, NamenodeCaller } from '../load/index.js';
import { differences, writeImage } from './image-folder.js';
import { NamenodeProcess, type Recorded } from './namenode-process.js';
import { RecordedDisk } from './recorded-disk.js';
import { report } from './report.js';
import { ALL_THERE, anySurvival } from './survival.js';

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
    await run(cluster, recorder, work, rounds, seed);
  } finally {
    await cluster.stop();
  }
}

async function run(
  cluster: ProcessCluster,
  recorder: string,
  work: string,
  rounds: number,
  seed: string,
): Promise<void> {
  const { namenodes } = cluster.description;
  const leader = namenodes.find(({ state }) => state === 'active') as (typeof namenodes)[number];
  const joiner = namenodes.find(({ state }) => state !== 'active') as (typeof namenodes)[number];
  const caller = new NamenodeCaller(leader.rpc);
  const load = new AcknowledgedLoad(caller, '/load');
  const working = load.run();
  const journal = join(leader.dir, 'name/journal');
  const begin = readdirSync(journal).sort()[0];
  await until('enough is acknowledged', () => load.acknowledged >= PATHS);
  load.stop();
  await working;
  await until('the journal is cut', () => readdirSync(journal).sort()[0] !== begin);
  killHard(joiner.pid);

  const start = (name: string, killAt?: number): [NamenodeProcess, Recorded] => {
    const folder = join(work, `join-${name}`);
    const recorded = { recorder, disk: join(folder, 'disk'), record: join(folder, 'record') };
    mkdirSync(recorded.disk, { recursive: true });
    return [onFolder(recorded.disk, { ...recorded, ...(killAt === undefined ? {} : { killAt }) }), recorded];
  };
  const onFolder = (disk: string, recorded?: Recorded): NamenodeProcess =>
    new NamenodeProcess(['--conf', join(joiner.dir, 'conf'), '--name-dir', `file://${disk}/name`], recorded);
  /** What is wrong once it has caught up. */
  const catchesUp = async (namenode: NamenodeProcess): Promise<string[]> => {
    await namenode.rpc();
    await until('it has caught up', async () => (await applied(joiner.http)) >= (await applied(leader.http)));
    const own = new NamenodeCaller(joiner.rpc);
    const missing = await load.missing(own);
    own.close();
    await namenode.end('SIGKILL');
    return [...missing, ...namenode.complaints];
  };

  const [whole, { disk, record }] = start('whole');
  const wrong = await catchesUp(whole);
  if (!readdirSync(join(disk, 'name')).includes('installed-state')) wrong.push('it fetched no state');
  const bytes = readFileSync(record);
  const count = [...RecordedDisk.boundaries(bytes)].length;
  const model = new RecordedDisk(bytes, disk);
  model.advance(bytes.length);
  wrong.push(...differences(disk, model.root));
  report(`a namenode without a folder fetches a state: ${count} records`, wrong);

  const random = seededRandom(`${seed}/joins`);
  for (let round = 1; round <= rounds; round++) {
    const killAt = 1 + random.below(count);
    const [killed, { disk, record }] = start(String(round), killAt);
    await killed.ended;
    const powerLoss = round % 2 === 0;
    const recorded = readFileSync(record);
    const left = new RecordedDisk(recorded, disk);
    left.advance(recorded.length);
    const image = join(work, `join-${round}`, 'image');
    writeImage(image, left.root, random, powerLoss ? anySurvival(random) : ALL_THERE);
    const wrong = await catchesUp(onFolder(image));
    const how = powerLoss ? 'power loss' : 'kill -9';
    report(`${how} at record ${killAt} of a join: it catches up, nothing is lost`, wrong);
  }
  caller.close();
}

/** Index of the last entry that a namenode has applied; -1 when it does not say. */
async function applied(http: string): Promise<number> {
  const text = await fetch(`http://${http}/metrics`).then(
    (reply) => reply.text(),
    () => '',
  );
  return Number(/^rfs_applied_index (\d+)$/m.exec(text)?.[1] ?? -1);
}
