import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { callerOf, Harness, type User } from './harness.fixture.js';
import { CommandKind, getFileInfo } from './index.js';

const WARM = 5;
const COLD = 2;
const LAZY_PERSIST = 15;

function made(): Harness {
  const harness = Harness.made();
  harness.run('root', CommandKind.MKDIRS, { path: '/a/b', mode: 0o755, createParent: true });
  return harness;
}

function setPolicy(harness: Harness, path: string, policyId: number, user: User = 'root'): unknown {
  return harness.outcome(user, CommandKind.SET_STORAGE_POLICY, { path, policyId });
}

function create(harness: Harness, path: string): unknown {
  const sizes = { replication: 1, blockSizeBytes: 1024 };
  const command = {
    path,
    mode: 0o644,
    clientName: 'c',
    flags: 1,
    createParent: true,
    ...sizes,
    expiredHolder: undefined,
  };
  return harness.outcome('root', CommandKind.CREATE, command);
}

function policyOf(harness: Harness, path: string): number {
  const status = getFileInfo(harness.machine.tree, callerOf('root'), path);
  assert.ok(status !== undefined && !isFailure(status));
  return status.storagePolicy;
}

test('a policy counts for everything below until a nearer one is set', () => {
  const harness = made();
  create(harness, '/a/b/f');
  setPolicy(harness, '/a', WARM);
  assert.equal(policyOf(harness, '/a/b/f'), WARM);
  setPolicy(harness, '/a/b', COLD);
  harness.restart();
  assert.equal(policyOf(harness, '/a/b/f'), COLD);
  setPolicy(harness, '/a/b', 0);
  assert.equal(policyOf(harness, '/a/b/f'), WARM);
  assert.equal(policyOf(harness, '/'), 0);
});

test('LAZY_PERSIST comes to a file at its creation only, and stays', () => {
  const harness = made();
  create(harness, '/a/before');
  assert.equal(setPolicy(harness, '/a/before', LAZY_PERSIST), 'HadoopIllegalArgumentException');
  setPolicy(harness, '/a', LAZY_PERSIST);
  create(harness, '/a/after');
  setPolicy(harness, '/a', 0);
  assert.equal(policyOf(harness, '/a/after'), LAZY_PERSIST);
  assert.equal(setPolicy(harness, '/a/after', WARM), 'HadoopIllegalArgumentException');
});

test('setting a policy needs write access and something at the path', () => {
  const harness = made();
  assert.equal(setPolicy(harness, '/a', WARM, 'carol'), 'AccessControlException');
  assert.equal(setPolicy(harness, '/none', WARM), 'FileNotFoundException');
});
