import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DigestCatalog } from './catalog.js';
import type { FileSystemSpace, Files } from './files.js';
import { type Reservation, Volume } from './volume.js';

/** A volume of a file system with such space, on which `usedBytes` are HDFS's. */
async function volume(space: FileSystemSpace, usedBytes: number, reservation: Partial<Reservation> = {}) {
  const files = { space: () => Promise.resolve(space) } as Partial<Files> as Files;
  const made = new Volume({
    index: 0,
    location: { folder: '/data', storageType: 'DISK' },
    storageId: 'DS-1',
    folders: { pool: '/p', current: '/p', finalized: '/p/f', rbw: '/p/r', tmp: '/p/t' } as Volume['folders'],
    catalog: new DigestCatalog(files, '/p/f', () => true),
    files,
    folderLock: { release: () => Promise.resolve() },
    reservation: { bytes: 0, percent: 0, ...reservation },
  });
  made.usedBytes = usedBytes;
  await made.refreshSpace();
  return made;
}

const figures = ({ capacityBytes, availableBytes, foreignBytes }: Volume) => [
  capacityBytes,
  availableBytes,
  foreignBytes,
];

test('others count against what is reserved for them, and only the rest of it is kept free', async () => {
  const space = { totalBytes: 1000, freeBytes: 500, availableBytes: 500 };
  assert.deepEqual(figures(await volume(space, 200)), [1000, 500, 300]);
  assert.deepEqual(figures(await volume(space, 200, { bytes: 300 })), [700, 500, 0]);
  assert.deepEqual(figures(await volume(space, 200, { bytes: 400 })), [600, 400, 0]);
  assert.deepEqual(figures(await volume(space, 200, { percent: 10 })), [900, 500, 200]);
  assert.deepEqual(figures(await volume(space, 200, { bytes: 790 })), [210, 10, 0]);
  assert.deepEqual(figures(await volume(space, 200, { bytes: 2000 })), [0, 0, 0]);
});

test('what the file system keeps for root is used by nobody', async () => {
  const space = { totalBytes: 1000, freeBytes: 550, availableBytes: 500 };
  assert.deepEqual(figures(await volume(space, 200)), [1000, 500, 250]);
  assert.deepEqual(figures(await volume(space, 200, { bytes: 300 })), [700, 450, 0]);
});

test('what was written since the last look and what is promised is gone already', async () => {
  const made = await volume({ totalBytes: 1000, freeBytes: 500, availableBytes: 500 }, 200, { bytes: 400 });
  made.usedBytes += 50;
  made.claimedBytes += 100;
  assert.equal(made.availableBytes, 250);
});
