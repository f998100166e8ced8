import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { Newcomers } from './newcomers.js';

test('a call is tried again while datanodes are expected, not beyond its time, and at once when it all ends', () => {
  const clock = new VirtualClock();
  let expects = true;
  const newcomers = new Newcomers({ expectsDatanodes: () => expects }, clock, 1000);
  let tries = 0;
  let refused = 0;
  const call = (succeedsAt: number): void => {
    const arrivedMs = clock.monotonicMs();
    const attempt = (): void => {
      tries++;
      if (tries < succeedsAt && !newcomers.comeAgain(arrivedMs, attempt)) refused++;
    };
    attempt();
  };
  call(3);
  clock.advance(200);
  assert.deepEqual([tries, refused, newcomers.count], [3, 0, 0]);

  tries = 0;
  call(1000);
  clock.advance(900);
  assert.equal(refused, 0);
  clock.advance(200);
  assert.deepEqual([refused, newcomers.count], [1, 0]);

  tries = 0;
  call(1000);
  expects = false;
  clock.advance(50);
  assert.deepEqual([tries, refused], [2, 2]);

  expects = true;
  call(1000);
  assert.equal(newcomers.count, 1);
  newcomers.close();
  assert.deepEqual([refused, newcomers.count], [3, 0]);
});
