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
