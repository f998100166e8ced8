import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Store } from '@rfs/base/store';
import { VirtualClock } from '@rfs/base/system';
import { openLmdbStore } from './index.js';

/** More rows, and more bytes of values, than a store has memory for at first. */
const ROWS = 60_000;

function keyOf(row: number): Buffer {
  const key = Buffer.alloc(9);
  key[0] = 17;
  key.writeUInt32BE(row, 5);
  return key;
}

/** A value for each row and round, of 30 to 59 bytes. */
function contentOf(row: number, round: number): Buffer {
  return Buffer.alloc(30 + (row % 30), row + round);
}

/** Rows below `upTo` have their value of `round`, the others that of the first, every seventh has none. */
function check(store: Store, upTo: number, round: number): void {
  for (let row = 0; row < ROWS; row++) {
    const found = store.get(keyOf(row));
    if (row % 7 === 0) assert.equal(found, undefined);
    else if (found === undefined || !contentOf(row, row < upTo ? round : 0).equals(found)) assert.fail(`row ${row}`);
  }
}

test('rows keep their values when memory for them grows, on their way to the disk, and there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rfs-many-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const gathering = { clock: new VirtualClock(), gatherMs: 1000, gatherBytes: 1 << 28 };
  const store = openLmdbStore(folder, gathering);
  store.write((writer) => {
    for (let row = 0; row < ROWS; row++) writer.put(keyOf(row), contentOf(row, 0));
    for (let row = 0; row < ROWS; row += 7) writer.delete(keyOf(row));
  });
  check(store, 0, 0);
  assert.throws(() =>
    store.write((writer) => {
      for (let row = 0; row < ROWS; row++) writer.put(keyOf(row), contentOf(row, 1));
      for (let row = ROWS; row < ROWS + 1000; row++) writer.put(keyOf(row), keyOf(row));
      throw new Error('taken back');
    }),
  );
  check(store, 0, 0);
  assert.equal(store.get(keyOf(ROWS)), undefined);

  const landed = settled((done) => store.whenDurable(done));
  store.write((writer) => {
    for (let row = 0; row < 1000; row++) if (row % 7 !== 0) writer.put(keyOf(row), contentOf(row, 2));
  });
  check(store, 1000, 2);
  await landed;
  check(store, 1000, 2);
  await settled((done) => store.close(done));
  const again = openLmdbStore(folder);
  check(again, 1000, 2);
  await settled((done) => again.close(done));
});

function settled(begin: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error === null ? resolve() : reject(error))));
}
