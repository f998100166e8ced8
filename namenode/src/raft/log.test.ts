import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogIndex, Term } from '@rfs/base/ids';
import { RaftLog } from './log.js';
import { EntryKind, type LogEntry } from './types.js';

const COUNT = 1000;
const TERM = 1 as Term;

function entryOf(index: number): LogEntry {
  return { index: index as LogIndex, term: TERM, kind: EntryKind.normal, data: new Uint8Array(100) };
}

test('members that lag at different places share what is read ahead of the journal', () => {
  let reads = 0;
  const saved = {
    firstIndex: 1 as LogIndex,
    lastIndex: COUNT as LogIndex,
    term: () => TERM,
    read: (from: LogIndex, to: LogIndex) => {
      reads++;
      return Array.from({ length: to - from }, (_, i) => entryOf(from + i));
    },
  };
  const log = new RaftLog(saved, { term: TERM, vote: 0, commit: COUNT as LogIndex }, COUNT as LogIndex, 0);
  for (let step = 0; step < 50; step++) {
    for (const place of [1, 300, 600]) {
      const from = (place + 4 * step) as LogIndex;
      const entries = log.slice(from, COUNT as LogIndex, 400);
      assert.deepEqual(
        entries.map(({ index }) => index),
        [from, from + 1, from + 2, from + 3],
      );
    }
  }
  assert.ok(reads <= 3, `${reads} reads`);
});

test('what is saved and applied leaves memory once all others have it, or when there is too much of it', () => {
  const read: number[] = [];
  const saved = {
    firstIndex: 1 as LogIndex,
    lastIndex: 0 as LogIndex,
    term: () => TERM,
    read: (from: LogIndex, to: LogIndex) => {
      read.push(from);
      return Array.from({ length: to - from }, (_, i) => entryOf(from + i));
    },
  };
  const log = new RaftLog(saved, { term: 0 as Term, vote: 0, commit: 0 as LogIndex }, 0 as LogIndex, 1000);
  const readsOf = (index: number): number => {
    read.length = 0;
    assert.equal(log.slice(index as LogIndex, index as LogIndex, 1)[0]?.index, index);
    return read.length;
  };
  log.markShared(0);
  for (let index = 1; index <= 3; index++) log.push(entryOf(index));
  log.handOver();
  log.commitTo(3 as LogIndex);
  log.markSaved(3 as LogIndex, TERM);
  log.markApplied(3 as LogIndex);
  assert.equal(readsOf(1), 0, 'another member lacks it');
  log.markShared(2);
  assert.equal(readsOf(2), 1);
  assert.equal(readsOf(3), 0);
  for (let index = 4; index <= 20; index++) log.push(entryOf(index));
  log.handOver();
  log.commitTo(20 as LogIndex);
  log.markSaved(20 as LogIndex, TERM);
  assert.equal(readsOf(4), 0, 'not applied');
  log.markApplied(20 as LogIndex);
  assert.equal(readsOf(4), 1, 'too much is kept for others');
  assert.equal(readsOf(20), 0);
});
