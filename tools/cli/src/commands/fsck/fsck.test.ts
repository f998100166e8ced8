import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../options/index.js';
import { exitCodeOf, resultOf } from './result.js';
import { fsckWords } from './words.js';

test("words become the parameters of HDFS's servlet", () => {
  assert.deepEqual(fsckWords(['/d', '-files', '-replicaDetails', '-blockId', 'blk_1', 'blk_2', '--json']), {
    path: '/d',
    parameters: [
      ['files', '1'],
      ['replicadetails', '1'],
      ['blockId', 'blk_1 blk_2'],
    ],
    listCorrupt: false,
    json: true,
  });
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
    problems: ['/d/a: MISSING 1 blocks of total size 60 B.'],
    cluster: { numberOfDataNodes: 3 },
    replicatedBlocks: { totalSize: 60, missingBlocks: 1, averageBlockReplication: 0.5 },
    erasureCodedBlockGroups: { totalFiles: 0 },
  });
});
