import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Logger, silentLogger } from '@rfs/base/log';
import { osGroups } from './os-groups.js';

function setUp() {
  const noted: string[] = [];
  const logger: Logger = { ...silentLogger, debug: (message) => noted.push(message) };
  return { noted, logger };
}

function script(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-groups-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'id');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

const ask = (lookup: ReturnType<typeof osGroups>, user: string): Promise<readonly string[]> =>
  new Promise((resolve) => lookup(user, resolve));

test('the groups are those of the machine, primary first', async () => {
  const { noted, logger } = setUp();
  const { username } = userInfo();
  const expected = execFileSync('id', ['-Gn', username], { encoding: 'utf8' }).trim().split(' ');
  assert.deepEqual(await ask(osGroups({ logger }), username), expected);
  assert.deepEqual(noted, []);
});

test('an unknown user has none, and a name is never an option', async () => {
  const { noted, logger } = setUp();
  const lookup = osGroups({ logger });
  assert.deepEqual(await ask(lookup, 'no-such-user-here'), []);
  assert.deepEqual(noted, ['no groups found']);
  for (const user of ['', '--version', '-u', 'a\0b']) assert.deepEqual(await ask(lookup, user), []);
  assert.equal(noted.length, 1);
});

test('a lookup that fails or hangs finds nothing', async (t) => {
  const { noted, logger } = setUp();
  assert.deepEqual(await ask(osGroups({ logger, command: script(t, 'exit 1') }), 'eve'), []);
  assert.deepEqual(await ask(osGroups({ logger, command: '/no/such/program' }), 'eve'), []);
  assert.deepEqual(await ask(osGroups({ logger, command: script(t, 'exec sleep 60'), timeoutMs: 20 }), 'eve'), []);
  assert.equal(noted.length, 3);
  assert.deepEqual(await ask(osGroups({ logger, command: script(t, 'echo staff ops "$3"') }), 'eve'), [
    'staff',
    'ops',
    'eve',
  ]);
});
