import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@rfs/base/failure';
import { callAsync, type MessageOf, protocols } from '@rfs/protocol/rpc';
import { sumsOf } from '../store/index.js';
import { block, bytes, create, FORMAT, stored } from '../store/store.fixture.js';
import { blockToProto } from '../transfer/index.js';
import { IpcFixture } from './ipc.fixture.js';

type Methods = typeof protocols.clientDatanode.methods;

/** The answer, or the code of the refusal. */
async function ask<Name extends keyof Methods & string>(
  node: IpcFixture,
  name: Name,
  request: MessageOf<Methods[Name]['request']>,
  user?: string,
): Promise<MessageOf<Methods[Name]['response']> | string> {
  const result = await callAsync(node.client(user), protocols.clientDatanode, name, request);
  return result instanceof Failure ? result.code : result;
}

test('readers of an open block are told what the pipeline has acknowledged', async () => {
  const node = await IpcFixture.start();
  const data = bytes(3000);
  const writer = await create(node.replicas.store, block(5, 1002));
  await writer.write(data, sumsOf(FORMAT, data));
  const visible = (id: number, stamp: number) =>
    ask(node, 'getReplicaVisibleLength', { block: blockToProto(block(id, stamp)) });
  assert.deepEqual(await visible(5, 1002), { length: 3000 });
  assert.deepEqual(await visible(5, 1001), { length: 3000 });
  assert.equal(await visible(5, 1003), 'IOException');
  assert.equal(await visible(6, 1002), 'ReplicaNotFoundException');
  const foreign = { ...blockToProto(block(5, 1002)), poolId: 'BP-other' };
  assert.equal(await ask(node, 'getReplicaVisibleLength', { block: foreign }), 'ReplicaNotFoundException');
  node.registered = false;
  assert.equal(await visible(5, 1002), 'RetriableException');
  node.registered = true;
  await node.end();
});

test('operators see version and volumes', async () => {
  const node = await IpcFixture.start();
  await stored(node.replicas.store, block(7), bytes(600));
  await stored(node.replicas.store, block(8), bytes(400));
  const localInfo = { softwareVersion: '3.4.1', configVersion: 'core-3.0.0,hdfs-1', uptime: 61 };
  assert.deepEqual(await ask(node, 'getDatanodeInfo', {}), { localInfo });
  const report = await ask(node, 'getVolumeReport', {});
  assert.ok(typeof report !== 'string');
  const [volume] = node.replicas.store.volumes;
  assert.equal(report.volumeInfo.length, 1);
  const { path, numBlocks, reservedSpace, usedSpace } = report.volumeInfo[0]!;
  assert.deepEqual([path, numBlocks, reservedSpace, usedSpace], [volume?.folder, 2, 0, volume?.usedBytes]);
  assert.deepEqual(await ask(node, 'getBalancerBandwidth', {}), { bandwidth: 12_345 });
  await node.end();
});

test('only superusers of the datanode give it orders', async () => {
  const node = await IpcFixture.start();
  const orders = async (user?: string) => [
    await ask(node, 'triggerBlockReport', { incremental: false }, user),
    await ask(node, 'triggerBlockReport', { incremental: true, nnAddress: 'stranger:1' }, user),
    await ask(node, 'refreshNamenodes', {}, user),
    await ask(node, 'deleteBlockPool', { blockPool: 'BP-1', force: true }, user),
    await ask(node, 'shutdownDatanode', { forUpgrade: true }, user),
    await ask(node, 'evictWriters', {}, user),
    await ask(node, 'getVolumeReport', {}, user),
  ];
  assert.deepEqual(await orders('joe'), Array(7).fill('AccessControlException'));
  assert.deepEqual(node.orders, []);
  assert.deepEqual((await orders()).slice(0, 6), [{}, 'IOException', {}, 'IOException', {}, {}]);
  assert.deepEqual(node.orders, ['report false undefined', 'report true stranger:1', 'end true']);
  await node.end();
});

test('evicting ends the writing of every open replica', async () => {
  const node = await IpcFixture.start();
  const { replica } = await create(node.replicas.store, block(9));
  assert.notEqual(replica.owner, null);
  assert.deepEqual(await ask(node, 'evictWriters', {}), {});
  assert.equal(replica.owner, null);
  await node.end();
});
