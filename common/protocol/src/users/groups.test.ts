import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { GroupMapping } from './groups.js';

test('static overrides win and never ask the operating system', () => {
  const groups = new GroupMapping('bob=dev, ops;diana=;', () => assert.fail('asked'), new VirtualClock(), 1000);
  assert.deepEqual(groups.cached('bob'), ['dev', 'ops']);
  assert.deepEqual(groups.cached('diana'), []);
});

test('one question serves all who wait, and the answer expires', () => {
  const clock = new VirtualClock();
  const questions: ((groups: readonly string[]) => void)[] = [];
  const groups = new GroupMapping('', (_user, done) => questions.push(done), clock, 1000);
  const answers: (readonly string[])[] = [];
  groups.resolve('eve', (found) => answers.push(found));
  groups.resolve('eve', (found) => answers.push(found));
  assert.equal(questions.length, 1);
  questions[0]?.(['staff']);
  assert.deepEqual(answers, [['staff'], ['staff']]);
  assert.deepEqual(groups.cached('eve'), ['staff']);
  clock.advance(1001);
  assert.equal(groups.cached('eve'), undefined);
});
