import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeDisk } from '@rfs/base/disk';
import type { Store } from '@rfs/base/store';
import { makeLmdbStore, openLmdbStore } from './index.js';

const KEY = Uint8Array.of(7);

function closed(store: Store): Promise<void> {
  return new Promise((resolve, reject) => store.close((error) => (error ? reject(error) : resolve())));
}

function durable(store: Store): Promise<void> {
  return new Promise((resolve, reject) => store.whenDurable((error) => (error ? reject(error) : resolve())));
}

test('a made store is empty, stays as it is when it is made again, and what was begun before goes', async (t) => {
  const top = mkdtempSync(join(tmpdir(), 'rfs-make-'));
  t.after(() => rmSync(top, { recursive: true, force: true }));
  const path = join(top, 'store');
  mkdirSync(path);
  mkdirSync(`${path}.new`);
  await makeLmdbStore(nodeDisk, path);
  assert.deepEqual(nodeDisk.list(top), ['store']);
  const store = openLmdbStore(path);
  store.range(Uint8Array.of(0), Uint8Array.of(0xff), () => assert.fail('a row'));
  store.write((writer) => writer.put(KEY, KEY));
  await durable(store);
  await closed(store);
  await makeLmdbStore(nodeDisk, path);
  const again = openLmdbStore(path);
  assert.deepEqual(again.get(KEY), Buffer.from(KEY));
  await closed(again);
});
