import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simulate } from './index.js';
import { PLANTED_BUGS } from './planted-bugs.js';
import { FIXED_EVENTS, FIXED_SEEDS, KNOWN_RUNS } from './seeds.js';

/** The message is the command that repeats the run. */
function runsWell(seed: number, events: number): number {
  const report = simulate({ seed, events });
  assert.equal(report.violation, undefined, `npm run sim -- --seed ${seed} --events ${events}`);
  return report.trace;
}

describe('a simulated cluster under faults', () => {
  for (const seed of FIXED_SEEDS) test(`seed ${seed}`, () => void runsWell(seed, FIXED_EVENTS));
  for (const { seed, events, found } of KNOWN_RUNS) test(`seed ${seed}: ${found}`, () => void runsWell(seed, events));

  test('the same seed twice is the same run, another seed another', () => {
    assert.equal(runsWell(7, 5000), runsWell(7, 5000));
    assert.notEqual(runsWell(7, 5000), runsWell(8, 5000));
  });

  test('without faults one leader answers everybody', () => {
    const report = simulate({ seed: 1, events: 40_000, faultMs: 0 });
    assert.equal(report.violation, undefined);
    assert.equal(report.leaders, 1);
    assert.ok(report.changes > 400 && report.reads > 300, `${report.changes} changes, ${report.reads} reads`);
    assert.ok(report.blocks > 50 && report.blockReads > 50, `${report.blocks} blocks, ${report.blockReads} read`);
  });
});

/** `npm run sim -- --bug all --runs 20` takes all seeds. */
const SEEDS_PER_BUG = 2;

describe('planted bugs are found', () => {
  for (const bug of PLANTED_BUGS) {
    test(bug.name, () => {
      for (let seed = 1; seed <= SEEDS_PER_BUG; seed++) {
        const { violation } = simulate({ seed, events: bug.events, ...bug.options }, bug.sabotage);
        assert.ok(violation !== undefined, `npm run sim -- --bug "${bug.name}" --seed ${seed}`);
      }
    });
  }
});
