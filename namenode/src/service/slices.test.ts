import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { Slices } from './slices.js';

test('work that takes longer than a slice is continued in later turns, in order', () => {
  const clock = new VirtualClock();
  const turns: (() => void)[] = [];
  const slices = new Slices(clock, (action) => turns.push(action));
  const seen: string[] = [];
  const work = (name: string, steps: number) => ({
    step(): boolean {
      seen.push(name);
      clock.advance(3);
      steps--;
      return steps === 0;
    },
  });
  slices.add(work('a', 3));
  slices.add(work('b', 1));
  assert.deepEqual(seen, [], 'nothing runs in the turn that added it');
  turns.shift()?.();
  assert.deepEqual(seen, ['a', 'a'], 'a slice ends once its time is used up');
  turns.shift()?.();
  assert.deepEqual(seen, ['a', 'a', 'a', 'b']);
  assert.equal(slices.length, 0);
  assert.equal(turns.length, 0, 'an empty queue asks for no further turn');
});
