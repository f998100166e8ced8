import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.js';

test('a timer fires once after its delay, a cancelled one never', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let fired = 0;
  systemClock.setTimer(10, () => fired++);
  const cancelled = systemClock.setTimer(10, () => fired++);
  cancelled.cancel();
  cancelled.cancel();
  t.mock.timers.tick(9);
  assert.equal(fired, 0);
  t.mock.timers.tick(100);
  assert.equal(fired, 1);
});

test('a delay longer than setTimeout takes does not fire at once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const longest = 0x7fffffff;
  let fired = 0;
  systemClock.setTimer(longest + 500, () => fired++);
  t.mock.timers.tick(longest);
  assert.equal(fired, 0);
  t.mock.timers.tick(500);
  assert.equal(fired, 1);
});

test('the monotonic clock does not go backwards', () => {
  let last = systemClock.monotonicMs();
  for (let i = 0; i < 1000; i++) {
    const now = systemClock.monotonicMs();
    assert.ok(now >= last);
    last = now;
  }
});
