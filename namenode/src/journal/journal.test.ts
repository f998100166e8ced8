import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex } from '@rfs/base/ids';
import { EntryKind } from '../raft/index.js';
import { JournalDamage } from './index.js';
import { contentOf, entry, FOLDER, hardState, logText, WatchedJournal } from './journal.fixture.js';

function opened(disk: SimulatedDisk, options: ConstructorParameters<typeof WatchedJournal>[2] = {}): WatchedJournal {
  const watched = new WatchedJournal(disk, 1, options);
  if (watched.journal.isNew) watched.journal.initialize(7);
  return watched;
}

const only = (disk: SimulatedDisk): string => `${FOLDER}/${disk.list(FOLDER).sort().at(-1)!}`;

describe('appending', () => {
  test('what is appended while a sync is under way becomes one write', () => {
    const disk = new SimulatedDisk();
    const watched = opened(disk);
    const { journal } = watched;
    journal.append([entry(1, 1)], hardState(1, 7, 0));
    disk.runAll();
    assert.deepEqual(watched.writes, [1]);
    journal.append([entry(2, 1)], null);
    for (let i = 3; i <= 100; i++) journal.append([entry(i, 1)], null);
    assert.equal(journal.lastIndex, 1, 'nothing counts before it is durable');
    disk.runAll();
    assert.deepEqual(watched.writes, [1, 1, 98]);
    assert.equal(watched.durableTicket, 100);
    assert.equal(journal.lastIndex, 100);
  });

  test('a write is bounded, and the rest follows in the next', () => {
    const disk = new SimulatedDisk();
    const watched = opened(disk, { writeBytes: 1000, frameBytes: 300 });
    const entries = Array.from({ length: 100 }, (_, i) => entry(i + 1, 1, 'x'.repeat(76)));
    watched.journal.append(entries, null);
    disk.runAll();
    assert.equal(watched.writes.length, 12, 'nine entries in each');
    assert.equal(logText(watched.journal).length, 100);
  });

  test('a file gets longer in steps, which count for nothing and end with the journal', () => {
    const disk = new SimulatedDisk();
    const options = { segmentBytes: 2 << 20 };
    const { journal } = opened(disk, options);
    const append = (from: number, to: number): number[] => {
      const lengths: number[] = [];
      for (let i = from; i <= to; i++) {
        journal.append([entry(i, 1, Buffer.alloc(60_000, 97))], null);
        disk.runAll();
        lengths.push(contentOf(disk, `${FOLDER}/${disk.list(FOLDER).sort()[0]}`).length);
      }
      return [...new Set(lengths)];
    };
    const frame = 60_064;
    assert.deepEqual(append(1, 18), [4096 + frame + (1 << 20)]);
    assert.deepEqual(append(19, 40), [2 << 20, 4096 + 35 * frame], 'up to the segment, or its last write');
    assert.equal(disk.list(FOLDER).length, 2);
    assert.equal(journal.sizeBytes, 2 * 4096 + 40 * frame);
    const again = opened(disk, options).journal;
    assert.equal(again.sizeBytes, journal.sizeBytes);
    assert.equal(contentOf(disk, only(disk)).length, 4096 + 5 * frame);
    again.append([entry(41, 1)], null);
    disk.runAll();
    assert.equal(logText(opened(disk, options).journal).length, 41);
  });

  test('hard state, owner, entries of all kinds and their terms are there after a restart', () => {
    const disk = new SimulatedDisk();
    const { journal } = opened(disk);
    const data = Buffer.from([1, 2, 3]);
    const kinds = [EntryKind.identity, EntryKind.membership, EntryKind.noop, EntryKind.normal];
    journal.append(
      kinds.map((kind, i) => ({ ...entry(i + 1, i + 3, data), kind })),
      hardState(6, 7, 2),
    );
    disk.runAll();
    const again = opened(disk).journal;
    assert.equal(again.owner, 7);
    assert.deepEqual(again.hardState, { term: 6, vote: 7, commit: 2 });
    assert.deepEqual(
      again
        .read(1 as LogIndex, 5 as LogIndex, 1000)
        .map(({ index, term, kind, data }) => [index, term, kind, [...data]]),
      kinds.map((kind, i) => [i + 1, i + 3, kind, [1, 2, 3]]),
    );
    assert.equal(again.term(3 as LogIndex), 5);
    assert.deepEqual(again.memberships, [{ index: 2, data: Uint8Array.from(data) }]);
  });

  test('a commit index alone waits for the next append', () => {
    const disk = new SimulatedDisk();
    const watched = opened(disk);
    watched.journal.append([entry(1, 1)], hardState(1, 7, 0));
    disk.runAll();
    watched.journal.note(hardState(1, 7, 1));
    disk.runAll();
    assert.equal(watched.writes.length, 1);
    watched.journal.append([entry(2, 1)], null);
    disk.runAll();
    assert.equal(opened(disk).journal.hardState.commit, 1);
  });

  test('reading is bounded by bytes and gives at least one entry', () => {
    const disk = new SimulatedDisk();
    const { journal } = opened(disk);
    journal.append(
      Array.from({ length: 10 }, (_, i) => entry(i + 1, 1, Buffer.alloc(100))),
      null,
    );
    disk.runAll();
    const read = (from: number, to: number, bytes: number): number[] =>
      journal.read(from as LogIndex, to as LogIndex, bytes).map(({ index }) => index);
    assert.deepEqual(read(2, 11, 350), [2, 3, 4]);
    assert.deepEqual(read(2, 11, 1), [2]);
    assert.deepEqual(read(9, 11, 1000), [9, 10]);
    assert.deepEqual(read(3, 3, 1000), []);
  });
});

describe('replacing and cutting', () => {
  test('an entry replaces the one with its index and everything above, across segments and restarts', () => {
    const disk = new SimulatedDisk();
    const options = { segmentBytes: 4096 + 300 };
    const { journal } = opened(disk, options);
    for (let i = 1; i <= 20; i++) {
      journal.append([entry(i, 1)], null);
      disk.runAll();
    }
    assert.ok(disk.list(FOLDER).length > 3);
    journal.append([entry(5, 2, 'new 5')], null);
    disk.runAll();
    for (let i = 6; i <= 9; i++) {
      journal.append([entry(i, 3, `new ${i}`)], null);
      disk.runAll();
    }
    journal.append([entry(9, 4, 'newer 9')], null);
    disk.runAll();
    const expected = ['1.1:entry 1', '2.1:entry 2', '3.1:entry 3', '4.1:entry 4', '5.2:new 5'];
    expected.push('6.3:new 6', '7.3:new 7', '8.3:new 8', '9.4:newer 9');
    assert.deepEqual(logText(journal), expected);
    const again = opened(disk, options).journal;
    assert.deepEqual(logText(again), expected);
    assert.equal(again.term(4 as LogIndex), 1);
  });

  test('a membership entry that is replaced gives way to the one before, also in older segments', () => {
    const disk = new SimulatedDisk();
    const options = { segmentBytes: 4096 + 100 };
    const membership = (index: number, text: string) => ({ ...entry(index, 1, text), kind: EntryKind.membership });
    const { journal } = opened(disk, options);
    for (const one of [membership(1, 'one'), entry(2, 1), membership(3, 'three'), entry(4, 1), entry(5, 1)]) {
      journal.append([one], null);
      disk.runAll();
    }
    const again = opened(disk, options).journal;
    assert.deepEqual(again.memberships.at(-1), { index: 3, data: Uint8Array.from(Buffer.from('three')) });
    again.append([entry(2, 2)], null);
    disk.runAll();
    for (const watched of [again, opened(disk, options).journal]) {
      assert.deepEqual(watched.memberships.at(-1), { index: 1, data: Uint8Array.from(Buffer.from('one')) });
    }
  });

  test('whole segments below an index are dropped, one a call', () => {
    const disk = new SimulatedDisk();
    const options = { segmentBytes: 4096 + 200 };
    const { journal } = opened(disk, options);
    for (let i = 1; i <= 20; i++) {
      journal.append([entry(i, 1)], null);
      disk.runAll();
    }
    const before = disk.list(FOLDER).length;
    const ended = (error: Error | null): void => assert.equal(error, null);
    assert.equal(journal.cutPrefix(1 as LogIndex, ended), false);
    assert.equal(journal.cutPrefix(11 as LogIndex, ended), true);
    assert.equal(journal.cutPrefix(11 as LogIndex, ended), false, 'none while one is removed');
    disk.runAll();
    while (journal.cutPrefix(11 as LogIndex, ended)) disk.runAll();
    assert.ok(disk.list(FOLDER).length < before);
    assert.ok(journal.firstIndex > 1 && journal.firstIndex <= 11);
    for (const one of [journal, opened(disk, options).journal]) {
      assert.equal(one.term((one.firstIndex - 1) as LogIndex), 1);
      assert.equal(logText(one).length, 20 - one.firstIndex + 1);
    }
    while (journal.cutPrefix(1000 as LogIndex, ended)) disk.runAll();
    assert.equal(journal.lastIndex, 20, 'the segment that is being written stays');
  });

  test('a segment whose entries are all replaced says nothing about where the log begins', () => {
    const disk = new SimulatedDisk();
    const options = { segmentBytes: 4096 + 300 };
    const { journal } = opened(disk, options);
    const add = (index: number, term: number): void => {
      journal.append([entry(index, term)], null);
      disk.runAll();
    };
    let replaced = 0;
    for (let i = 1; disk.list(FOLDER).length < 3; i++) {
      if (disk.list(FOLDER).length === 1) replaced = i;
      add(i, 1);
    }
    add(replaced, 2);
    while (journal.cutPrefix(replaced as LogIndex, () => {})) {
      for (const one of [journal, opened(disk, options).journal]) assert.ok(one.firstIndex <= replaced);
      disk.runAll();
      assert.ok(journal.firstIndex <= replaced);
    }
    assert.equal(journal.firstIndex, replaced);
    assert.equal(journal.term((replaced - 1) as LogIndex), 1);
    assert.deepEqual(logText(journal), [`${replaced}.2:entry ${replaced}`]);
  });

  test('a removal that fails is the last, and closing waits for one under way', () => {
    const disk = new SimulatedDisk();
    const { journal } = opened(disk, { segmentBytes: 4096 + 200 });
    for (let i = 1; i <= 20; i++) {
      journal.append([entry(i, 1)], null);
      disk.runAll();
    }
    const ends: string[] = [];
    const ended = (error: Error | null): void => {
      ends.push(error === null ? 'cut' : 'failed');
    };
    journal.cutPrefix(11 as LogIndex, ended);
    disk.runAll();
    disk.setFaults(({ kind }) => (kind === 'syncFolder' ? 'EIO' : undefined));
    assert.equal(journal.cutPrefix(11 as LogIndex, ended), true);
    journal.close(() => ends.push('closed'));
    assert.deepEqual(ends, ['cut']);
    disk.runAll();
    assert.deepEqual(ends, ['cut', 'closed', 'failed']);
    assert.equal(journal.cutPrefix(11 as LogIndex, ended), false);
  });
});

describe('damage and failing disks', () => {
  function threeBatches(): { disk: SimulatedDisk; size: number } {
    const disk = new SimulatedDisk();
    const { journal } = opened(disk);
    for (let i = 1; i <= 3; i++) {
      journal.append([entry(i, 1)], hardState(1, 7, 0));
      disk.runAll();
    }
    return { disk, size: journal.sizeBytes };
  }

  test('a broken byte below a synced offset stops the start, naming file and offset', () => {
    const frame = 4096;
    for (let at = 0; at < 256; at++) {
      const { disk, size } = threeBatches();
      const path = only(disk);
      const last = frame + (2 * (size - frame)) / 3;
      if (frame + at >= last) break;
      const padding = contentOf(disk, path)[frame + at] === 0;
      disk.damage(path, frame + at, 0x41);
      const start = (): unknown => opened(disk);
      if (padding && isPadding(at, (size - frame) / 3)) assert.doesNotThrow(start);
      else {
        assert.throws(start, (error: unknown) => {
          assert.ok(error instanceof JournalDamage, String(error));
          assert.equal(error.path, path);
          assert.ok(error.offset <= frame + at && error.offset >= frame);
          assert.match(error.message, /damaged at byte \d+/);
          return true;
        });
      }
    }
  });

  test('the last batch has no proof of its sync: when broken it is cut', () => {
    const { disk, size } = threeBatches();
    disk.damage(only(disk), size - 12);
    const { journal } = opened(disk);
    assert.equal(journal.lastIndex, 2);
    journal.append([entry(3, 2, 'again')], null);
    disk.runAll();
    assert.deepEqual(logText(opened(disk).journal), ['1.1:entry 1', '2.1:entry 2', '3.2:again']);
  });

  test('whole frames behind a torn one of the same write never come back', () => {
    const disk = new SimulatedDisk();
    const options = { frameBytes: 100 };
    const { journal } = opened(disk, options);
    journal.append([entry(1, 1, 'x'.repeat(80)), entry(2, 1, 'y'.repeat(80))], null);
    disk.runAll();
    disk.damage(only(disk), 4096 + 60);
    const again = opened(disk, options).journal;
    assert.equal(again.lastIndex, 0);
    again.append([entry(1, 2, 'z'.repeat(80))], null);
    disk.runAll();
    assert.deepEqual(logText(opened(disk, options).journal), [`1.2:${'z'.repeat(80)}`]);
  });

  test('a damaged header, a missing segment and one of another journal stop the start', () => {
    const options = { segmentBytes: 4096 + 100 };
    const segments = (): SimulatedDisk => {
      const disk = new SimulatedDisk();
      const { journal } = opened(disk, options);
      for (let i = 1; i <= 6; i++) {
        journal.append([entry(i, 1)], null);
        disk.runAll();
      }
      return disk;
    };
    const damaged = segments();
    damaged.damage(only(damaged), 30);
    assert.throws(() => opened(damaged), JournalDamage);
    const missing = segments();
    missing.removeSync(`${FOLDER}/${missing.list(FOLDER).sort()[1]}`);
    assert.throws(() => opened(missing), JournalDamage);
    const mixed = segments();
    const second = mixed.list(FOLDER).sort()[1]!;
    mixed.removeSync(`${FOLDER}/${second}`);
    const other = new SimulatedDisk();
    const foreign = new WatchedJournal(other, 99, options);
    foreign.journal.initialize(7);
    for (let i = 1; i <= 6; i++) {
      foreign.journal.append([entry(i, 1)], null);
      other.runAll();
    }
    mixed.open(`${FOLDER}/${second}`).write([contentOf(other, `${FOLDER}/${second}`)], 0, () => {});
    mixed.runAll();
    assert.throws(() => opened(mixed), /belongs to another journal/);
  });

  test('an old segment that is damaged is found when it is read', () => {
    const disk = new SimulatedDisk();
    const options = { segmentBytes: 4096 + 100 };
    const { journal } = opened(disk, options);
    for (let i = 1; i <= 6; i++) {
      journal.append([entry(i, 1)], null);
      disk.runAll();
    }
    disk.damage(`${FOLDER}/${disk.list(FOLDER).sort()[0]}`, 4096 + 70);
    const again = opened(disk, options).journal;
    assert.throws(() => again.verify(1 as LogIndex), JournalDamage);
  });

  test('a failed write stops the journal for ever', () => {
    const disk = new SimulatedDisk();
    const watched = opened(disk);
    watched.journal.append([entry(1, 1)], null);
    disk.runAll();
    disk.setFaults(({ kind }) => (kind === 'syncedWrite' ? 'EIO' : undefined));
    watched.journal.append([entry(2, 1)], null);
    disk.runAll();
    assert.equal(watched.failures.length, 1);
    disk.setFaults(undefined);
    watched.journal.append([entry(3, 1)], null);
    watched.journal.retry();
    disk.runAll();
    assert.equal(watched.durableTicket, 1);
    assert.equal(watched.failures.length, 1);
  });

  test('a full disk holds the journal until there is room, also for a new segment', () => {
    for (const options of [{}, { segmentBytes: 4096 + 1 }]) {
      const disk = new SimulatedDisk();
      const watched = opened(disk, options);
      watched.journal.append([entry(1, 1)], null);
      disk.runAll();
      for (const kind of ['syncedWrite', 'create']) {
        disk.setFaults((operation) => (operation.kind === kind ? 'ENOSPC' : undefined));
        const next = watched.journal.lastIndex + 1;
        watched.journal.append([entry(next, 1)], null);
        watched.journal.append([entry(next + 1, 1)], null);
        disk.runAll();
        watched.journal.retry();
        disk.runAll();
        disk.setFaults(undefined);
        watched.journal.retry();
        disk.runAll();
        assert.equal(watched.journal.lastIndex, next + 1);
      }
      assert.ok(watched.fulls.length >= 2);
      assert.deepEqual(watched.failures, []);
      assert.equal(logText(opened(disk, options).journal).length, 5);
    }
  });
});

/** True for the bytes of a frame of `length` that no checksum covers: what pads it to a multiple of 8. */
function isPadding(at: number, length: number): boolean {
  const content = 24 + 'entry 1'.length + 32;
  return at % length >= 40 + content;
}
