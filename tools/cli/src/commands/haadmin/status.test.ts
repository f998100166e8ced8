import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupAdmin, GroupDescription } from './connection.js';
import { readStatus } from './status.js';

test('who answers at the address of a member without being it leaves that member unreachable', async () => {
  const listed = (id: number) => ({
    member: { id, name: `namenode${id}`, role: 1 as const, rpc: `host:${id}`, http: '' },
    voter: true,
    matchIndex: 9,
    inTouch: true,
  });
  const said = (self: number, leading = false): GroupDescription => ({
    ...{ clusterId: 'CID-1', leader: 1, term: 3, firstIndex: 1, lastIndex: 9, committedIndex: 9, appliedIndex: 9 },
    ...{ self, leading, members: [1, 2, 3].map(listed), fetchedPercent: undefined },
  });
  // The second one has lost its disk and belongs to no group yet.
  const own: Record<string, GroupDescription> = { 'host:1': said(1, true), 'host:2': said(0), 'host:3': said(3) };
  const admin = { describe: async () => own['host:1'], group: async (rpc: string) => own[rpc] };
  const { members } = await readStatus(admin as unknown as GroupAdmin);
  assert.deepEqual(
    members.map(({ name, state, term }) => [name, state, term]),
    [
      ['namenode1', 'active', 3],
      ['namenode2', 'unreachable', undefined],
      ['namenode3', 'observer', 3],
    ],
  );
});
