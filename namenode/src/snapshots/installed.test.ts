import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedDisk } from '@rfs/base/disk';
import type { LogIndex, Term } from '@rfs/base/ids';
import { soleMember } from '../raft/index.js';
import { type InstalledState, readInstalled, writeInstalled } from './installed.js';

const FIRST: InstalledState = {
  mark: { index: 42 as LogIndex, term: 3 as Term, membership: soleMember(1) },
  name: 'state-42-7',
};

function written(disk: SimulatedDisk, installed: InstalledState): Error | null | undefined {
  let heard: Error | null | undefined;
  writeInstalled(disk, '/name', installed, (error) => {
    heard = error;
  });
  disk.runAll();
  return heard;
}

test('a note that finds no room leaves the one before', () => {
  const disk = new SimulatedDisk();
  disk.makeFolder('/name');
  assert.equal(written(disk, FIRST), null);
  disk.setFaults(({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined));
  assert.match(String(written(disk, { ...FIRST, name: 'state-50-8' })), /ENOSPC/);
  assert.deepEqual(readInstalled(disk, '/name'), FIRST);
  disk.setFaults(undefined);
  assert.equal(written(disk, { ...FIRST, name: 'state-50-8' }), null);
  assert.equal(readInstalled(disk, '/name')?.name, 'state-50-8');
});
