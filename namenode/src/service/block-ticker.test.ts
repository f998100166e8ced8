import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@rfs/base/system';
import { BlockTicker } from './block-ticker.js';
import { Slices } from './slices.js';

test('silence of datanodes counts anew after a pause of this node, and while it knows no leader', () => {
  const clock = new VirtualClock();
  const turns: (() => void)[] = [];
  let inTouch = true;
  let anew: number[] = [];
  let ticks = 0;
  const blocks = {
    hearAnew: (nowMs: number) => void anew.push(nowMs),
    tick: () => {
      ticks++;
      return false;
    },
  };
  const ticker = new BlockTicker(blocks, new Slices(clock, (action) => turns.push(action)), clock, () => inTouch);
  const run = (ms: number): void => {
    for (const endMs = clock.monotonicMs() + ms; clock.monotonicMs() < endMs; clock.advance(100)) turns.shift()?.();
  };
  ticker.start();
  run(10_000);
  assert.equal(anew.length, 1, 'from its first look on');
  assert.ok(ticks >= 40);

  anew = [];
  clock.advance(5000);
  run(5000);
  assert.equal(anew.length, 1, 'once after it stood still');

  anew = [];
  inTouch = false;
  run(2000);
  inTouch = true;
  const lastMs = anew.at(-1) ?? 0;
  run(5000);
  assert.ok(anew.length >= 8);
  assert.equal(anew.at(-1), lastMs);
  ticker.close();
});
