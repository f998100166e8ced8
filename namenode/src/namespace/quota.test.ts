import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { callerOf, Harness, type User } from './harness.fixture.js';
import { CommandKind, getContentSummary } from './index.js';

const UNLIMITED = 2 ** 63;

function mkdirs(harness: Harness, path: string, user: User = 'root'): unknown {
  return harness.outcome(user, CommandKind.MKDIRS, { path, mode: 0o755, createParent: true });
}

function setQuota(
  harness: Harness,
  path: string,
  namespaceQuota?: number,
  spaceQuotaBytes?: number,
  user: User = 'root',
) {
  return harness.run(user, CommandKind.SET_QUOTA, { path, namespaceQuota, spaceQuotaBytes });
}

function quotasOf(harness: Harness, path: string): number[] {
  const found = getContentSummary(harness.machine.tree, harness.store, callerOf('root'), path);
  assert.ok(!isFailure(found) && !('scan' in found));
  return [found.namespaceQuota, found.spaceQuota];
}

function text(reply: unknown): string {
  assert.ok(isFailure(reply));
  return `${reply.code}: ${reply.message}`;
}

test('a namespace quota counts the directory itself, and stays over a restart', () => {
  const harness = Harness.made();
  mkdirs(harness, '/d');
  assert.equal(setQuota(harness, '/d', 2), true);
  harness.restart();
  assert.deepEqual(quotasOf(harness, '/d'), [2, -1]);
  assert.equal(mkdirs(harness, '/d/a'), true);
  assert.equal(
    text(harness.run('root', CommandKind.MKDIRS, { path: '/d/b', mode: 0o755, createParent: true })),
    'NSQuotaExceededException: The NameSpace quota (directories and files) of directory /d is exceeded: quota=2 file count=3',
  );
});

test('a quota that is not given stays, -1 takes it away', () => {
  const harness = Harness.made();
  mkdirs(harness, '/d');
  setQuota(harness, '/d', 5, 1000);
  setQuota(harness, '/d', undefined, -1);
  assert.deepEqual(quotasOf(harness, '/d'), [5, -1]);
  setQuota(harness, '/d', -1, undefined);
  assert.deepEqual(quotasOf(harness, '/d'), [-1, -1]);
});

test("the root's namespace quota is the highest unless another is set", () => {
  const harness = Harness.made();
  assert.deepEqual(quotasOf(harness, '/'), [UNLIMITED, -1]);
  setQuota(harness, '/', 10, undefined);
  harness.restart();
  assert.deepEqual(quotasOf(harness, '/'), [10, -1]);
  setQuota(harness, '/', -1, undefined);
  harness.restart();
  assert.deepEqual(quotasOf(harness, '/'), [UNLIMITED, -1]);
});

test('only a superuser sets quotas, and only on directories', () => {
  const harness = Harness.made();
  mkdirs(harness, '/mine', 'alice');
  assert.equal(
    text(setQuota(harness, '/mine', 1, 1, 'alice')),
    'AccessControlException: Access denied for user alice. Superuser privilege is required',
  );
  assert.equal(text(setQuota(harness, '/none', 1)), 'FileNotFoundException: Directory does not exist: /none');
});

test('a rename needs room below the common ancestor only', () => {
  const harness = Harness.made();
  mkdirs(harness, '/q/from/x/y');
  mkdirs(harness, '/q/full');
  setQuota(harness, '/q', 5);
  setQuota(harness, '/q/full', 2);
  const rename = (source: string, destination: string): unknown =>
    harness.outcome('root', CommandKind.RENAME2, { source, destination });
  assert.equal(rename('/q/from/x', '/q/full/x'), 'NSQuotaExceededException');
  assert.equal(rename('/q/from/x/y', '/q/full/y'), true);
  assert.equal(rename('/q/from/x', '/q/x'), true);
});
