import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import { seededRandom } from '@rfs/base/system';
import type { LogStart } from './index.js';
import { entry, hardState, logText, WatchedJournal } from './journal.fixture.js';

const START: LogStart = { index: 100 as LogIndex, term: 7 as Term, membership: Buffer.from('members') };

/** A journal of several segments with entries 1 to 6. */
function filled(disk: SimulatedDisk): WatchedJournal {
  const watched = new WatchedJournal(disk, 1, { segmentBytes: 4200 });
  watched.journal.initialize(3);
  for (let index = 1; index <= 6; index++) {
    watched.journal.append([entry(index, 5)], hardState(5, 3, index - 1));
    disk.runAll();
  }
  return watched;
}

test('begins anew behind a snapshot and goes on there', () => {
  const disk = new SimulatedDisk();
  const { journal } = filled(disk);
  journal.append([], hardState(8, 2, 5));
  journal.beginAnew(START);
  const ticket = journal.append([entry(101, 8)], hardState(8, 2, 100));
  disk.runAll();
  assert.equal(ticket, journal.lastTicket);
  for (const { journal: seen } of [{ journal }, new WatchedJournal(disk.crash(seededRandom(1)), 2)]) {
    assert.equal(seen.firstIndex, 101);
    assert.equal(seen.lastIndex, 101);
    assert.equal(seen.term(100 as LogIndex), 7);
    assert.deepEqual(logText(seen), ['101.8:entry 101']);
    assert.deepEqual(seen.hardState, hardState(8, 2, 100));
    assert.deepEqual(
      seen.memberships.map(({ index, data }) => [index, Buffer.from(data).toString()]),
      [[100, 'members']],
    );
  }
});

test('a new member without a log begins behind its first snapshot', () => {
  const disk = new SimulatedDisk();
  const watched = new WatchedJournal(disk, 1);
  watched.journal.initialize(4);
  const ticket = watched.journal.beginAnew(START);
  disk.runAll();
  assert.equal(watched.durableTicket, ticket);
  const { journal } = new WatchedJournal(disk.crash(seededRandom(1)), 2);
  assert.equal(journal.owner, 4);
  assert.equal(journal.lastIndex, 100);
});

test('power loss at any operation leaves the old log or the new one', () => {
  let stopped = true;
  const seen = new Set<number>();
  for (let point = 1; stopped; point++) {
    for (let seed = 0; seed < 8; seed++) {
      const disk = new SimulatedDisk();
      const watched = filled(disk);
      const base = disk.operationCount;
      disk.setFaults(({ number }) => (number === base + point ? 'stop' : undefined));
      watched.journal.beginAnew(START);
      disk.runAll();
      stopped = disk.stopped;
      const { journal } = new WatchedJournal(disk.crash(seededRandom(seed)), 2);
      seen.add(journal.lastIndex);
      if (journal.lastIndex === 100) assert.equal(journal.firstIndex, 101);
      else
        assert.deepEqual(
          logText(journal),
          [1, 2, 3, 4, 5, 6].map((index) => `${index}.5:entry ${index}`),
        );
      assert.equal(journal.hardState.term, 5);
      if (watched.durableTicket === watched.journal.lastTicket) assert.equal(journal.lastIndex, 100);
    }
  }
  assert.deepEqual([...seen].sort(), [100, 6]);
});
