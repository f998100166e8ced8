import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import type { BlockId } from '@rfs/base/ids';
import { block, bytes, create, Fixture, stored } from './store.fixture.js';

const code = (name: string) => Object.assign(new Error(name), { code: name });

test('a lost file does not fail its volume, a lost folder does', async () => {
  const fixture = await new Fixture(2).start();
  const { store } = fixture;
  await stored(store, block(1), bytes(100));
  const { volume } = store.view(1 as BlockId)!;
  store.diskError(volume, code('ENOENT'));
  store.diskError(volume, code('ENOSPC'));
  await store.close();
  assert.equal(volume.failure, null);
  fs.rmSync(fixture.root, { recursive: true });
});

test('a volume that became a file fails with the first replica that is to be written there, and the other one serves', async () => {
  const fixture = await new Fixture(2).start();
  const { store } = fixture;
  const [first, second] = store.volumes;
  fs.renameSync(first!.folders.pool, `${first!.folders.pool}-gone`);
  fs.writeFileSync(first!.folders.pool, '');
  await assert.rejects(create(store, block(1)));
  while (first!.failure === null) await new Promise(setImmediate);
  for (const id of [2, 3, 4]) {
    await stored(store, block(id), bytes(100));
    assert.equal(store.view(id as BlockId)?.volume, second);
  }
  assert.ok(fixture.heard.includes('failed 0'));
  await fixture.end();
});
