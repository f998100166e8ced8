import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { VirtualClock } from '../system/index.js';
import { openLog, silentLogger } from './index.js';

const clock = new VirtualClock(1_700_000_000_123);

test('lines are JSON with time, level, message and facts, those of parents too', () => {
  const lines: string[] = [];
  const { logger, flush } = openLog({ level: 'info', clock, sink: (line) => lines.push(line) });
  logger.child({ component: 'raft' }).child({ term: 4 }).info('became leader', { votes: 2 });
  logger.debug('not written');
  logger.error('write failed', { error: new Error('EIO') });
  flush();
  assert.deepEqual(JSON.parse(lines[0]!), {
    level: 'info',
    time: '2023-11-14T22:13:20.123Z',
    component: 'raft',
    term: 4,
    votes: 2,
    msg: 'became leader',
  });
  const error = JSON.parse(lines[1]!) as { error: { message: string; stack: string } };
  assert.equal(error.error.message, 'EIO');
  assert.match(error.error.stack, /log\.test/);
  assert.equal(lines.length, 2);
  assert.deepEqual([logger.writes('debug'), logger.writes('info')], [false, true]);
});

test('at a terminal a line is for people', () => {
  const lines: string[] = [];
  const { logger } = openLog({ level: 'debug', clock, terminal: true, sink: (line) => lines.push(line) });
  logger.warn('slow disk', { path: '/a', ms: 12, note: 'two words', list: [1] });
  logger.debug('plain');
  logger.error('bad', { error: new Error('boom') });
  assert.equal(lines[0], '22:13:20.123 WARN  slow disk path=/a ms=12 note="two words" list=[1]\n');
  assert.equal(lines[1], '22:13:20.123 DEBUG plain\n');
  assert.match(lines[2]!, /^22:13:20\.123 ERROR bad\nError: boom\n {4}at /);
});

test('a file has all lines after a flush', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'deep/rfs.log');
  const { logger, flush } = openLog({ level: 'info', clock, file });
  for (let i = 0; i < 100; i++) logger.info('line', { i });
  await new Promise(setImmediate);
  flush();
  assert.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, 100);
});

test('the silent logger takes everything and writes nothing', () => {
  silentLogger.child({ a: 1 }).error('x');
  assert.equal(silentLogger.writes('info'), false);
});
