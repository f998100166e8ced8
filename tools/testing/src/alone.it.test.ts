import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  askToStop,
  isAlive,
  killHard,
  membersOf,
  NamenodeProcess,
  ProcessCluster,
  runRfs,
  until,
} from './cluster/index.js';
import { AcknowledgedLoad, NamenodeCaller } from './load/index.js';

test('with two of three namenodes lost for good the third goes on alone, and others join it', async () => {
  const cluster = await ProcessCluster.start('--namenodes', '3', '--datanodes', '0', '--no-restart');
  const started: NamenodeProcess[] = [];
  try {
    const { namenodes } = cluster.description;
    const leader = namenodes.find(({ state }) => state === 'active') as (typeof namenodes)[number];
    const [kept, lost] = namenodes.filter(({ state }) => state !== 'active') as [typeof leader, typeof leader];
    const confOf = ({ dir }: typeof leader) => ['--conf', join(dir, 'conf')];
    const caller = new NamenodeCaller(leader.rpc);
    const load = new AcknowledgedLoad(caller, '/load');
    const working = load.run();
    await until('enough is acknowledged', () => load.acknowledged >= 500);
    load.stop();
    await working;
    caller.close();
    // What one of the lost ones alone had would be lost with it.
    await until('all have everything', async () => {
      const members = await membersOf(cluster);
      return members.length === 3 && members.every(({ lag }) => lag === 0);
    });
    for (const { pid, dir } of [leader, lost]) {
      killHard(pid);
      rmSync(join(dir, 'name'), { recursive: true });
    }
    const early = await runRfs(['namenode', ...confOf(kept), '--go-on-alone']);
    assert.equal(early.code, 1);
    assert.match(early.err, /holds it/);
    askToStop(kept.pid);
    await until('it has stopped', () => !isAlive(kept.pid));
    const { code, out, err } = await runRfs(['namenode', ...confOf(kept), '--go-on-alone']);
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^${kept.id} is the only member`));

    started.push(new NamenodeProcess(confOf(kept)));
    const own = new NamenodeCaller(kept.rpc);
    await until('it takes changes', () => own.takesChanges());
    assert.deepEqual(await load.missing(own), []);
    own.close();
    started.push(new NamenodeProcess(confOf(lost)));
    await until('another one votes', async () => {
      const members = await membersOf(cluster);
      return members.length === 2 && members.every(({ votes }) => votes);
    });
  } finally {
    for (const namenode of started) await namenode.end('SIGKILL');
    await cluster.stop();
  }
});
