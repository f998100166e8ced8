import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { Journal } from '../journal/index.js';
import { decodeMembership, EntryKind, encodeMembership } from '../raft/index.js';
import { encodeRoster, type Member } from './index.js';
import { decodeRoster } from './roster.js';
import { becomeSole, type SoleMember } from './sole.js';

const FOLDER = '/name/journal';
const [first, second, third] = [1, 2, 3].map(
  (id): Member => ({ id, name: `nn${id}`, role: 'namenode', rpc: `h${id}:8020`, http: `h${id}:9870` }),
) as [Member, Member, Member];

function options(disk: SimulatedDisk) {
  return { disk, folder: FOLDER, clock: new VirtualClock(), random: seededRandom(1) };
}

function open(disk: SimulatedDisk): Journal {
  const observer = { durable: () => {}, full: () => {}, failed: () => {}, wrote: () => {} };
  return Journal.open({ ...options(disk), observer });
}

function sole(disk: SimulatedDisk): SoleMember | Error | undefined {
  let heard: SoleMember | Error | undefined;
  becomeSole(options(disk), (result) => {
    heard = result;
  });
  disk.runAll();
  return heard;
}

/** The journal of member 2 of three, with an entry that nobody knows committed. */
function ofSecond(members: readonly Member[]): SimulatedDisk {
  const disk = new SimulatedDisk();
  const journal = open(disk);
  journal.initialize(2);
  const context = encodeRoster({ clusterId: 'CID', lastId: 7, members });
  const membership = { voters: [1, 2, 3], outgoing: [], learners: [], learnersNext: [], context };
  const term = 4 as Term;
  const entries = [
    { index: 1 as LogIndex, term, kind: EntryKind.membership, data: encodeMembership(membership) },
    { index: 2 as LogIndex, term, kind: EntryKind.normal, data: new Uint8Array(3) },
  ];
  journal.append(entries, { term, vote: 1, commit: 1 as LogIndex });
  disk.runAll();
  journal.close(() => {});
  return disk;
}

test('a member goes on alone with all that its journal has, and nobody else votes', () => {
  const disk = ofSecond([first, second, third]);
  assert.deepEqual(sole(disk), { self: second, lost: [first, third], lastIndex: 2 });
  const journal = open(disk);
  assert.equal(journal.lastIndex, 3);
  assert.deepEqual(journal.hardState, { term: 5, vote: 2, commit: 3 });
  const { voters, outgoing, learners, context } = decodeMembership(journal.memberships.at(-1)?.data as Uint8Array);
  assert.deepEqual([voters, outgoing, learners], [[2], [], []]);
  // The ids that were given out are never given out again.
  assert.deepEqual(decodeRoster(context), { clusterId: 'CID', lastId: 7, members: [second] });
});

test('an empty journal, and one whose member is none of the group, are refused', () => {
  assert.match(String(sole(new SimulatedDisk())), /belongs to no group/);
  assert.match(String(sole(ofSecond([first, third]))), /member 2, .* is none of its group's members/);
});
