import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { Blake3 } from '@rfs/base/checksum';
import { isFailure } from '@rfs/base/failure';
import { seededRandom } from '@rfs/base/system';
import type { DfsClient } from '@rfs/client/dfs';
import { callAsync, protocols } from '@rfs/protocol/rpc';
import { clientOf, hang, killHard, ProcessCluster, resume, rpcOf, runRfs, until } from './cluster/index.js';

const BLOCK_BYTES = 1024 * 1024;
/** Two whole blocks and a part of one. */
const FILE_BYTES = 2.5 * BLOCK_BYTES;
const FILES = 8;

/** Death after two seconds, healing at once: what matters here is that it happens, not after what time. */
const QUICK = {
  'dfs.heartbeat.interval': '200ms',
  'dfs.namenode.heartbeat.recheck-interval': '100',
  'dfs.namenode.redundancy.interval.seconds': '200ms',
  'dfs.namenode.reconstruction.pending.timeout-sec': '5',
  'dfs.namenode.replication.max-streams': '8',
  'dfs.namenode.replication.max-streams-hard-limit': '8',
  'dfs.namenode.replication.work.multiplier.per.iteration': '16',
  'dfs.blocksize': `${BLOCK_BYTES}`,
  'dfs.replication': '2',
};

function bytesOf(file: number): Uint8Array {
  return seededRandom(file).bytes(FILE_BYTES);
}

function digest(pieces: readonly Uint8Array[]): string {
  const blake = new Blake3();
  for (const piece of pieces) blake.update(piece);
  return Buffer.from(blake.digest()).toString('hex');
}

/** A cluster with some files, and what is asked of it. */
class Patient {
  readonly cluster: ProcessCluster;
  readonly client: DfsClient;
  private readonly rpc: ReturnType<typeof rpcOf>;
  private readonly wanted = new Map<number, string>();
  private reading = true;
  private readers: Promise<number>[] = [];

  private constructor(cluster: ProcessCluster) {
    this.cluster = cluster;
    this.client = clientOf(cluster);
    this.rpc = rpcOf(cluster);
  }

  static async start(datanodes: number, settings: Readonly<Record<string, string>>, ...words: string[]) {
    const all = Object.entries({ ...QUICK, ...settings }).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
    return new Patient(await ProcessCluster.start('--datanodes', String(datanodes), ...words, ...all));
  }

  async write(file: number): Promise<void> {
    const out = await this.client.create(`/file${file}`, { overwrite: true });
    await out.write(bytesOf(file));
    await out.close();
    this.wanted.set(file, digest([bytesOf(file)]));
  }

  async read(file: number): Promise<void> {
    const pieces: Uint8Array[] = [];
    for await (const piece of (await this.client.open(`/file${file}`)).stream()) pieces.push(Uint8Array.from(piece));
    assert.equal(digest(pieces), this.wanted.get(file), `file ${file}`);
  }

  /** Readers that go on until `endReading`; each fails with its first wrong or refused read. */
  beginReading(count = 2): void {
    this.readers = Array.from({ length: count }, async (_, reader) => {
      let reads = 0;
      for (let file = reader; this.reading; file++) {
        await this.read(file % this.wanted.size);
        reads++;
      }
      return reads;
    });
    for (const reader of this.readers) reader.catch(() => undefined);
  }

  async endReading(): Promise<void> {
    this.reading = false;
    for (const reads of await Promise.all(this.readers)) assert.ok(reads > 0);
  }

  private async stats() {
    const stats = await callAsync(this.rpc, protocols.client, 'getFsStats', {});
    assert.ok(!isFailure(stats));
    return stats;
  }

  /** Nothing lacks a replica, nothing is corrupt, and every block has two. */
  async isWhole(): Promise<boolean> {
    const stats = await this.stats();
    assert.equal(stats.missing_blocks, 0);
    if (stats.under_replicated > 0 || stats.corrupt_blocks > 0) return false;
    const found = await this.locations();
    return [...found.values()].every(({ count }) => count === 2);
  }

  /** By block: how many datanodes serve it, and the digest that it must have. */
  private async locations(): Promise<Map<string, { count: number; digest: string }>> {
    const found = new Map<string, { count: number; digest: string }>();
    for (const file of this.wanted.keys()) {
      const { blocks } = await this.client.blockLocations(`/file${file}`, 0, Number.MAX_SAFE_INTEGER);
      const bytes = bytesOf(file);
      for (const { b, locs, offset } of blocks) {
        const part = bytes.subarray(offset, offset + BLOCK_BYTES);
        found.set(`blk_${b.blockId}`, { count: locs.length, digest: digest([part]) });
      }
    }
    return found;
  }

  /** What is whole by the namenode is so on disk: two files of each block below these folders, with the right content. */
  async untilWhole(folders: readonly string[]): Promise<void> {
    let why = '';
    const whole = async (): Promise<boolean> => {
      why = (await this.isWhole()) ? await this.differenceOnDisk(folders) : 'the namenode lacks replicas';
      return why === '';
    };
    try {
      await until('all is whole', whole);
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${why}`);
    }
  }

  private async differenceOnDisk(folders: readonly string[]): Promise<string> {
    const onDisk = folders.flatMap(replicasIn);
    for (const [block, { digest: wanted }] of await this.locations()) {
      const replicas = onDisk.filter((path) => basename(path) === block);
      if (replicas.length !== 2) return `${block} is in ${replicas.join(', ')}`;
      for (const replica of replicas) if (digestOf(replica) !== wanted) return `${replica} is wrong`;
    }
    return '';
  }

  async fsck(): Promise<void> {
    const { code, out, err } = await runRfs(['fsck', '/'], { HADOOP_CONF_DIR: this.cluster.description.conf });
    assert.equal(code, 0, out + err);
    assert.match(out, /\n Missing replicas:\t\t0 [\s\S]*is HEALTHY\n$/);
  }

  async end(): Promise<void> {
    this.reading = false;
    this.client.close();
    this.rpc.close();
    await this.cluster.stop();
  }
}

/** Block files of finalized replicas below a folder. */
function replicasIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^blk_\d+$/.test(entry.name) && entry.parentPath.includes('/finalized/'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Null for a file that has just gone. */
function digestOf(path: string): string | null {
  try {
    return digest([readFileSync(path)]);
  } catch {
    return null;
  }
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(path, bytes);
}

test('two of four datanodes are lost with their disks, one after the other: no read fails, and all is whole again', async () => {
  const patient = await Patient.start(4, {}, '--no-restart');
  try {
    for (let file = 0; file < FILES; file++) await patient.write(file);
    patient.beginReading();
    const folders = patient.cluster.description.datanodes.map(({ dir }) => dir);
    for (const { pid, dir } of patient.cluster.description.datanodes.slice(0, 2)) {
      await patient.untilWhole(folders);
      killHard(pid);
      rmSync(dir, { recursive: true });
      folders.shift();
    }
    await patient.untilWhole(folders);
    await patient.endReading();
    await patient.fsck();
  } finally {
    await patient.end();
  }
});

test('a byte is flipped in every replica of a datanode: the scanner finds them all, and all are replaced', async () => {
  const patient = await Patient.start(3, { 'dfs.datanode.scan.period.hours': '2s' }, '--no-restart');
  try {
    for (let file = 0; file < FILES; file++) await patient.write(file);
    const { datanodes } = patient.cluster.description;
    await until('two replicas everywhere', () => patient.isWhole());
    const spoilt = replicasIn(datanodes[0]?.dir as string);
    assert.ok(spoilt.length > 3);
    for (const path of spoilt) flipByte(path);
    await patient.untilWhole(datanodes.map(({ dir }) => dir));
    const beans = await fetch(`http://${datanodes[0]?.http}/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity*`);
    const { BlockVerificationFailures: failures } = ((await beans.json()) as { beans: Record<string, number>[] })
      .beans[0]!;
    assert.ok((failures as number) >= spoilt.length, `${failures} of ${spoilt.length} are counted`);
    await patient.fsck();
  } finally {
    await patient.end();
  }
});

test('one of two volumes becomes unusable under load: its datanode goes on with the other, and all is whole again', async () => {
  const patient = await Patient.start(3, { 'dfs.datanode.failed.volumes.tolerated': '-1' });
  try {
    const [first] = patient.cluster.description.datanodes;
    const { dir, pid } = first!;
    const conf = join(dir, 'conf', 'hdfs-site.xml');
    const second = join(dir, 'data2');
    const site = readFileSync(conf, 'utf8');
    const one = /(<name>dfs\.datanode\.data\.dir<\/name>\s*<value>)([^<]*)/;
    writeFileSync(conf, site.replace(one, `$1$2,file://${second}`));
    killHard(pid);
    const restarted = () => patient.cluster.now().datanodes[0]?.pid !== pid;
    await until('it runs with two volumes', restarted);
    for (let file = 0; file < FILES; file++) await patient.write(file);
    await until('two replicas everywhere', () => patient.isWhole());
    await until('the second volume has replicas', () => replicasIn(second).length > 0);

    patient.beginReading();
    const now = patient.cluster.now().datanodes[0]?.pid as number;
    renameSync(join(second, 'current'), join(dir, 'gone'));
    writeFileSync(join(second, 'current'), 'not a folder');
    for (let file = FILES; file < FILES + 4; file++) await patient.write(file);
    const { datanodes } = patient.cluster.description;
    await patient.untilWhole(datanodes.map((datanode) => join(datanode.dir, 'data')));
    await patient.endReading();
    assert.equal(patient.cluster.now().datanodes[0]?.pid, now, 'the datanode has not ended');
    await patient.fsck();
  } finally {
    await patient.end();
  }
});

test('a datanode that hangs in the middle of a pipeline and of a read does not stop its client', async () => {
  const settings = {
    'dfs.client.socket-timeout': '2000',
    'dfs.client.block.write.replace-datanode-on-failure.policy': 'NEVER',
  };
  const patient = await Patient.start(3, settings, '--no-restart');
  const { client } = patient;
  const stopped: number[] = [];
  try {
    for (let file = 0; file < 2; file++) await patient.write(file);
    const { datanodes } = patient.cluster.description;
    const pidAt = (port: number) => datanodes.find(({ data }) => data.endsWith(`:${port}`))?.pid as number;
    const hangFirst = async (path: string, offset: number): Promise<number> => {
      const { blocks } = await client.blockLocations(path, offset, 1);
      const pid = pidAt(blocks[0]?.locs[0]?.id.xferPort as number);
      hang(pid);
      stopped.push(pid);
      return pid;
    };
    const bytes = bytesOf(7);
    const out = await client.create('/hung', {});
    await out.write(bytes.subarray(0, BLOCK_BYTES / 2));
    await out.hflush();
    const pid = await hangFirst('/hung', 0);
    await out.write(bytes.subarray(BLOCK_BYTES / 2));
    await out.close();
    const pieces: Uint8Array[] = [];
    for await (const piece of (await client.open('/hung')).stream()) pieces.push(Uint8Array.from(piece));
    assert.equal(digest(pieces), digest([bytes]));
    resume(pid);
    await until('two replicas everywhere', () => patient.isWhole());

    const read: Uint8Array[] = [];
    for await (const piece of (await client.open('/file1')).stream()) {
      if (read.length === 0) await hangFirst('/file1', 0);
      read.push(Uint8Array.from(piece));
    }
    assert.equal(digest(read), digest([bytesOf(1)]));
  } finally {
    for (const pid of stopped) resume(pid);
    await patient.end();
  }
});
