import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from './random.js';
import { VirtualClock } from './virtual-clock.js';

test('timers fire in due order, equal ones as they were set, at their own time', () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name}@${clock.monotonicMs()}`);
  clock.setTimer(30, note('c'));
  clock.setTimer(10, note('a'));
  clock.setTimer(10, note('b'));
  clock.setTimer(20, note('gone')).cancel();
  clock.setTimer(0, () => clock.setTimer(5, note('nested')));
  clock.advance(29);
  assert.deepEqual(fired, ['nested@5', 'a@10', 'b@10']);
  assert.equal(clock.monotonicMs(), 29);
  assert.equal(clock.nextDueMs(), 30);
  assert.equal(clock.fireNext(), true);
  assert.equal(clock.fireNext(), false);
  assert.deepEqual(fired.at(-1), 'c@30');
});

test('many timers come out sorted, cancelled ones never', () => {
  const clock = new VirtualClock();
  const random = seededRandom(5);
  const fired: number[] = [];
  let expected = 0;
  for (let i = 0; i < 5000; i++) {
    const delay = random.below(1000);
    const timer = clock.setTimer(delay, () => fired.push(delay));
    if (random.below(4) === 0) timer.cancel();
    else expected++;
  }
  clock.advance(1000);
  assert.equal(fired.length, expected);
  assert.deepEqual(
    fired,
    fired.toSorted((a, b) => a - b),
  );
});

test('the wall clock jumps, the monotonic one does not', () => {
  const clock = new VirtualClock(1000);
  clock.advance(5);
  clock.jumpWallClock(-500);
  assert.equal(clock.nowMs(), 505);
  assert.equal(clock.monotonicMs(), 5);
});
