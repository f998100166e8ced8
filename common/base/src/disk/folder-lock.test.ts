import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockFolder } from './index.js';

test('a folder is held by one process until it lets go', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'in_use.lock');
  const lock = await lockFolder(path);
  await assert.rejects(lockFolder(path), /this process holds it already/);
  await lock.release();
  assert.equal(existsSync(path), false);
  await (await lockFolder(path)).release();
});

test('the lock of a process that is gone, or of another one under its number, is taken over', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'in_use.lock');
  writeFileSync(path, `1@${hostname()} not-its-start-time\n`);
  await (await lockFolder(path)).release();
  writeFileSync(path, `999999999@${hostname()} 12345\n`);
  await (await lockFolder(path)).release();
});
