import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex } from '@rfs/base/ids';
import { EntryKind, encodeMembership, soleMember } from '../raft/index.js';
import { JournalDamage } from './index.js';
import { contentOf, entry, FOLDER, hardState, logText, WatchedJournal } from './journal.fixture.js';

/**
 * The format to the byte. A change here is a new format version: it needs a line in docs/formats/journal.md and code
 * that still reads the old one.
 */
const NAME = 'edits-0000000000000001-0000000000000001.log';
const HEADER = [
  '5246534a0000000167b6f3dec440c41ab21da8feb8ee0a290000000102030405000000000000000159ad5fcd00000000',
  '000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
  '000000000000000000000000285435a6',
].join('');
const FRAMES = [
  '524653420000005e00000000000010000000000000001000000000039c2ca43700000000093efa130101000000000013',
  '00000000000000010000000000000001616263010300000000001b00000000000000020000000000000001010185888c',
  '901000000000020000000000001800000000000000010000000102030405000000000000000200005246534200000018',
  '0000000000001088000000000000108800000001dd572f3c0000000026aefa8501020000000000100000000000000003',
  '0000000000000002',
].join('');

function made(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const { journal } = new WatchedJournal(disk, 42);
  journal.initialize(0x0102030405);
  const membership = encodeMembership(soleMember(0x0102030405));
  journal.append(
    [entry(1, 1, 'abc'), { ...entry(2, 1, membership), kind: EntryKind.membership }],
    hardState(1, 0x0102030405, 2),
  );
  disk.runAll();
  journal.append([{ ...entry(3, 2, ''), kind: EntryKind.noop }], null);
  disk.runAll();
  return disk;
}

test('a journal is written as version 1 says', () => {
  const disk = made();
  assert.deepEqual(disk.list(FOLDER), [NAME]);
  const content = contentOf(disk, `${FOLDER}/${NAME}`);
  assert.equal(content.subarray(0, HEADER.length / 2).toString('hex'), HEADER);
  assert.ok(
    content.subarray(HEADER.length / 2, 4096).every((byte) => byte === 0),
    'the rest of the header page',
  );
  const end = 4096 + FRAMES.length / 2;
  assert.equal(content.subarray(4096, end).toString('hex'), FRAMES);
  assert.ok(content.length > end);
  assert.ok(
    content.subarray(end).every((byte) => byte === 0),
    'the room for writes to come',
  );
});

test('a journal of version 1 can be read', () => {
  const disk = new SimulatedDisk();
  disk.makeFolder(FOLDER);
  const page = Buffer.alloc(4096);
  page.write(HEADER, 'hex');
  disk.open(`${FOLDER}/${NAME}`).write([page, Buffer.from(FRAMES, 'hex')], 0, () => {});
  disk.runAll();
  const { journal } = new WatchedJournal(disk, 1);
  assert.equal(journal.owner, 0x0102030405);
  assert.deepEqual(journal.hardState, hardState(1, 0x0102030405, 2));
  assert.equal(journal.term(3 as LogIndex), 2);
  assert.equal(logText(journal)[0], '1.1:abc');
});

test('a journal of a later version is refused, however little of it there is', () => {
  const disk = new SimulatedDisk();
  disk.makeFolder(FOLDER);
  const page = Buffer.alloc(64);
  page.write(HEADER, 'hex');
  page[7] = 2;
  disk.open(`${FOLDER}/${NAME}`).write([page], 0, () => {});
  disk.runAll();
  assert.throws(
    () => new WatchedJournal(disk, 1),
    (error: unknown) => {
      assert.ok(error instanceof JournalDamage);
      assert.match(error.message, /format version 2, known is 1/);
      return true;
    },
  );
});
