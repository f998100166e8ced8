import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { Caller } from '../../namespace/index.js';
import { metaSave } from './meta-save.js';

test('what is no name of a file is refused before anything is gathered or written', () => {
  const refused: string[] = [];
  const sink = {
    reply: () => assert.fail('answered'),
    fail: (refusal: unknown) => refused.push(isFailure(refusal) ? refusal.message : ''),
  };
  const names = ['', '.', '..', '../a', '/tmp/a', 'a\0b'];
  for (const filename of names) {
    metaSave({} as never, { filename }, {} as never, new Caller('hdfs', [], true), sink as never);
  }
  assert.deepEqual(
    refused,
    names.map((name) => `'${name}' is not the name of a file in the folder of the log`),
  );
});
