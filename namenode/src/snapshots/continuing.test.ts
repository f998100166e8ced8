import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { Journal } from '../journal/index.js';
import { EntryKind, type SnapshotMark, soleMember } from '../raft/index.js';
import { continueBehind } from './index.js';

const MARK: SnapshotMark = { index: 50 as LogIndex, term: 4 as Term, membership: soleMember(2) };
const FOLDER = '/name/journal';

function options(disk: SimulatedDisk) {
  return { disk, folder: FOLDER, clock: new VirtualClock(), random: seededRandom(1) };
}

function open(disk: SimulatedDisk): Journal {
  const observer = { durable: () => {}, full: () => {}, failed: () => {}, wrote: () => {} };
  return Journal.open({ ...options(disk), observer });
}

function withEntries(first: number, last: number, term: number): SimulatedDisk {
  const disk = new SimulatedDisk();
  const journal = open(disk);
  journal.initialize(2);
  const data = new Uint8Array(1);
  for (let index = first; index <= last; index++) {
    const entry = { index: index as LogIndex, term: term as Term, kind: EntryKind.normal, data };
    journal.append([entry], { term: 4 as Term, vote: 3, commit: 0 as LogIndex });
  }
  disk.runAll();
  journal.close(() => {});
  return disk;
}

function goOn(disk: SimulatedDisk): boolean | Error | undefined {
  let heard: boolean | Error | undefined;
  continueBehind(MARK, options(disk), (result) => {
    heard = result;
  });
  disk.runAll();
  return heard;
}

test('a journal that does not reach the state begins anew behind it, and only once', () => {
  const disk = withEntries(1, 10, 3);
  assert.equal(goOn(disk), true);
  const { firstIndex, lastIndex, owner, hardState } = open(disk);
  assert.deepEqual([firstIndex, lastIndex, owner], [51, 50, 2]);
  assert.deepEqual([hardState.term, hardState.vote], [4, 3]);
  const operations = disk.operationCount;
  assert.equal(goOn(disk), true);
  assert.ok(disk.operationCount - operations < 4, 'nothing is written again');
});

test('entries that conflict with the state go', () => {
  const disk = withEntries(1, 60, 3);
  assert.equal(goOn(disk), true);
  assert.equal(open(disk).lastIndex, 50);
});

test('a journal that goes on from the state stays as it is', () => {
  const disk = withEntries(1, 60, 4);
  assert.equal(goOn(disk), true);
  assert.equal(open(disk).lastIndex, 60);
});

test('without a journal nobody knows whose state it is', () => {
  assert.equal(goOn(new SimulatedDisk()), false);
});
