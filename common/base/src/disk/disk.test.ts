import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Disk, DiskFile } from '../seams/index.js';
import { nodeDisk, SimulatedDisk } from './index.js';

const write = (file: DiskFile, pieces: Uint8Array[], position: number) =>
  ended((done) => file.write(pieces, position, done));
const sync = (file: DiskFile) => ended((done) => file.sync(done));

function ended(begin: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error === null ? resolve() : reject(error))));
}

function content(file: DiskFile): string {
  const into = Buffer.alloc(file.size());
  assert.equal(file.readSync(into, 0), into.length);
  return into.toString('latin1');
}

/** What every disk does. */
function diskSuite(name: string, disk: Disk, folder: string): void {
  describe(name, () => {
    test('an absent folder has no names, made ones and their parents are there', async () => {
      assert.deepEqual(disk.list(join(folder, 'nowhere')), []);
      disk.makeFolder(join(folder, 'a/b'));
      disk.makeFolder(join(folder, 'a/b'));
      disk.syncFolderSync(join(folder, 'a'));
      await ended((done) => disk.syncFolder(folder, done));
      await assert.rejects(
        ended((done) => disk.syncFolder(join(folder, 'nowhere'), done)),
        { code: 'ENOENT' },
      );
      assert.deepEqual(disk.list(join(folder, 'a')), ['b']);
      assert.equal(disk.exists(join(folder, 'a/b')), true);
    });

    test('pieces are written one after another, and read as far as the file goes', async () => {
      const file = disk.open(join(folder, 'pieces'));
      await write(file, [Buffer.from('abc'), Buffer.alloc(0), Buffer.from('defg')], 2);
      await write(file, [Buffer.from('X')], 3);
      await write(file, [], 100);
      await sync(file);
      assert.equal(content(file), '\0\0aXcdefg');
      const into = Buffer.alloc(4, 0x2e);
      assert.equal(file.readSync(into, 7), 2);
      assert.equal(into.toString(), 'fg..');
      assert.equal(file.readSync(into, 50), 0);
      file.close();
    });

    test('more pieces than one system call takes', async () => {
      const file = disk.open(join(folder, 'many'));
      const pieces = Array.from({ length: 3000 }, (_, i) => Buffer.from(String(i)));
      await write(file, pieces, 0);
      assert.equal(content(file), pieces.join(''));
      file.close();
    });

    test('a file can be cut, replaced, removed and opened again', async () => {
      const file = disk.open(join(folder, 'one'));
      await write(file, [Buffer.from('hello')], 0);
      file.truncateSync(2);
      assert.equal(content(file), 'he');
      file.truncateSync(4);
      assert.equal(content(file), 'he\0\0');
      file.close();
      const other = disk.open(join(folder, 'two'));
      other.close();
      disk.rename(join(folder, 'one'), join(folder, 'two'));
      assert.equal(disk.exists(join(folder, 'one')), false);
      const again = disk.open(join(folder, 'two'));
      assert.equal(again.size(), 4);
      again.close();
      await ended((done) => disk.remove(join(folder, 'two'), done));
      assert.equal(disk.exists(join(folder, 'two')), false);
      assert.throws(() => disk.removeSync(join(folder, 'two')), { code: 'ENOENT' });
      await assert.rejects(
        ended((done) => disk.remove(join(folder, 'two'), done)),
        { code: 'ENOENT' },
      );
      assert.throws(() => disk.open(join(folder, 'absent/file')), { code: 'ENOENT' });
    });

    test('a synced file is made beside, opened again and written like any other', async () => {
      const path = join(folder, 'synced');
      const file = await new Promise<DiskFile>((resolve, reject) =>
        disk.createSynced(path, (error, made) => (made === null ? reject(error) : resolve(made))),
      );
      await write(file, [Buffer.from('abc'), Buffer.from('def')], 0);
      file.close();
      const again = disk.openSynced(path);
      await write(again, [Buffer.from('X')], 6);
      assert.equal(content(again), 'abcdefX');
      again.truncateSync(3);
      assert.equal(content(again), 'abc');
      again.close();
      const refused = await new Promise((resolve) =>
        disk.createSynced(join(folder, 'absent/file'), (error, made) =>
          resolve([(error as { code?: string }).code, made]),
        ),
      );
      assert.deepEqual(refused, ['ENOENT', null]);
    });

    test('a sync is answered after the writes asked for before it, and closing waits for both', async () => {
      const file = disk.open(join(folder, 'order'));
      const answers: string[] = [];
      await new Promise<void>((resolve) => {
        file.write([Buffer.alloc(1 << 20)], 0, () => answers.push('write'));
        file.write([Buffer.alloc(1 << 20)], 1 << 20, () => answers.push('write'));
        file.sync(() => {
          answers.push('sync');
          resolve();
        });
        file.close();
      });
      assert.deepEqual(answers, ['write', 'write', 'sync']);
    });
  });
}

const scratch = mkdtempSync(join(tmpdir(), 'rfs-disk-'));
after(() => rmSync(scratch, { recursive: true }));
diskSuite('the real disk', nodeDisk, scratch);

const simulated = new SimulatedDisk({ schedule: (complete) => queueMicrotask(complete) });
simulated.makeFolder('/data');
diskSuite('the simulated disk', simulated, '/data');
