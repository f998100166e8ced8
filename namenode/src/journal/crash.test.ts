import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PowerLost, SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex } from '@rfs/base/ids';
import type { Random } from '@rfs/base/seams';
import { seededRandom } from '@rfs/base/system';
import type { HardState, LogEntry } from '../raft/index.js';
import { entry, hardState, logText, WatchedJournal } from './journal.fixture.js';

/**
 * The fault budget: the power goes off at any operation of the disk; synced bytes stay, of the rest any sectors may be
 * there. Checked: what is found is the result of a prefix of what was appended, at least as long as what was
 * acknowledged, in whole entries, and the hard state one of an append in the same bounds.
 */
const OPTIONS = { segmentBytes: 4096 + 900, frameBytes: 300, writeBytes: 700 };
const SEEDS = 6;
const APPENDS = 30;

interface Model {
  /** Each entry appended, in order: applying a prefix of these gives a log that may be found. */
  readonly written: LogEntry[];
  readonly hardStates: HardState[];
  /** Of both lists, how many were acknowledged. */
  acknowledgedEntries: number;
  acknowledgedStates: number;
}

function logAfter(written: readonly LogEntry[], count: number): string[] {
  const log: string[] = [];
  for (const { index, term, data } of written.slice(0, count)) {
    log.length = index - 1;
    log.push(`${index}.${term}:${Buffer.from(data).toString('latin1')}`);
  }
  return log;
}

/** Appends at random until the disk stops or `APPENDS` are done. */
function live(disk: SimulatedDisk, random: Random, seed: number, model: Model): void {
  let watched: WatchedJournal;
  try {
    watched = new WatchedJournal(disk, seed, OPTIONS);
  } catch (error) {
    assert.ok(error instanceof PowerLost, String(error));
    return;
  }
  const { journal } = watched;
  const marks: { ticket: number; entries: number; states: number }[] = [];
  let last: number = journal.lastIndex;
  let term: number = Math.max(journal.hardState.term, 1);
  let firm = last;
  const acknowledge = (): void => {
    while (marks.length > 0 && marks[0]!.ticket <= watched.durableTicket) {
      const mark = marks.shift()!;
      model.acknowledgedEntries = mark.entries;
      model.acknowledgedStates = mark.states;
    }
  };
  try {
    if (journal.isNew) journal.initialize(7);
    for (let i = 0; i < APPENDS && !disk.stopped; i++) {
      let state: HardState | null = null;
      if (random.below(5) === 0 && last > firm) {
        term++;
        last = firm + random.below(last - firm);
        state = hardState(term, 7, 0);
      }
      const entries: LogEntry[] = [];
      for (let count = 1 + random.below(4); count > 0; count--) {
        last++;
        entries.push(entry(last, term, Buffer.alloc(random.below(200), 97 + (model.written.length % 26))));
        model.written.push(entries.at(-1)!);
      }
      if (state !== null) model.hardStates.push(state);
      const ticket = journal.append(entries, state);
      marks.push({ ticket, entries: model.written.length, states: model.hardStates.length });
      for (let steps = random.below(4); steps > 0 && disk.step(); steps--);
      acknowledge();
      if (random.below(6) === 0) firm = Math.min(journal.lastIndex, last);
    }
    disk.runAll();
  } catch (error) {
    assert.ok(error instanceof PowerLost, String(error));
  }
  acknowledge();
}

function check(found: WatchedJournal, model: Model, what: string): void {
  const log = logText(found.journal);
  let matching = -1;
  for (let count = model.acknowledgedEntries; count <= model.written.length && matching < 0; count++) {
    if (JSON.stringify(logAfter(model.written, count)) === JSON.stringify(log)) matching = count;
  }
  const atLeast = logAfter(model.written, model.acknowledgedEntries);
  assert.ok(matching >= 0, `${what}: found ${JSON.stringify(log)}, acknowledged ${JSON.stringify(atLeast)}`);
  const possible = model.hardStates.slice(Math.max(0, model.acknowledgedStates - 1));
  if (model.acknowledgedStates === 0) possible.push(hardState(0, 0, 0));
  const state = found.journal.hardState;
  assert.ok(
    possible.some((one) => one.term === state.term),
    `${what}: hard state of term ${state.term}`,
  );
  model.written.length = matching;
  model.acknowledgedEntries = matching;
  model.hardStates.splice(0, model.hardStates.length, state);
  model.acknowledgedStates = 1;
}

test('a crash at every operation loses nothing acknowledged and keeps nothing half, life after life', () => {
  let crashes = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    for (let stopAt = 1; ; stopAt++) {
      const random = seededRandom(seed * 1000 + stopAt);
      const model: Model = { written: [], hardStates: [], acknowledgedEntries: 0, acknowledgedStates: 0 };
      let disk = new SimulatedDisk({ faults: ({ number }) => (number === stopAt ? 'stop' : undefined) });
      live(disk, seededRandom(seed), seed, model);
      if (!disk.stopped) break;
      for (let life = 0; life < 3; life++) {
        crashes++;
        disk = disk.crash(random);
        // A copy is looked at, so that the next life begins with a recovery of its own, which may be cut short too.
        const found = new WatchedJournal(disk.crash(random), seed, OPTIONS);
        check(found, model, `seed ${seed}, stopped at ${stopAt}, life ${life}`);
        const lifetime = 1 + random.below(30);
        disk.setFaults(({ number }) => (number === lifetime ? 'stop' : undefined));
        live(disk, random, seed + life, model);
      }
    }
  }
  assert.ok(crashes > 500, `only ${crashes} crashes`);
});

test('a crash while old segments are cut leaves a log without gaps', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const disk = new SimulatedDisk();
    const watched = new WatchedJournal(disk, seed, OPTIONS);
    const { journal } = watched;
    journal.initialize(7);
    for (let i = 1; i <= 40; i++) {
      journal.append([entry(i, 1, Buffer.alloc(120, 97))], null);
      disk.runAll();
    }
    const stopAt = disk.operationCount + 1 + random.below(12);
    disk.setFaults(({ number }) => (number === stopAt ? 'stop' : undefined));
    const cut = (): void => {
      journal.cutPrefix(35 as LogIndex, cut);
    };
    try {
      cut();
      // A segment may begin while another goes.
      journal.append([entry(41, 1, Buffer.alloc(1200, 97))], null);
      journal.append([entry(42, 1)], null);
      disk.runAll(random);
    } catch (error) {
      assert.ok(error instanceof PowerLost, String(error));
    }
    const found = new WatchedJournal(disk.crash(random), seed, OPTIONS).journal;
    assert.ok(found.lastIndex >= watched.durableTicket);
    assert.equal(logText(found).length, found.lastIndex - found.firstIndex + 1);
    assert.ok(found.firstIndex <= 35);
  }
});
