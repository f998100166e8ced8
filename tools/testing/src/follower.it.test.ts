import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { test } from 'node:test';
import { isFailure } from '@rfs/base/failure';
import { seededRandom, systemClock, systemRandom } from '@rfs/base/system';
import type { DfsClient } from '@rfs/client/dfs';
import { ClientIdentity, callAsync, protocols, RpcClient } from '@rfs/protocol/rpc';
import { clientOf, hang, killHard, ProcessCluster, resume, rpcOf, until } from './cluster/index.js';
import { AcknowledgedLoad, NamenodeCaller } from './load/index.js';

const BLOCK_BYTES = 1024 * 1024;
const BYTES = Buffer.from(seededRandom(1).bytes(2.5 * BLOCK_BYTES));
const HALF = 1.3 * BLOCK_BYTES;
// A busy machine may take seconds to elect.
const PATIENT = ['-D', 'rfs.namenode.held-call.timeout=30s'];
const SETTINGS = [...PATIENT, '-D', `dfs.blocksize=${BLOCK_BYTES}`, '-D', 'dfs.replication=2'];
/** Acknowledged changes before and after the leader is lost. */
const PER_ROUND = 1500;

async function start(): Promise<ProcessCluster> {
  return ProcessCluster.start('--namenodes', '3', '--datanodes', '2', ...SETTINGS);
}

function inState(cluster: ProcessCluster, state: string) {
  const found = cluster.now().namenodes.find((namenode) => namenode.state === state);
  assert.ok(found, state);
  return found;
}

async function readAll(client: DfsClient, path: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await client.open(path)).stream()) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

/** A connection over which no call was made yet. */
function connected(rpc: string, identity = new ClientIdentity(systemRandom())): Promise<RpcClient> {
  const [host, port] = rpc.split(':') as [string, string];
  const { client: protocol } = protocols;
  return new Promise((resolve, reject) => {
    const options = { host, port: Number(port), user: userInfo().username, protocol, identity, clock: systemClock };
    RpcClient.connect(options, (result) => (isFailure(result) ? reject(new Error(result.message)) : resolve(result)));
  });
}

/** The value of one of a namenode's metrics. */
async function metric(http: string, name: string): Promise<number> {
  const text = await (await fetch(`http://${http}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

test('a client that knows one follower alone goes on while the leader is killed', async () => {
  const cluster = await start();
  const follower = inState(cluster, 'observer');
  const client = clientOf(cluster, follower.rpc);
  const caller = new NamenodeCaller(follower.rpc);
  const load = new AcknowledgedLoad(caller, '/load');
  const rpc = rpcOf(cluster, follower.rpc);
  try {
    const written = await client.create('/before', { overwrite: true });
    await written.write(BYTES);
    await written.close();
    assert.ok(BYTES.equals(await readAll(client, '/before')));
    const listed = await callAsync(rpc, protocols.client, 'getListing', {
      src: '/',
      startAfter: new Uint8Array(0),
      needLocation: true,
    });
    assert.ok(!isFailure(listed));
    assert.equal(listed.dirList?.partialListing.length, 1);
    assert.deepEqual(await callAsync(rpc, protocols.client, 'msync', {}), {});

    const open = await client.create('/during', { overwrite: true });
    await open.write(BYTES.subarray(0, HALF));
    await open.hsync();
    const working = load.run();
    await until('enough is acknowledged', () => load.acknowledged >= PER_ROUND);
    killHard(inState(cluster, 'active').pid);
    const before = load.acknowledged;
    await until('changes go on', () => load.acknowledged > before + 64);
    await open.write(BYTES.subarray(HALF));
    await open.close();
    await until('enough is acknowledged', () => load.acknowledged >= 2 * PER_ROUND);
    load.stop();
    await working;
    assert.deepEqual(await load.missing(), []);
    assert.ok(BYTES.equals(await readAll(client, '/during')));
    assert.ok((await metric(follower.http, 'rfs_reads_served_total')) > 0);
    assert.equal(await metric(follower.http, 'rfs_calls_sent_back_total'), 0);
  } finally {
    for (const each of [client, caller, rpc]) each.close();
    await cluster.stop();
  }
});

test('a leader that was stopped for a while answers nothing that is old when it goes on', async () => {
  const cluster = await start();
  const paused = inState(cluster, 'active');
  const other = rpcOf(cluster, inState(cluster, 'observer').rpc);
  const callers = await Promise.all(Array.from({ length: 4 }, () => connected(paused.rpc)));
  try {
    // Half of them have seen a state; the others present no state id. All are to see the newest.
    for (const caller of callers.slice(2)) await callAsync(caller, protocols.client, 'getFileInfo', { src: '/' });
    hang(paused.pid);
    const folder = { src: '/new', masked: { perm: 0o755 }, createParent: true };
    assert.deepEqual(await callAsync(other, protocols.client, 'mkdirs', folder), { result: true });
    const asked = callers.map((caller) => callAsync(caller, protocols.client, 'getFileInfo', { src: '/new' }));
    resume(paused.pid);
    for (const answer of await Promise.all(asked)) {
      assert.ok(!isFailure(answer), String(answer));
      assert.ok(answer.fs !== undefined, 'an old answer');
    }
  } finally {
    resume(paused.pid);
    for (const each of [other, ...callers]) each.close();
    await cluster.stop();
  }
});

test('changes whose answers were lost with their leader have the same answers at the next one', async (t) => {
  const cluster = await start();
  const identity = new ClientIdentity(systemRandom());
  const leader = inState(cluster, 'active');
  const [toLeader, toOther] = await Promise.all([
    connected(leader.rpc, identity),
    connected(inState(cluster, 'observer').rpc, identity),
  ]);
  const numbers = Array.from({ length: 3000 }, (_, i) => i);
  const path = (i: number): string => `/tmp-${i}`;
  try {
    const masked = { perm: 0o777 };
    const makers = rpcOf(cluster, leader.rpc);
    await Promise.all(
      numbers.map((i) => callAsync(makers, protocols.client, 'mkdirs', { src: path(i), masked, createParent: true })),
    );
    makers.close();
    const remove = (client: RpcClient, i: number, retryCount: number) =>
      callAsync(
        client,
        protocols.client,
        'delete',
        { src: path(i), recursive: true },
        { callId: 10_000 + i, retryCount },
      );
    let answered = 0;
    const first = numbers.map(async (i) => {
      const answer = await remove(toLeader, i, 0);
      if (isFailure(answer)) return false;
      assert.equal(answer.result, true);
      if (++answered === 1) killHard(leader.pid);
      return true;
    });
    const known = await Promise.all(first);
    // A deleted folder cannot be deleted again: who says so has carried the change out twice.
    const again = await Promise.all(numbers.map((i) => remove(toOther, i, 1)));
    for (const [i, answer] of again.entries()) assert.deepEqual(answer, { result: true }, `delete ${i}: ${known[i]}`);
    const anew = await callAsync(toOther, protocols.client, 'delete', { src: path(0), recursive: true });
    assert.deepEqual(anew, { result: false });
    t.diagnostic(`${known.filter((each) => !each).length} of ${known.length} answers were lost`);
  } finally {
    for (const each of [toLeader, toOther]) each.close();
    await cluster.stop();
  }
});
