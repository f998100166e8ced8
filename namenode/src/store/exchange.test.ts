import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Store } from '@rfs/base/store';
import { openLmdbStore } from './index.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

function textAt(store: Store, key: string): string | undefined {
  const value = store.get(bytes(key));
  return value === undefined ? undefined : Buffer.from(value).toString();
}

function settled(begin: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error === null ? resolve() : reject(error))));
}

test('a store in use goes on with the content of a copy of another', async (t) => {
  const top = mkdtempSync(join(tmpdir(), 'rfs-exchange-'));
  t.after(() => rmSync(top, { recursive: true, force: true }));
  const source = openLmdbStore(join(top, 'source'));
  source.write((writer) => writer.put(bytes('a'), bytes('theirs')));
  await settled((done) => source.hotCopy(join(top, 'copy'), done));
  await settled((done) => source.close(done));

  const store = openLmdbStore(join(top, 'own'));
  store.write((writer) => writer.put(bytes('a'), bytes('ours')));
  await settled((done) => store.whenDurable(done));
  // Rows that are still on their way to the files before must not come into those after.
  for (let i = 0; i < 1000; i++) store.write((writer) => writer.put(bytes(`late ${i}`), bytes('ours')));
  const exchanged = settled((done) => store.exchange(openLmdbStore(join(top, 'copy')), done));
  assert.equal(textAt(store, 'a'), 'theirs');
  assert.equal(textAt(store, 'late 7'), undefined);
  assert.equal(store.backlogBytes, 0);
  store.write((writer) => writer.put(bytes('late 7'), bytes('after')));
  await exchanged;
  rmSync(join(top, 'own'), { recursive: true });
  await settled((done) => store.whenDurable(done));
  await settled((done) => store.close(done));

  const again = openLmdbStore(join(top, 'copy'));
  assert.equal(textAt(again, 'a'), 'theirs');
  assert.equal(textAt(again, 'late 7'), 'after');
  assert.equal(textAt(again, 'late 8'), undefined);
  await settled((done) => again.close(done));
});
