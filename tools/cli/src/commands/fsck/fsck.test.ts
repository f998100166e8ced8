import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { UsageError } from '../../options/index.js';
import { CheckProgress } from './progress.js';
import { exitCodeOf, resultOf } from './result.js';
import { fsckWords } from './words.js';

test("words become the parameters of HDFS's servlet", () => {
  assert.deepEqual(
    fsckWords(['/d', '-files', '-replicaDetails', '--explain', '-blockId', 'blk_1', 'blk_2', '--json']),
    {
      path: '/d',
      parameters: [
        ['files', '1'],
        ['replicadetails', '1'],
        ['explain', '1'],
        ['blockId', 'blk_1 blk_2'],
      ],
      listCorrupt: false,
      json: true,
    },
  );
  for (const wrong of [['-nosuch'], ['/a', '/b'], ['/a', '-blockId']]) {
    assert.throws(() => fsckWords(wrong), UsageError);
  }
});

test('the end of the text is the exit code', () => {
  const codes: readonly (readonly [string, number])[] = [
    ["The filesystem under path '/' is HEALTHY", 0],
    ["a\n\n\nThe filesystem under path '/' is CORRUPT", 1],
    ["\n\nPath '/nope' does not exist", 1],
    ["Fsck on path '/' FAILED", 255],
    ['Block replica on datanode/rack: host0/r0 is STALE\n', 6],
    ['Incorrect blockId format: foo\n', 0],
    ['', 255],
  ];
  for (const [text, code] of codes) assert.equal(exitCodeOf(text), code, text);
});

test('the text as data', () => {
  const text = `FSCK started by root (auth:SIMPLE) from /127.0.0.1 for path / at DATE


/d/a: MISSING 1 blocks of total size 60 B.
    blk_7 - what happened: no good replica is left.
    blk_7 - what to do: Start it.

Status: CORRUPT
 Number of data-nodes:	3

Replicated Blocks:
 Total size:	60 B
  MISSING BLOCKS:	1
 Average block replication:	0.5

Erasure Coded Block Groups:
 Total files:	0
FSCK ended at DATE in 1 milliseconds


The filesystem under path '/' is CORRUPT`;
  assert.deepEqual(resultOf('/', text), {
    path: '/',
    status: 'CORRUPT',
    message: "The filesystem under path '/' is CORRUPT",
    explanations: [{ block: 'blk_7', happened: 'no good replica is left.', next: 'Start it.' }],
    problems: ['/d/a: MISSING 1 blocks of total size 60 B.'],
    cluster: { numberOfDataNodes: 3 },
    replicatedBlocks: { totalSize: 60, missingBlocks: 1, averageBlockReplication: 0.5 },
    erasureCodedBlockGroups: { totalFiles: 0 },
  });
});

test('a person at the terminal sees how far it is, in one line that goes away', () => {
  const seen: string[] = [];
  const clock = new VirtualClock();
  const terminal = { out: () => undefined, err: (text: string) => seen.push(text), interactive: true, columns: 80 };
  const progress = new CheckProgress(terminal, clock);
  progress.note('..\n/d/a: MISSING 1 blocks of total size 60 B..');
  clock.advance(1000);
  progress.note('.\n/d/b 6 bytes, replicated: replication=1, 1 block(s):  OK\n');
  progress.note('never drawn so soon\n');
  progress.clear();
  progress.clear();
  const lines = ['checked 200 files, 0 in trouble, 0 s', 'checked 201 files, 1 in trouble, 1 s', ''];
  assert.deepEqual(
    seen,
    lines.map((line) => `\r\x1b[K${line}`),
  );
  const quiet = new CheckProgress({ ...terminal, interactive: false }, clock);
  quiet.note('....\n');
  quiet.clear();
  assert.equal(seen.length, 3);
});
