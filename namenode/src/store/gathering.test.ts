import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Store } from '@rfs/base/store';
import { VirtualClock } from '@rfs/base/system';
import { openLmdbStore } from './index.js';

const KEY = Buffer.from('key');

interface Gathering {
  readonly clock: VirtualClock;
  readonly store: Store;
  /** What the files hold now, without what gathers. */
  readonly written: (key: Uint8Array) => Promise<string | undefined>;
}

/** A store that gathers for a second or 10,000 bytes. */
function openGathering(t: TestContext): Gathering {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-gathering-'));
  const clock = new VirtualClock();
  const store = openLmdbStore(folder, { clock, gatherMs: 1000, gatherBytes: 10_000 });
  t.after(async () => {
    await settled((done) => store.close(done));
    rmSync(folder, { recursive: true, force: true });
  });
  // Opened anew each time: a view that has been read from may look at the same moment again.
  const written = async (key: Uint8Array): Promise<string | undefined> => {
    const files = openLmdbStore(folder);
    const value = files.get(key);
    const text = value === undefined ? undefined : Buffer.from(value).toString();
    await settled((done) => files.close(done));
    return text;
  };
  return { clock, store, written };
}

test('rows gather until their time is over, or until there are enough of them', async (t) => {
  const { clock, store, written } = openGathering(t);
  store.write((writer) => writer.put(KEY, Buffer.from('1')));
  clock.advance(999);
  await turn();
  assert.ok(store.backlogBytes > 0);
  assert.equal(await written(KEY), undefined);
  clock.advance(1);
  while (store.backlogBytes > 0) await turn();
  assert.equal(await written(KEY), '1');

  store.write((writer) => writer.put(KEY, Buffer.alloc(9000, 'a')));
  await turn();
  assert.ok(store.backlogBytes > 0);
  store.write((writer) => writer.put(KEY, Buffer.alloc(9000, 'b')));
  while (store.backlogBytes > 0) await turn();
  assert.equal(await written(KEY), 'b'.repeat(9000));
});

test('whoever asks for durability does not wait for the time, and finds the last value of each key', async (t) => {
  const { store, written } = openGathering(t);
  for (let i = 0; i < 5; i++) {
    store.write((writer) => {
      writer.put(KEY, Buffer.from(`${i}`));
      writer.put(Buffer.from(`gone ${i}`), KEY);
      if (i > 0) writer.delete(Buffer.from(`gone ${i - 1}`));
    });
  }
  await settled((done) => store.whenDurable(done));
  assert.equal(store.backlogBytes, 0);
  assert.equal(await written(KEY), '4');
  assert.equal(await written(Buffer.from('gone 3')), undefined);
  assert.equal(await written(Buffer.from('gone 4')), 'key');
});

function turn(): Promise<void> {
  return new Promise(setImmediate);
}

function settled(begin: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error === null ? resolve() : reject(error))));
}
