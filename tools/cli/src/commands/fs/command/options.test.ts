import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeOptions } from './options.js';
import { progressLine } from './progress.js';

test('options end at the first argument, at a lone dash, and behind a double one', () => {
  const rules = { min: 0, flags: ['r', 'f'], valued: ['t'] };
  for (const [words, flags, rest] of [
    ['-r -f x', 'r f', 'x'],
    ['x -r', '', 'x -r'],
    ['-r - -f', 'r', '- -f'],
    ['-r -- -f', 'r', '-f'],
    ['-t 3 x', '', 'x'],
  ] as const) {
    const args = words.split(' ');
    assert.equal(takeOptions(args, rules).flags().join(' '), flags, words);
    assert.equal(args.join(' '), rest, words);
  }
  assert.equal(takeOptions(['-t', '3', 'x'], rules).value('t'), '3');
  assert.equal(takeOptions(['-t', '-r'], rules).value('t'), '');
});

test('what does not fit is refused in Hadoop words', () => {
  assert.throws(() => takeOptions(['-z'], { min: 0 }), /Illegal option -z/);
  assert.throws(() => takeOptions([], { min: 1 }), /Not enough arguments: expected 1 but got 0/);
  assert.throws(() => takeOptions(['a', 'b'], { min: 1, max: 1 }), /Too many arguments: expected 1 but got 2/);
  const args = ['-7', 'x'];
  takeOptions(args, { min: 2, keepUnknown: true });
  assert.deepEqual(args, ['-7', 'x']);
});

test('the bar tells how much, how fast and how long, within the terminal', () => {
  const line = progressLine('/data/x', 512 * 1024, 1024 * 1024, 1024 * 128, 100);
  assert.equal(line, '/data/x  [##########..........]  50%  512 K / 1 M  128 K/s  0:04');
  assert.equal(progressLine('-', 2048, undefined, 0, 80), '-  2 K  0/s');
  assert.match(progressLine('/data/x', 0, 2 ** 40, 2 ** 20, 100), /291:16:16|-:--|\d+:\d\d:\d\d/);
  for (const columns of [10, 40, 60, 80]) {
    assert.ok(progressLine('/a/very/long/name/of/a/file', 1, 100, 1, columns).length < columns);
  }
});
