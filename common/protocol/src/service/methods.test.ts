import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientNamenodeProtocolMethods } from '../messages/index.js';
import { type ClientMethod, methodTable } from './methods.js';

test('every call of the protocol has its row, and no row is without a call', () => {
  assert.deepEqual(Object.keys(methodTable).sort(), Object.keys(ClientNamenodeProtocolMethods).sort());
});

test('only changes are remembered by the retry cache', () => {
  for (const [name, traits] of Object.entries(methodTable)) {
    if (traits.retry !== 'repeatable') assert.equal(traits.access, 'change', name);
  }
});

test('the calls that any replica answers at once are those that HDFS marks read-only but not coordinated', () => {
  const uncoordinated = (Object.keys(methodTable) as ClientMethod[]).filter(
    (name) => methodTable[name].access === 'uncoordinated',
  );
  assert.deepEqual(
    uncoordinated.sort(),
    [
      'getDatanodeReport',
      'getECTopologyResultForPolicies',
      'getFsECBlockGroupStats',
      'getFsReplicatedBlockStats',
      'getFsStats',
      'getHAServiceState',
      'getSlowDatanodeReport',
    ]
      .concat('getDatanodeStorageReport')
      .sort(),
  );
});
