import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killHard, ProcessCluster, until } from './cluster/index.js';
import { AcknowledgedLoad, NamenodeCaller } from './load/index.js';

const ROUNDS = 6;
/** Acknowledged changes before each kill. */
const PER_ROUND = 3000;

test('kill -9 of the namenode under load, many times: every acknowledged change is there', async () => {
  const cluster = await ProcessCluster.start('--datanodes', '0');
  const caller = new NamenodeCaller(cluster.rpc);
  const load = new AcknowledgedLoad(caller, '/load');
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const working = load.run();
      await until('enough is acknowledged', () => load.acknowledged >= round * PER_ROUND);
      killHard(cluster.now().namenodes[0]?.pid as number);
      await working;
      await until('the namenode serves again', async () => (await caller.exists('/')) === true);
      assert.deepEqual(await load.missing(), [], `after kill ${round}`);
    }
  } finally {
    caller.close();
    await cluster.stop();
  }
});
