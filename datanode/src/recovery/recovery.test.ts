import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureError } from '@rfs/base/failure';
import { silentLogger } from '@rfs/base/log';
import { seededRandom, systemClock } from '@rfs/base/system';
import { failure } from '@rfs/protocol/exceptions';
import type {
  BlockProto,
  CommitBlockSynchronizationRequestProto,
  DatanodeIDProto,
  RecoveringBlockProto,
} from '@rfs/protocol/messages';
import { IpcFixture, USER } from '../ipc/ipc.fixture.js';
import { type RecoveryInfo, sumsOf } from '../store/index.js';
import { block, bytes, content, create, FORMAT, stored } from '../store/store.fixture.js';
import { blockToProto } from '../transfer/index.js';
import { agree, recoverBlock } from './block-recovery.js';
import { LocalPeer, RemotePeer, type ReplicaPeer } from './replica-peer.js';

const REMOTE = { user: USER, clock: systemClock, random: seededRandom(1), timeoutMs: 60_000, useHostname: false };
const NO_TOKEN = { identifier: new Uint8Array(0), password: new Uint8Array(0), kind: '', service: '' };

function order(
  ids: readonly DatanodeIDProto[],
  blockId: number,
  recoveryId: number,
  truncateBlock?: BlockProto,
): RecoveringBlockProto {
  return {
    newGenStamp: recoveryId,
    block: {
      b: blockToProto(block(blockId)),
      offset: 0,
      locs: ids.map((id) => ({ id })),
      corrupt: false,
      blockToken: NO_TOKEN,
      isCached: [],
      storageTypes: [],
      storageIDs: [],
      blockTokens: [],
    },
    ...(truncateBlock === undefined ? {} : { truncateBlock }),
  };
}

/** Three datanodes; the first is the primary. */
async function cluster(): Promise<readonly [IpcFixture, IpcFixture, IpcFixture]> {
  return [await IpcFixture.start('a'), await IpcFixture.start('b'), await IpcFixture.start('c')];
}

async function recover(
  primary: IpcFixture,
  of: RecoveringBlockProto,
): Promise<CommitBlockSynchronizationRequestProto | undefined> {
  let committed: CommitBlockSynchronizationRequestProto | undefined;
  await recoverBlock(of, {
    log: silentLogger,
    peerFor: (id) =>
      id.datanodeUuid === primary.id.datanodeUuid ? new LocalPeer(primary.replicas.store) : new RemotePeer(id, REMOTE),
    commit: async (request) => {
      committed = request;
    },
  });
  return committed;
}

test('what was written before a writer vanished becomes the same on all datanodes', async () => {
  const nodes = await cluster();
  const data = bytes(4000);
  for (const [index, length] of [3000, 2500, 4000].entries()) {
    const writer = await create(nodes[index]!.replicas.store, block(5));
    await writer.write(data.subarray(0, length), sumsOf(FORMAT, data.subarray(0, length)));
  }
  const ids = nodes.map((node) => node.id);
  const committed = await recover(nodes[0], order(ids, 5, 1002));
  assert.deepEqual(committed, {
    block: blockToProto(block(5)),
    newGenStamp: 1002,
    newLength: 2500,
    closeFile: true,
    deleteBlock: false,
    newTaragets: ids,
    newTargetStorages: nodes.map(({ replicas }) => replicas.store.volumes[0]?.storageId),
  });
  for (const { replicas } of nodes) {
    assert.deepEqual(await content(replicas.store, 5), data.subarray(0, 2500));
    const view = replicas.store.view(block(5).blockId);
    assert.deepEqual([view?.state, view?.generationStamp], ['FINALIZED', 1002]);
  }
  for (const node of nodes) await node.end();
});

test('a datanode that does not answer is left out; one without the block too', async () => {
  const nodes = await cluster();
  for (const node of nodes.slice(0, 2)) await stored(node.replicas.store, block(6), bytes(700));
  const ids = nodes.map((node) => node.id);
  await nodes[1].hangUp();
  const committed = await recover(nodes[0], order(ids, 6, 1002));
  assert.deepEqual([committed?.newLength, committed?.newTaragets], [700, [ids[0]]]);
  for (const node of nodes) await node.end();
});

test('a block that nobody has a byte of is given up', async () => {
  const nodes = await cluster();
  await create(nodes[1].replicas.store, block(7));
  const committed = await recover(
    nodes[0],
    order(
      nodes.map((node) => node.id),
      7,
      1002,
    ),
  );
  assert.deepEqual([committed?.deleteBlock, committed?.newLength, committed?.newTaragets], [true, 0, []]);
  for (const node of nodes) await node.end();
});

test('a newer recovery is left alone', async () => {
  const nodes = await cluster();
  const ids = nodes.map((node) => node.id);
  for (const node of nodes) await stored(node.replicas.store, block(8), bytes(700));
  await new RemotePeer(ids[2]!, REMOTE).init(order(ids, 8, 1005));
  assert.equal(await recover(nodes[0], order(ids, 8, 1004)), undefined);
  assert.equal((await recover(nodes[0], order(ids, 8, 1006)))?.newGenStamp, 1006);
  for (const node of nodes) await node.end();
});

test('truncate shortens in place, or into a new block where a snapshot holds the old one', async () => {
  const nodes = await cluster();
  const ids = nodes.map((node) => node.id);
  const data = bytes(3000);
  for (const id of [9, 10]) for (const node of nodes) await stored(node.replicas.store, block(id), data);
  const inPlace = await recover(nodes[0], order(ids, 9, 1002, { blockId: 9, genStamp: 1002, numBytes: 1000 }));
  const copied = await recover(nodes[0], order(ids, 10, 1002, { blockId: 11, genStamp: 1002, numBytes: 777 }));
  assert.deepEqual([inPlace?.newLength, copied?.newLength], [1000, 777]);
  for (const { replicas } of nodes) {
    assert.deepEqual(await content(replicas.store, 9), data.subarray(0, 1000));
    assert.deepEqual(await content(replicas.store, 10), data);
    assert.deepEqual(await content(replicas.store, 11), data.subarray(0, 777));
  }
  for (const node of nodes) await node.end();
});

test('finalized replicas decide alone and must agree; else the written ones, then those of crashes', () => {
  const candidate = (originalState: RecoveryInfo['originalState'], lengthBytes: number) => ({
    info: { ...block(1), originalState, lengthBytes } satisfies RecoveryInfo,
  });
  const [finalized, same, short, left, leftShort] = [
    candidate('FINALIZED', 10),
    candidate('RBW', 10),
    candidate('RBW', 8),
    candidate('RWR', 9),
    candidate('RWR', 7),
  ];
  assert.deepEqual(agree([short, left, finalized, same]), { participants: [finalized, same], lengthBytes: 10 });
  assert.deepEqual(agree([left, short, same]), { participants: [short, same], lengthBytes: 8 });
  assert.deepEqual(agree([left, leftShort]), { participants: [left, leftShort], lengthBytes: 7 });
  assert.throws(() => agree([finalized, candidate('FINALIZED', 11)]), /Inconsistent size/);
  const cut = candidate('FINALIZED', 6);
  const tooShort = candidate('FINALIZED', 5);
  assert.deepEqual(agree([finalized, cut, tooShort], 6), { participants: [finalized, cut], lengthBytes: 6 });
});

test('nothing is committed when no replica could be changed', async () => {
  const refusing = (at: 'init' | 'update'): ReplicaPeer => {
    const refuse = () => Promise.reject(new FailureError(failure('IOException', `no ${at}`)));
    const info: RecoveryInfo = { ...block(1), originalState: 'RBW', lengthBytes: 5 };
    return { init: at === 'init' ? refuse : async () => info, update: refuse, close: () => undefined };
  };
  const id = { ipAddr: '127.0.0.1', hostName: 'host', datanodeUuid: 'x', xferPort: 1, infoPort: 2, ipcPort: 3 };
  const attempt = (at: 'init' | 'update') =>
    recoverBlock(order([id, id], 1, 1002), {
      log: silentLogger,
      peerFor: () => refusing(at),
      commit: () => assert.fail('committed'),
    });
  await assert.rejects(attempt('init'), /All datanodes failed/);
  await assert.rejects(attempt('update'), /Cannot recover/);
});
