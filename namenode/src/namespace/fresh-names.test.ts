import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InodeId } from '@rfs/base/ids';
import { FreshNames } from './fresh-names.js';
import { Directory } from './inode.js';

const emptyDirectory = (id: number): Directory => new Directory(id as InodeId, null, `d${id}`, 0o755, 0, 0, 0);

function addTo(fresh: FreshNames, directory: Directory, name: string): void {
  fresh.add(directory, name);
  directory.childCount++;
}

test('knows what is not in a directory that was empty, and nothing of others', () => {
  const fresh = new FreshNames();
  const [known, other, unknown] = [emptyDirectory(1), emptyDirectory(2), emptyDirectory(3)];
  unknown.childCount = 1;
  assert.ok(fresh.isAbsent(known, 'a'));
  addTo(fresh, known, 'a');
  addTo(fresh, other, 'b');
  addTo(fresh, unknown, 'c');
  assert.deepEqual(
    [fresh.isAbsent(known, 'a'), fresh.isAbsent(known, 'b'), fresh.isAbsent(known, 'c')],
    [false, true, true],
  );
  assert.deepEqual([fresh.isAbsent(other, 'a'), fresh.isAbsent(other, 'b')], [true, false]);
  assert.ok(!fresh.isAbsent(unknown, 'a'));
  fresh.clear();
  assert.ok(!fresh.isAbsent(known, 'never'));
});

test('never denies a name that is there, however many there are', () => {
  const fresh = new FreshNames();
  const directories = Array.from({ length: 40 }, (_, i) => emptyDirectory(i + 1));
  let answered = 0;
  for (let i = 0; i < 300_000; i++) {
    const directory = directories[i % directories.length] as Directory;
    addTo(fresh, directory, `f${i}`);
    assert.ok(!fresh.isAbsent(directory, `f${i}`));
    if (i >= 40_000) assert.ok(!fresh.isAbsent(directory, `f${i - 40_000}`));
    if (fresh.isAbsent(directory, `g${i}`)) answered++;
  }
  assert.ok(answered > 100_000 && answered < 200_000, `${answered} were known to be absent`);
});
