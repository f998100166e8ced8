import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ProcessCluster } from '@rfs/testing/cluster';
import { ROOT_MAY_ALL, shell } from './shell.fixture.js';

const FOLDER = fileURLToPath(new URL('../../../../testing/clients/fs_shell/', import.meta.url));

interface Answer {
  readonly command: string;
  readonly lines: string[];
}

/** Commands of the shell with what Hadoop's own shell answered on Apache HDFS (record.sh writes them down). */
function recorded(): Answer[] {
  const answers: Answer[] = [];
  for (const line of readFileSync(join(FOLDER, 'recorded.txt'), 'utf8').split('\n')) {
    if (line.startsWith('$ ')) answers.push({ command: line.slice(2), lines: [] });
    else if (line !== '') answers.at(-1)?.lines.push(line);
  }
  return answers;
}

test('rfs fs answers as the shell of Apache Hadoop does, text for text', async () => {
  const work = mkdtempSync(join(tmpdir(), 'rfs-shell-'));
  const [data, scratch] = [join(work, 'data'), join(work, 'scratch')];
  execFileSync('bash', [join(FOLDER, 'data.sh'), data, scratch]);
  const cluster = await ProcessCluster.start('--datanodes', '1', '-D', 'dfs.replication=1', ...ROOT_MAY_ALL);
  const { hdfs, conf } = cluster.description;
  const zone = process.env.TZ;
  process.env.TZ = 'UTC';
  try {
    for (const { command, lines } of recorded()) {
      const words = command
        .split(' ')
        .map((word) =>
          word.replaceAll('HDFS/', `${hdfs}/`).replaceAll('DATA/', `${data}/`).replaceAll('SCRATCH/', `${scratch}/`),
        );
      const { code, out, err } = await shell(['--conf', conf, ...words], work);
      // What keeps a local file's owner keeps whoever runs this; root recorded it.
      if (command.startsWith('-put -p ')) await shell(['--conf', conf, '-chown', 'root:root', words.at(-1)!], work);
      const prefixed = (prefix: string, text: string): string[] =>
        text.split('\n').flatMap((line) => (line === '' ? [] : [prefix + line]));
      const answered = [`? ${code}`, ...prefixed('> ', out), ...prefixed('! ', err)].map((line) =>
        line
          .replaceAll(hdfs, 'HDFS')
          .replaceAll(data, 'DATA')
          .replaceAll(scratch, 'SCRATCH')
          .replace(/\d{4}-\d\d-\d\d \d\d:\d\d /g, 'TIME '),
      );
      // The order of names beyond ASCII is the namenode's: Apache's goes by signed bytes, ours by unsigned ones.
      const walks = /-R|-find|-setrep|-lsr|-du/.test(command);
      assert.deepEqual(walks ? answered.sort() : answered, walks ? [...lines].sort() : lines, command);
    }
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    await cluster.stop();
    rmSync(work, { recursive: true });
  }
});
