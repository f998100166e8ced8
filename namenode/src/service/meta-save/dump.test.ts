import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { storageId, TestCluster, uuid } from '../../blocks/cluster.fixture.js';
import { Harness } from '../../namespace/harness.fixture.js';
import { MetaDump } from './dump.js';

function dump(cluster: TestCluster): string {
  let text = '';
  const { machine } = Harness.made();
  const work = new MetaDump({ machine, blocks: cluster.blocks, wallMinusMonotonicMs: 0 }, (all) => {
    text = all;
  });
  for (let steps = 0; !work.step(); steps++) assert.ok(steps < 100);
  return text.replace(/\w{3} \w{3} \d\d \d\d:\d\d:\d\d \S+ \d{4}/g, 'DATE').replace(/\d\d:\d\d:\d\d/g, 'TIME');
}

test('every queue is told in the words of HDFS', () => {
  const cluster = new TestCluster().start(4).lead();
  for (let id = 1; id <= 3000; id++) cluster.write(id, 1, 3);
  cluster.write(3001, 3, 0, 1);
  cluster.write(3002, 1);
  cluster.write(3003, 1, 2);
  const bad = { id: 3003 as BlockId, stamp: 1001 as GenerationStamp, lengthBytes: 100 };
  cluster.blocks.reportBadBlock(bad, uuid(2), storageId(2));
  const node = '10.0.0.';
  const replicas = (live: number, corrupt: number): string =>
    `(replicas: live: ${live} decommissioning and decommissioned: 0 corrupt: ${corrupt} in excess: 0 maintenance mode: 0) `;
  const tera = '1000000000000(931.32 GB)';
  const line = (i: number) => `${node}${i}:9866 /r0 IN ${tera} 0(0 B) 0.00% ${tera} 0(0 B) 0(0 B) 100.00% 0(0 B) DATE`;
  assert.equal(
    dump(cluster),
    `${[
      '1 files and directories, 3003 blocks = 3004 total filesystem objects',
      'Live Datanodes: 4',
      'Dead Datanodes: 0',
      'Metasave: Blocks waiting for reconstruction: 1',
      `[orphaned]: blk_3001_1001 ${replicas(2, 0)} ${node}0:9866 :  ${node}1:9866 : `,
      'Metasave: Blocks currently missing: 2',
      `[orphaned]: blk_3002_1001 MISSING ${replicas(0, 0)}`,
      `[orphaned]: blk_3003_1001 MISSING ${replicas(0, 1)} ${node}2:9866(corrupt) : `,
      'Mis-replicated blocks that have been postponed:',
      'Metasave: Blocks being reconstructed: 0',
      'Metasave: Blocks 0 waiting deletion from 0 datanodes.',
      'Corrupt Blocks:',
      `Block=blk_3003_1001\tSize=100\tNode=${node}2:9866\tStorageID=DS-2\tStorageState=NORMAL\tTotalReplicas=1\tReason=CORRUPTION_REPORTED`,
      'Metasave: Number of datanodes: 4',
      ...[0, 1, 2, 3].map(line),
    ].join('\n')}\n`,
  );
  cluster.advance(3000);
  assert.match(dump(cluster), /being reconstructed: 1\nblk_3001_1001 StartTime: TIME NumReconstructInProgress: 1\n/);
  for (let id = 1; id <= 1500; id++) cluster.blocks.events.blockRemoved(id as BlockId);
  assert.match(
    dump(cluster),
    /Blocks 1500 waiting deletion from 1 datanodes\.\n10\.0\.0\.3:9866\nblk_1_1001,blk_2_1001,/,
  );
});
