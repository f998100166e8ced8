import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Random } from '../seams/index.js';
import { seededRandom } from '../system/index.js';
import { PowerLost, SimulatedDisk } from './index.js';

const noop = (): void => {};

/** A disk with the durable, empty file /d/f. */
function diskWithFile(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.makeFolder('/d');
  disk.open('/d/f').close();
  disk.syncFolderSync('/d');
  disk.syncFolderSync('/');
  return disk;
}

function contentOf(disk: SimulatedDisk, path: string): Buffer {
  const file = disk.open(path);
  const into = Buffer.alloc(file.size());
  file.readSync(into, 0);
  file.close();
  return into;
}

/** All different outcomes of many crashes of the same moment. */
function outcomes<T>(disk: SimulatedDisk, look: (found: SimulatedDisk) => T, tries = 400): Set<T> {
  const random = seededRandom('outcomes');
  const seen = new Set<T>();
  for (let i = 0; i < tries; i++) seen.add(look(disk.crash(random)));
  return seen;
}

describe('what a crash keeps', () => {
  test('synced data always, unsynced sectors each by themselves', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    file.write([Buffer.alloc(1024, 'a')], 0, noop);
    file.sync(noop);
    disk.runAll();
    file.write([Buffer.alloc(1024, 'b')], 512, noop);
    disk.runAll();
    const seen = outcomes(disk, (found) => {
      const data = contentOf(found, '/d/f').toString('latin1');
      assert.ok(data.length >= 1024 && data.length <= 1536);
      assert.equal(data.slice(0, 512), 'a'.repeat(512), 'the sector nobody wrote again');
      const second = data.slice(512, 1024);
      assert.ok(second === 'a'.repeat(512) || second === 'b'.repeat(512), 'sectors are not torn');
      assert.match(data.slice(1024), /^(b*|\0*)$/);
      return `${second[0]} ${data.length === 1536 ? data[1024] : data.length === 1024 ? 'short' : 'middle'}`;
    });
    for (const outcome of ['a short', 'b short', 'a b', 'b b', 'a \0', 'b middle'])
      assert.ok(seen.has(outcome), outcome);
  });

  test('of a sector written several times any of its states, never a mixture', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    for (const letter of ['1', '2', '3']) file.write([Buffer.alloc(512, letter)], 0, noop);
    disk.runAll();
    const seen = outcomes(disk, (found) => {
      const data = contentOf(found, '/d/f').toString('latin1');
      assert.match(data, /^(1*|2*|3*|\0*)$/);
      return data.length === 512 ? data[0] : 'short';
    });
    assert.deepEqual([...seen].toSorted(), ['\0', '1', '2', '3', 'short']);
  });

  test('a write under way may be there in part, its unanswered sync promises nothing', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    file.write([Buffer.alloc(512, 'x')], 0, noop);
    file.sync(() => assert.fail('answered'));
    const seen = outcomes(disk, (found) => contentOf(found, '/d/f').toString('latin1').replaceAll(/x+/g, 'x'));
    assert.ok(seen.has('') && seen.has('x'));
  });

  test('a sync covers what was asked for before it, not what came after', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    file.write([Buffer.from('early')], 0, noop);
    file.sync(noop);
    file.write([Buffer.from('late')], 600, noop);
    disk.step();
    disk.step();
    const seen = outcomes(disk, (found) => contentOf(found, '/d/f').toString('latin1').replaceAll('\0', ''));
    for (const data of seen) assert.match(data, /^early/);
    assert.ok(seen.has('early') && seen.has('earlylate'));
  });

  test('entries need the sync of their folder, each change is whole or absent', () => {
    const disk = diskWithFile();
    const fresh = disk.open('/d/new');
    fresh.sync(noop);
    disk.runAll();
    disk.rename('/d/new', '/d/f');
    disk.open('/d/other');
    const seen = outcomes(disk, (found) => found.list('/d').toSorted().join());
    assert.deepEqual([...seen].toSorted(), ['f', 'f,new', 'f,new,other', 'f,other']);
    disk.syncFolderSync('/d');
    assert.deepEqual([...outcomes(disk, (found) => found.list('/d').toSorted().join())], ['f,other']);
    disk.removeSync('/d/f');
    assert.deepEqual([...outcomes(disk, (found) => found.exists('/d/f'))].toSorted(), [false, true]);
  });

  test('the sync of a folder covers what was done before it was asked for, a removal under way may be undone', () => {
    const disk = diskWithFile();
    const names = (): string[] => [...outcomes(disk, (found) => found.list('/d').toSorted().join())].toSorted();
    disk.open('/d/early').close();
    disk.syncFolder('/d', noop);
    disk.open('/d/late').close();
    disk.runAll();
    assert.deepEqual(names(), ['early,f', 'early,f,late']);
    disk.syncFolderSync('/d');
    let removed = false;
    disk.remove('/d/late', () => {
      removed = true;
      disk.syncFolder('/d', noop);
    });
    assert.deepEqual([removed, names()], [false, ['early,f,late']]);
    disk.step();
    assert.deepEqual([removed, names()], [true, ['early,f', 'early,f,late']]);
    disk.step();
    assert.deepEqual(names(), ['early,f']);
  });

  test('a folder whose own entry was not synced goes with all in it', () => {
    const disk = new SimulatedDisk();
    disk.makeFolder('/a/b');
    disk.open('/a/b/f').close();
    disk.syncFolderSync('/a/b');
    disk.syncFolderSync('/a');
    assert.ok(outcomes(disk, (found) => found.exists('/a/b/f')).has(false));
    disk.syncFolderSync('/');
    assert.deepEqual([...outcomes(disk, (found) => found.exists('/a/b/f'))], [true]);
  });

  test('a cut by truncateSync is durable', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    file.write([Buffer.alloc(2000, 'a')], 0, noop);
    disk.runAll();
    file.truncateSync(700);
    for (const data of outcomes(disk, (found) => contentOf(found, '/d/f').toString()))
      assert.equal(data, 'a'.repeat(700));
  });

  test('the same seed finds the same disk', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    for (let i = 0; i < 20; i++) file.write([Buffer.alloc(900, i)], i * 700, noop);
    disk.runAll();
    const find = (seed: number) => contentOf(disk.crash(seededRandom(seed)), '/d/f');
    assert.deepEqual(find(9), find(9));
    assert.equal(contentOf(disk, '/d/f').length, 19 * 700 + 900, 'the disk itself goes on');
  });
});

describe('faults', () => {
  test('the power can go at every operation, which then may have happened or not', () => {
    const run = (disk: SimulatedDisk): void => {
      disk.makeFolder('/d');
      disk.syncFolderSync('/');
      const file = disk.open('/d/t');
      file.write([Buffer.from('value')], 0, noop);
      file.sync(() => {
        disk.rename('/d/t', '/d/f');
        disk.syncFolderSync('/d');
      });
      disk.runAll();
    };
    const whole = new SimulatedDisk();
    run(whole);
    assert.equal(whole.operationCount, 7);
    let sawFile = 0;
    for (let stopAt = 1; stopAt <= whole.operationCount; stopAt++) {
      const disk = new SimulatedDisk({ faults: ({ number }) => (number === stopAt ? 'stop' : undefined) });
      try {
        run(disk);
      } catch (error) {
        assert.ok(error instanceof PowerLost);
      }
      assert.equal(disk.stopped, true);
      assert.throws(() => disk.list('/'), PowerLost);
      for (const found of outcomes(disk, (after) => after.exists('/d/f') && contentOf(after, '/d/f').toString())) {
        assert.ok(found === false || found === 'value', 'replaced whole or not at all');
        if (found === 'value') sawFile++;
      }
    }
    assert.ok(sawFile >= 2);
  });

  test('a failed write has written half, a failed sync is not made good by the next one', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    disk.setFaults(({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined));
    const answers: (string | undefined)[] = [];
    const note = (error: Error | null) => answers.push((error as NodeJS.ErrnoException | null)?.code);
    file.write([Buffer.from('abcd'), Buffer.from('efgh')], 0, note);
    disk.runAll();
    assert.equal(contentOf(disk, '/d/f').toString(), 'abcd');
    disk.setFaults(({ kind }) => (kind === 'sync' ? 'EIO' : undefined));
    file.sync(note);
    disk.runAll();
    disk.setFaults(undefined);
    file.sync(note);
    disk.runAll();
    assert.deepEqual(answers, ['ENOSPC', 'EIO', undefined]);
    assert.equal(contentOf(disk, '/d/f').toString(), 'abcd');
    assert.deepEqual([...outcomes(disk, (found) => contentOf(found, '/d/f').toString())], ['']);
  });

  test('a write to a synced file is durable when answered, and one that failed once it is repeated', () => {
    const disk = diskWithFile();
    const file = disk.openSynced('/d/f');
    const contents = () => [...outcomes(disk, (found) => contentOf(found, '/d/f').toString())];
    file.write([Buffer.from('abcd')], 0, noop);
    assert.ok(contents().length > 1, 'any part of what is not answered');
    disk.runAll();
    assert.deepEqual(contents(), ['abcd']);
    disk.setFaults(({ kind }) => (kind === 'syncedWrite' ? 'ENOSPC' : undefined));
    file.write([Buffer.from('efgh')], 4, noop);
    disk.runAll();
    const left = contents();
    assert.ok(
      left.includes('abcd') && left.every((found) => 'abcd\0\0'.startsWith(found) || 'abcdef'.startsWith(found)),
    );
    disk.setFaults(undefined);
    file.write([Buffer.from('efgh')], 4, noop);
    disk.runAll();
    assert.deepEqual(contents(), ['abcdefgh']);
  });

  test('a failed creation leaves nothing behind', () => {
    const disk = new SimulatedDisk({ faults: ({ kind }) => (kind === 'create' ? 'EIO' : undefined) });
    assert.throws(() => disk.open('/f'), { code: 'EIO' });
    assert.equal(disk.exists('/f'), false);
  });

  test('a damaged byte stays damaged', () => {
    const disk = diskWithFile();
    const file = disk.open('/d/f');
    file.write([Buffer.from('abc')], 0, noop);
    file.sync(noop);
    disk.runAll();
    disk.damage('/d/f', 1, 0x20);
    assert.equal(contentOf(disk, '/d/f').toString(), 'aBc');
    assert.deepEqual([...outcomes(disk, (found) => contentOf(found, '/d/f').toString())], ['aBc']);
  });
});

test('files complete in any order, the operations of one in their own', () => {
  const order = (random?: Random): string => {
    const disk = new SimulatedDisk();
    const answered: string[] = [];
    for (const name of ['a', 'b']) {
      const file = disk.open(`/${name}`);
      for (let i = 0; i < 3; i++) file.write([Buffer.from('.')], i, () => answered.push(name + i));
    }
    disk.runAll(random);
    assert.deepEqual(
      answered.filter((name) => name[0] === 'a'),
      ['a0', 'a1', 'a2'],
    );
    return answered.join();
  };
  assert.equal(order(), 'a0,a1,a2,b0,b1,b2');
  assert.ok(new Set(Array.from({ length: 50 }, (_, seed) => order(seededRandom(seed)))).size > 5);
});
