import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { seededRandom } from '@rfs/base/system';
import { ProcessCluster } from '@rfs/testing/cluster';
import { type Outcome, ROOT_MAY_ALL, shell } from './shell.fixture.js';

let cluster: ProcessCluster;
const work = mkdtempSync(join(tmpdir(), 'rfs-shell-'));

before(async () => {
  cluster = await ProcessCluster.start('--datanodes', '3', '-D', `dfs.blocksize=${4 * 1024 * 1024}`, ...ROOT_MAY_ALL);
});

after(async () => {
  await cluster.stop();
  rmSync(work, { recursive: true });
});

const fs = (words: readonly string[], input: readonly Uint8Array[] = []): Promise<Outcome> =>
  shell(['--conf', cluster.description.conf, ...words], work, input);

/** Runs a command that must succeed without complaint; what it said. */
async function good(...words: string[]): Promise<string> {
  return (await feed([], ...words)).out;
}

/** The same with standard input. */
async function feed(input: readonly Uint8Array[], ...words: string[]): Promise<Outcome> {
  const outcome = await fs(words, input);
  assert.deepEqual({ code: outcome.code, err: outcome.err }, { code: 0, err: '' }, words.join(' '));
  return outcome;
}

test('files of several blocks go there and back, with several lanes, with times and modes', async () => {
  const folder = join(work, 'tree');
  mkdirSync(join(folder, 'below'), { recursive: true });
  for (const [at, length] of [0, 1, 4 * 1024 * 1024, 9_000_001].entries()) {
    writeFileSync(join(folder, at % 2 === 0 ? `f${at}` : `below/f${at}`), seededRandom(at).bytes(length));
  }
  await good('-put', '-t', '4', '-p', folder, '/tree');
  await good('-get', '-t', '4', '-p', '/tree', join(work, 'back'));
  for (const name of ['f0', 'below/f1', 'f2', 'below/f3']) {
    assert.ok(readFileSync(join(folder, name)).equals(readFileSync(join(work, 'back', name))), name);
  }
  assert.equal(
    await good('-ls', '-C', '-R', '/tree'),
    '/tree/below\n/tree/below/f1\n/tree/below/f3\n/tree/f0\n/tree/f2\n',
  );
});

test('names with spaces, per cent, plus and umlauts mean what they say', async () => {
  for (const name of ['a b', 'p%20q', 'c+d', 'ü', 'x;y', "it's"]) {
    writeFileSync(join(work, name), name);
    await good('-put', join(work, name), '/names-in');
    await good('-mkdir', '-p', '/names');
    await good('-mv', '/names-in', `/names/${name}`);
    assert.equal(await good('-cat', `/names/${name}`), name);
    await good('-get', `/names/${name}`, join(work, `${name} back`));
    assert.equal(readFileSync(join(work, `${name} back`), 'utf8'), name);
    assert.equal(await good('-ls', '-C', `/names/${name}`), `/names/${name}\n`);
  }
  assert.equal(await good('-ls', '-C', '/names/a*'), '/names/a b\n');
  assert.equal(await good('-ls', '-C', '/names/p%*'), '/names/p%20q\n');
});

test('a dash is standard input and output', async () => {
  const bytes = Buffer.from(seededRandom('stdin').bytes(100_000));
  // One replica: an append right behind a put may come before the second datanode's report.
  const once = ['-D', 'dfs.replication=1'];
  await feed([bytes.subarray(0, 70_000), bytes.subarray(70_000)], ...once, '-put', '-', '/stdin');
  assert.ok((await feed([], '-get', '/stdin', '-')).bytes.equals(bytes));
  await feed([Buffer.from('more')], '-appendToFile', '-', '/stdin');
  assert.ok((await feed([], '-cat', '/stdin')).bytes.subarray(100_000).equals(Buffer.from('more')));
  assert.equal((await fs(['-put', '-', '/stdin'])).err, "put: `/stdin': File exists\n");
});

test('commands work with and without dash, on full URIs, with -fs and -D', async () => {
  const { hdfs } = cluster.description;
  await good('-mkdir', '/plain');
  assert.equal(await good('ls', '-d', '-C', '/plain'), '/plain\n');
  assert.equal(await good('-ls', '-d', '-C', `${hdfs}/plain`), `${hdfs}/plain\n`);
  const elsewhere = await shell(['-fs', hdfs, '-D', 'dfs.replication=2', '-touchz', '/plain/two'], work);
  assert.equal(elsewhere.code, 0, elsewhere.err);
  assert.equal(await good('-stat', '%r', '/plain/two'), '2\n');
  const missing = await shell(
    ['-fs', 'hdfs://127.0.0.1:1', '-D', 'ipc.client.connect.max.retries=0', '-ls', '/'],
    work,
  );
  assert.equal(missing.code, 1);
  assert.match(missing.err, /^ls: 127\.0\.0\.1:1: .*ECONNREFUSED/);
});

test('ls, stat, du, count and df answer in JSON', async () => {
  await good('-mkdir', '/json');
  await feed([Buffer.from('12345')], '-put', '-', '/json/file');
  const [listed] = JSON.parse(await good('-ls', '--json', '/json')) as Record<string, unknown>[];
  assert.equal(listed?.path, '/json/file');
  assert.equal(listed?.type, 'file');
  assert.equal(listed?.length, 5);
  assert.equal(listed?.permission, '644');
  assert.deepEqual(JSON.parse(await good('--json', '-ls', '/json/file')), [listed]);
  assert.deepEqual(JSON.parse(await good('-stat', '--json', '/json/file')), [listed]);
  assert.deepEqual(JSON.parse(await good('-du', '--json', '/json')), [
    { path: '/json/file', length: 5, spaceConsumed: 15 },
  ]);
  const [counted] = JSON.parse(await good('-count', '--json', '/json')) as Record<string, unknown>[];
  assert.deepEqual([counted?.directoryCount, counted?.fileCount, counted?.length], [1, 1, 5]);
  const [space] = JSON.parse(await good('-df', '--json')) as Record<string, unknown>[];
  assert.equal(space?.filesystem, cluster.description.hdfs);
  assert.ok((space?.size as number) > 0);
  await good('-mkdir', '/json/empty');
  assert.deepEqual(JSON.parse(await good('-ls', '--json', '/json/empty')), []);
});

test('with a trash interval deleted files go to the trash, and expunge empties it', async () => {
  await good('-mkdir', '-p', '/bin/a');
  const trash = ['-D', 'fs.trash.interval=60'];
  const moved = await fs([...trash, '-rm', '-r', '/bin/a']);
  assert.equal(moved.code, 0);
  const { hdfs } = cluster.description;
  assert.equal(moved.err, `Moved: '${hdfs}/bin/a' to trash at: ${hdfs}/user/root/.Trash/Current/bin/a\n`);
  await good('-test', '-d', '/user/root/.Trash/Current/bin/a');
  await good('-mkdir', '-p', '/bin/a');
  const again = await fs([...trash, '-rm', '-r', '/bin/a']);
  assert.match(again.err, /Current\/bin\/a\d{13}\n$/);
  const refused = await fs([...trash, '-rm', '-r', '/user']);
  assert.match(
    refused.err,
    /Cannot move ".*\/user" to the trash, as it contains the trash\. Consider using -skipTrash/,
  );
  await good(...trash, '-expunge');
  const checkpoints = await good('-ls', '-C', '/user/root/.Trash');
  assert.match(checkpoints, /^\/user\/root\/\.Trash\/\d{12}\n$/);
  await good(...trash, '-expunge', '-immediate');
  assert.equal(await good('-ls', '/user/root/.Trash'), '');
});

test('half a file is never seen: not while it is written, not after Ctrl-C', async () => {
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  let release = (): void => undefined;
  const stdin = (async function* () {
    yield Buffer.alloc(5_000_000);
    await new Promise<void>((resolve) => {
      release = resolve;
      interrupt();
    });
  })();
  const words = ['--conf', cluster.description.conf, '-put', '-', '/half'];
  const { code } = await shell(words, work, [], { stdin, interrupted });
  release();
  assert.equal(code, 130);
  assert.equal((await fs(['-ls', '-C', '/half*'])).err, "ls: `/half*': No such file or directory\n");
});

test('local files are a file system, too', async () => {
  mkdirSync(join(work, 'here'));
  writeFileSync(join(work, 'here', 'x'), 'local');
  assert.equal((await shell(['-fs', 'file:///', '-cat', 'here/x'], work)).out, 'local');
  await good('-cp', `file://${work}/here/x`, '/from-local');
  assert.equal(await good('-cat', '/from-local'), 'local');
  await good('-get', '-crc', '/from-local', join(work, 'here', 'y'));
  assert.equal(readFileSync(join(work, 'here', '.y.crc')).length, 12);
  assert.equal((await shell(['-fs', 'file:///', '-ls', '-C', join(work, 'here')], work)).out.split('\n').length, 3);
});
