import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from './statuses.js';
import { tableRow } from './table.js';
import { balancerWords, WrongWords } from './words.js';

test("HDFS's words, in any case", () => {
  const words =
    '-policy BlockPool -Threshold 5.5 -include a,b:9866, -source -f hosts -idleIterations -1 -runDuringUpgrade';
  assert.deepEqual(balancerWords(words.split(' ')), {
    policy: 'blockpool',
    threshold: 5.5,
    included: { hosts: ['a', 'b:9866'] },
    excluded: undefined,
    sources: { file: 'hosts' },
    blockPools: [],
    idleIterations: -1,
    runDuringUpgrade: true,
    sortTopNodes: false,
    hotBlockMs: 0,
    json: false,
  });
  assert.equal(balancerWords([]).threshold, 10);
  assert.equal(balancerWords([]).idleIterations, 5);
});

test('words that HDFS refuses', () => {
  const refused: Readonly<Record<string, RegExp>> = {
    '-threshold 0.5': /range of \[1\.0, 100\.0\]: 0\.5/,
    '-threshold x': /range of/,
    '-threshold': /needs a value/,
    '-policy rack': /Illegal policy name: rack/,
    '-include a -exclude b': /cannot be specified together/,
    '-exclude -f': /needs a value/,
    '-idleiterations 1.5': /whole number/,
    everything: /no option/,
  };
  for (const [words, reason] of Object.entries(refused)) {
    assert.throws(
      () => balancerWords(words.split(' ')),
      (error) => error instanceof WrongWords && reason.test(error.message),
      words,
    );
  }
});

test('a row has the columns of Balancer.Result.print', () => {
  const row = tableRow(
    0,
    {
      status: 'IN_PROGRESS',
      iteration: 3,
      bytesAlreadyMoved: 88 * 1024 ** 2,
      bytesLeftToMove: -1,
      bytesBeingMoved: 1536,
      blocksMoved: 22,
    },
    'hdfs://ns',
  );
  const columns = /^(.{24}) ( {9}3) {2}(.{19}) {2}(.{18}) {2}(.{17}) {2}(.{17}) {2}(.*)\n$/.exec(row);
  const texts = columns?.slice(3).map((each) => each.trim());
  assert.deepEqual(texts, ['88 MB', '-1 B', '1.50 KB', '22', 'hdfs://ns']);
  assert.match(columns?.[1] ?? '', /^[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d:\d\d [AP]M *$/);
});

test('statuses leave as exit codes', () => {
  assert.deepEqual(
    [exitCodeOf('SUCCESS'), exitCodeOf('NO_MOVE_BLOCK'), exitCodeOf('IO_EXCEPTION'), exitCodeOf('INTERRUPTED')],
    [0, 254, 252, 250],
  );
});
