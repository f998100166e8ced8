import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import { MemoryStore, readRowsFile, writeRowsFile } from '../store/index.js';
import { Harness } from './harness.fixture.js';
import { CommandKind, getFileInfo, PreparedState } from './index.js';
import { Caller } from './permissions.js';

const ROOT = new Caller('root', ['supergroup'], true);
const CLIENT = Uint8Array.from({ length: 16 }, (_, i) => i);

/** A filesystem with some folders, and calls that may be repeated. */
function filled(): Harness {
  const harness = Harness.made();
  for (let i = 0; i < 300; i++) {
    harness.run('root', CommandKind.MKDIRS, { path: `/some/d${i}`, mode: 0o755, createParent: true });
  }
  for (let callId = 0; callId < 300; callId++) {
    const header = { clientId: CLIENT, callId };
    harness.run('root', CommandKind.DELETE, { path: `/some/d${callId % 200}`, recursive: true }, header);
  }
  return harness;
}

test('a machine goes on with the rows of another one, as if it had been opened on them', () => {
  const source = filled();
  const disk = new SimulatedDisk();
  disk.makeFolder('/copy');
  let written = false;
  writeRowsFile(source.store, disk, '/copy/rows', (error) => {
    assert.equal(error, null);
    written = true;
  });
  disk.runAll();
  assert.ok(written);
  const copy = new MemoryStore();
  readRowsFile(disk, '/copy/rows', copy);

  const target = Harness.made();
  target.run('root', CommandKind.MKDIRS, { path: '/old', mode: 0o700, createParent: true });
  const prepared = new PreparedState(copy);
  while (!prepared.step());
  (target.store as MemoryStore).exchange(copy);
  target.machine.reload(prepared);

  assert.equal(target.machine.appliedIndex, source.machine.appliedIndex);
  assert.equal(target.machine.retryEntries, source.machine.retryEntries);
  assert.ok(target.machine.retryEntries >= 200);
  assert.equal(target.machine.repeated(CLIENT, 7, CommandKind.DELETE), true);
  assert.equal(getFileInfo(target.machine.tree, ROOT, '/old'), undefined);
  for (const path of ['/some/d0', '/some/d199', '/some/d299']) {
    assert.deepEqual(getFileInfo(target.machine.tree, ROOT, path), getFileInfo(source.machine.tree, ROOT, path));
  }
  assert.equal(target.machine.limits.minBlockSizeBytes, 10);
});
