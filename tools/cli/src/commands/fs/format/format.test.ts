import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileStatus } from '@rfs/client/dfs';
import { ModeChange, octalMode, showMode } from './mode.js';
import { humanSize } from './size.js';
import { Table } from './table.js';
import { checkpointName, checkpointTime, parseTouchTime, utcSecond } from './time.js';

test('sizes for people as Hadoop writes them (TraditionalBinaryPrefix)', () => {
  for (const [count, text] of [
    [0, '0'],
    [1023, '1023'],
    [1024, '1 K'],
    [1536, '1.5 K'],
    [1280, '1.3 K'],
    [1024 * 1024 - 1, '1.0 M'],
    [64 * 1024 * 1024, '64 M'],
    [596.9 * 1024, '596.9 K'],
    [1024 ** 4 * 2.5, '2.5 T'],
    [2 ** 60, '1 E'],
    [-1536, '-1.5 K'],
  ] as const) {
    assert.equal(humanSize(count), text);
  }
});

test('permissions in letters and octal', () => {
  assert.equal(showMode(0o755), 'rwxr-xr-x');
  assert.equal(showMode(0o1777), 'rwxrwxrwt');
  assert.equal(showMode(0o1640), 'rw-r----T');
  assert.equal(octalMode(0o1755), '1755');
  assert.equal(octalMode(0o7), '7');
});

test('chmod understands what Hadoop does (ChmodParser)', () => {
  const apply = (text: string, mode: number, kind: FileStatus['kind'] = 'file'): string =>
    new ModeChange(text).apply({ mode, kind } as FileStatus).toString(8);
  for (const [text, before, after] of [
    ['755', 0o600, '755'],
    ['0644', 0o1777, '644'],
    ['1777', 0, '1777'],
    ['u+x', 0o644, '744'],
    ['+x', 0o644, '755'],
    ['u+x,g=rw,o-r', 0o644, '760'],
    ['u=rwx, g=rx ,o=', 0o777, '0'],
    ['a+rX', 0o600, '644'],
    ['a+rX', 0o700, '755'],
    ['+t', 0o755, '1755'],
    ['-t', 0o1755, '755'],
    ['o-rwx', 0o777, '770'],
  ] as const) {
    if (text === 'u=rwx, g=rx ,o=') assert.throws(() => new ModeChange(text));
    else assert.equal(apply(text, before), after, text);
  }
  assert.equal(apply('a+X', 0o600, 'directory'), '711');
  for (const bad of ['', '78', '12345', 'x', 'u+s', '2755', 'u+x g+x'])
    assert.throws(() => new ModeChange(bad), /mode/, bad);
});

test('tables are as wide as their widest cells', () => {
  const table = new Table([{ header: 'A' }, { header: 'LONG', right: true }, { header: 'C' }], true);
  assert.deepEqual(table.lines(), []);
  table.add(['xyz', '1', 'end']);
  assert.deepEqual(table.lines(), ['A    LONG  C', 'xyz     1  end']);
});

test('times', () => {
  assert.equal(utcSecond(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), '2026-01-02 03:04:05');
  const local = new Date(2026, 0, 2, 3, 4, 5).getTime();
  assert.equal(parseTouchTime('20260102:030405'), local);
  assert.equal(parseTouchTime('2026'), undefined);
  assert.equal(checkpointTime(checkpointName(local)), local);
  assert.equal(checkpointTime(`${checkpointName(local)}-2`), local);
  assert.equal(checkpointTime('2601020304'), local - 5000);
  assert.equal(checkpointTime('Current'), undefined);
});
