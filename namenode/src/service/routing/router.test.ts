import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { StorageTypeProto } from '@rfs/protocol/messages';
import type { RequestOf } from '@rfs/protocol/service';
import { type Heard, TestGroup, type TestNode } from './group.fixture.js';

const masked = { perm: 0o755 };

function mkdirs(src: string): RequestOf<'mkdirs'> {
  return { src, masked, createParent: true };
}

/** Without overwrite: a second time it would be refused. */
function create(src: string): RequestOf<'create'> {
  const sizes = { replication: 1, blockSize: 1 << 20, cryptoProtocolVersion: [] };
  return { src, masked, clientName: 'writer', createFlag: 1, createParent: true, ...sizes };
}

function exists(node: TestNode, src: string, stateId = -1): Heard<{ fs?: unknown }> {
  return node.call('getFileInfo', { src }, { stateId });
}

test('a change that a follower gets is carried out by the leader for the very caller, and carries its state id', () => {
  const group = new TestGroup();
  const follower = group.node(2);
  follower.lags = true;
  const heard = follower.call('mkdirs', mkdirs('/made'), { user: 'alice' });
  assert.deepEqual(heard.response, { result: true });
  assert.equal(heard.stateId, group.log.length);
  assert.ok(follower.machine.appliedIndex < group.log.length);
  const info = group.node(1).call('getFileInfo', { src: '/made' });
  assert.equal(info.response?.fs?.owner, 'alice');
  assert.equal(follower.router.counts.changesForwarded, 1);
  assert.equal(group.node(1).router.counts.changesServed, 1);
});

test("the leader's refusal comes back as it is, with the state id of what it was judged by", () => {
  const group = new TestGroup();
  group.node(3).lags = true;
  const heard = group.node(3).call('setOwner', { src: '/', username: 'eve', groupname: '' });
  assert.equal(heard.refusal?.code, 'AccessControlException');
  assert.equal(heard.stateId, group.log.length);
});

test('a read is served by a follower that has applied what its client has seen', () => {
  const group = new TestGroup();
  const { stateId } = group.node(2).call('mkdirs', mkdirs('/a'));
  const heard = exists(group.node(3), '/a', stateId);
  assert.ok(heard.response?.fs);
  assert.equal(group.node(3).router.counts.readsServed, 1);
});

test('a follower that is behind waits for its apply loop to wake it', () => {
  const group = new TestGroup();
  const follower = group.node(2);
  follower.lags = true;
  const { stateId } = group.node(1).call('mkdirs', mkdirs('/a'));
  const heard = exists(follower, '/a', stateId);
  group.clock.advance(90);
  assert.deepEqual(heard, {});
  follower.lags = false;
  follower.catchUp();
  assert.ok(heard.response?.fs);
  assert.deepEqual([follower.router.counts.readsBehind, follower.router.counts.readsForwarded], [1, 0]);
  group.clock.advance(1000);
});

test('and has the leader answer when that takes too long', () => {
  const group = new TestGroup();
  const follower = group.node(2);
  follower.lags = true;
  const { stateId } = group.node(1).call('mkdirs', mkdirs('/a'));
  const heard = exists(follower, '/a', stateId);
  group.clock.advance(101);
  assert.ok(heard.response?.fs);
  assert.equal(heard.stateId, group.log.length);
  assert.equal(follower.router.counts.readsForwarded, 1);
});

test('a client without a state id reads what anybody was told before, at any replica', () => {
  const group = new TestGroup();
  const follower = group.node(3);
  follower.lags = true;
  group.node(1).call('mkdirs', mkdirs('/a'));
  const heard = exists(follower, '/a');
  assert.deepEqual(heard, {});
  follower.catchUp(true);
  assert.ok(heard.response?.fs);
  assert.equal(follower.router.counts.readIndexes, 1);
});

test('msync is answered by any replica once it has the newest index', () => {
  const group = new TestGroup();
  const follower = group.node(2);
  follower.lags = true;
  group.node(1).call('mkdirs', mkdirs('/a'));
  const heard = follower.call('msync', {}, { stateId: 1 });
  assert.deepEqual(heard, {});
  follower.catchUp(true);
  assert.equal(heard.stateId, group.log.length);
});

test('without a leader calls are held, and served by the next one: here or elsewhere', () => {
  const group = new TestGroup();
  group.loseLeader();
  const here = group.node(2).call('mkdirs', mkdirs('/here'));
  const there = group.node(3).call('mkdirs', mkdirs('/there'));
  const read = exists(group.node(3), '/');
  group.clock.advance(3000);
  assert.deepEqual([here, there, read], [{}, {}, {}]);
  group.elect(group.node(2));
  assert.deepEqual(here.response, { result: true });
  assert.deepEqual(there.response, { result: true });
  assert.ok(read.response?.fs);
  assert.equal(group.node(3).router.waitingCount, 0);
});

test('when no leader comes, the client is told to look for one, in the words it knows', () => {
  const group = new TestGroup();
  group.loseLeader();
  const plain = group.node(2).call('mkdirs', mkdirs('/a'));
  const observing = group.node(2).call('mkdirs', mkdirs('/a'), { stateId: 1 });
  group.clock.advance(4900);
  assert.deepEqual([plain, observing], [{}, {}]);
  group.clock.advance(200);
  assert.equal(plain.refusal?.code, 'StandbyException');
  assert.equal(observing.refusal?.code, 'ObserverRetryOnActiveException');
  assert.equal(group.node(2).router.counts.sentBack, 2);
});

test('a change whose answer was lost with the leader gets the same answer from the next', () => {
  const group = new TestGroup();
  group.node(1).deaf = true;
  const heard = group.node(2).call('create', create('/f'), { callId: 9 });
  assert.deepEqual(heard, {});
  const made = group.node(3).machine.appliedIndex;
  group.loseLeader();
  group.elect(group.node(3));
  assert.equal(heard.refusal, undefined);
  assert.equal(heard.response?.fs?.length, 0);
  assert.ok((heard.stateId ?? 0) > made);
  assert.equal(exists(group.node(2), '/f').response?.fs === undefined, false);
});

test('changes in flight at a leader that steps down go to the next, whether they were committed or not', () => {
  for (const committed of [false, true]) {
    const group = new TestGroup();
    group.flows = false;
    const made = group.node(1).call('create', create('/f'), { callId: 3 });
    const folder = group.node(1).call('mkdirs', mkdirs('/d'), { callId: 4 });
    assert.deepEqual([made, folder], [{}, {}]);
    group.flows = true;
    group.loseLeader(committed);
    assert.deepEqual([made, folder], [{}, {}]);
    group.elect(group.node(2));
    assert.deepEqual(folder.response, { result: true });
    assert.equal(made.refusal, undefined);
    assert.ok(made.response?.fs);
  }
});

test('what the retry cache could not know again is not repeated', () => {
  const group = new TestGroup();
  group.flows = false;
  const heard = group.node(1).call('create', create('/f'), { clientId: new Uint8Array(0), callId: 3 });
  group.loseLeader();
  assert.equal(heard.refusal?.code, 'StandbyException');
});

test('a leader whose lease has run out answers nothing that another leader may have made old', () => {
  const group = new TestGroup();
  const paused = group.node(1);
  paused.lags = true;
  group.leader = group.node(2);
  group.node(2).hears(group.node(2));
  group.node(3).hears(group.node(2));
  assert.deepEqual(group.node(2).call('mkdirs', mkdirs('/new')).response, { result: true });
  paused.hasLease = false;
  const reads = [exists(paused, '/new'), exists(paused, '/new', 1), paused.call('mkdirs', mkdirs('/x'))];
  assert.deepEqual(reads, [{}, {}, {}]);
  paused.hears(group.node(2));
  assert.ok(reads.slice(0, 2).every((read) => (read.response as { fs?: unknown } | undefined)?.fs !== undefined));
  assert.deepEqual(reads[2]?.response, { result: true });
});

test('nor does it as a follower, before it has what the next leader has done', () => {
  const group = new TestGroup();
  const paused = group.node(1);
  paused.lags = true;
  group.leader = group.node(2);
  group.node(2).hears(group.node(2));
  group.node(2).call('mkdirs', mkdirs('/new'));
  paused.hears(group.node(2));
  const heard = exists(paused, '/new', 1);
  assert.deepEqual(heard, {});
  paused.catchUp(true);
  assert.ok(heard.response?.fs);
  group.node(2).call('mkdirs', mkdirs('/newer'));
  assert.equal(exists(paused, '/newer', 1).response?.fs, undefined);
});

test('a block of which a follower knows no replica is left to the leader', () => {
  const group = new TestGroup();
  const leader = group.node(1);
  for (const node of [leader, group.node(2)]) registerDatanode(node);
  leader.call('create', create('/f'), { callId: 1 });
  const added = leader.call('addBlock', {
    ...{ src: '/f', clientName: 'writer', excludeNodes: [], favoredNodes: [], flags: [] },
  });
  assert.equal(added.refusal, undefined);
  const request = { src: '/f', offset: 0, length: 1 << 20 };
  const stateId = group.log.length;
  const known = group.node(2).call('getBlockLocations', request, { stateId });
  assert.equal(known.response?.locations?.lastBlock?.locs.length, 1);
  assert.equal(group.node(2).router.counts.readsForwarded, 0);
  const unknown = group.node(3).call('getBlockLocations', request, { stateId });
  assert.equal(unknown.response?.locations?.lastBlock?.locs.length, 1);
  assert.equal(group.node(3).router.counts.readsForwarded, 1);
});

test('a follower keeps reports of blocks that it has yet to apply, and goes on with their file when it leads', () => {
  const group = new TestGroup();
  const [leader, next] = [group.node(1), group.node(2)];
  for (const node of group.nodes) registerDatanode(node);
  leader.call('create', create('/f'), { callId: 1 });
  next.lags = true;
  const wishes = { excludeNodes: [], favoredNodes: [], flags: [] };
  const { b } = leader.call('addBlock', { src: '/f', clientName: 'writer', ...wishes }).response!.block;
  const block = { id: b.blockId as BlockId, stamp: b.generationStamp as GenerationStamp, lengthBytes: 5 };
  const entry = { block, status: 'RECEIVED', deleteHint: '', print: undefined, verified: false } as const;
  for (const { blocks } of [leader, next]) {
    blocks.fromDatanodes.incrementalReport('dn', STORAGE, [entry], group.clock.monotonicMs());
  }
  next.lags = false;
  next.catchUp();
  group.elect(next);
  group.clock.advance(1);
  next.blocks.tick(group.clock.monotonicMs(), 100);
  const last = { ...b, numBytes: 5 };
  const completed = group.node(3).call('complete', { src: '/f', clientName: 'writer', last });
  assert.deepEqual(completed.response, { result: true });
  const closed = group.node(3).call('isFileClosed', { src: '/f' }, { stateId: completed.stateId! });
  assert.deepEqual(closed.response, { result: true });
});

test('a leader that has just started lets its clients wait for its datanodes', () => {
  const group = new TestGroup(2);
  const next = group.node(2);
  group.elect(next);
  const [here, there] = [next.call('mkdirs', mkdirs('/here')), group.node(3).call('mkdirs', mkdirs('/there'))];
  group.clock.advance(1000);
  assert.deepEqual([here, there], [{}, {}]);
  registerDatanode(next);
  next.blocks.tick(group.clock.monotonicMs(), 100);
  group.clock.advance(30);
  assert.deepEqual([here.response, there.response], [{ result: true }, { result: true }]);
});

test('and tells them why when none comes', () => {
  const group = new TestGroup(2);
  group.elect(group.node(2));
  const heard = group.node(2).call('mkdirs', mkdirs('/here'));
  group.clock.advance(5100);
  assert.equal(heard.refusal?.code, 'RetriableException');
  assert.match(String(heard.refusal?.message), /SafeModeException: Cannot create directory/);
});

test('a leader whose lease has run out gives datanodes no orders, and keeps them', () => {
  const { blocks, cluster } = new TestGroup().node(1);
  registerDatanode({ blocks, cluster });
  const datanode = blocks.datanodes.get('dn')!;
  datanode.invalidates.push(7 as BlockId, 1001 as GenerationStamp);
  const ordersOf = (withholdOrders: boolean): string[] =>
    beat({ blocks, cluster }, withholdOrders).commands.map(({ kind }) => kind);
  assert.deepEqual(ordersOf(true), []);
  assert.deepEqual(ordersOf(false), ['invalidate']);
});

const STORAGE = { id: 'DS-1', type: StorageTypeProto.DISK, health: 'NORMAL' } as const;

function registerDatanode({ blocks, cluster }: Pick<TestNode, 'blocks' | 'cluster'>): void {
  const nowMs = cluster.clock.monotonicMs();
  const names = { hostName: 'dn', peerHostName: 'dn', softwareVersion: '3.4.1' };
  const ports = { xferPort: 9866, infoPort: 9864, infoSecurePort: 0, ipcPort: 9867 };
  blocks.fromDatanodes.register({ uuid: 'dn', ipAddr: '10.0.0.1', ...names, ...ports }, nowMs);
  beat({ blocks, cluster }, false);
}

function beat({ blocks, cluster }: Pick<TestNode, 'blocks' | 'cluster'>, withholdOrders: boolean) {
  const space = { capacityBytes: 1e12, usedBytes: 0, remainingBytes: 1e12, blockPoolUsedBytes: 0, nonDfsUsedBytes: 0 };
  const load = { xceiverCount: 0, xmitsInProgress: 0, failedVolumes: 0, cacheCapacityBytes: 0, cacheUsedBytes: 0 };
  const reports = [{ storage: STORAGE, failed: false, ...space }];
  const report = { ...load, reports, requestFullReportLease: false, withholdOrders };
  return blocks.fromDatanodes.heartbeat('dn', '10.0.0.1', 9866, report, cluster.clock.monotonicMs());
}

test('access times of files read at a follower become due at the leader', () => {
  const group = new TestGroup();
  group.node(1).call('create', create('/f'));
  group.clock.advance(3_600_001);
  const heard = group.node(2).call('getBlockLocations', { src: '/f', offset: 0, length: 1 }, { stateId: 1 });
  assert.ok(heard.response);
  group.clock.advance(1000);
  assert.equal(group.node(1).touched.length, 1);
  group.clock.advance(1000);
  const status = group.node(3).call('getFileInfo', { src: '/f' }).response?.fs;
  assert.ok(Number(status?.access_time) > Number(status?.modification_time));
});

test('a new leader takes all leases as just renewed', () => {
  const group = new TestGroup();
  const next = group.node(2);
  next.leases.renew('writer', group.clock.monotonicMs());
  group.clock.advance(100_000);
  assert.equal(next.leases.softExpired('writer', group.clock.monotonicMs()), true);
  group.elect(next);
  assert.equal(next.leases.softExpired('writer', group.clock.monotonicMs()), false);
});

test('every replica follows the safe mode of the log', () => {
  const group = new TestGroup();
  group.node(2).call('setSafeMode', { action: 2, checked: false }, { user: 'root' });
  const states = (): boolean[] => group.nodes.map(({ blocks }) => blocks.safeMode.manuallyOn);
  assert.deepEqual(states(), [true, true, true]);
  group.node(3).call('setSafeMode', { action: 1, checked: false }, { user: 'root' });
  assert.deepEqual(states(), [false, false, false]);
});

test('calls that wait are bounded', () => {
  const group = new TestGroup();
  group.loseLeader();
  const heard = Array.from({ length: 101 }, () => group.node(2).call('mkdirs', mkdirs('/a')));
  assert.deepEqual(
    heard.map(({ refusal }) => refusal?.code).filter((code) => code !== undefined),
    ['StandbyException'],
  );
});

test('calls of strangers are not carried out', () => {
  const group = new TestGroup();
  const heard: string[] = [];
  const message = {
    ...{ clusterId: 'CID-1', member: 9, method: 'mkdirs', request: new Uint8Array(0), user: 'root' },
    ...{ clientId: new Uint8Array(0), callId: 1, retryCount: 0, clientAddress: '' },
  };
  const sink = { reply: () => heard.push('carried out'), fail: ({ code }: { code: string }) => heard.push(code) };
  group.node(1).forwarded.forward(message, sink);
  group.node(1).forwarded.forward({ ...message, member: 2, clusterId: 'CID-2' }, sink);
  group.node(1).forwarded.forward({ ...message, member: 2 }, sink);
  group.node(1).forwarded.forward({ ...message, member: 2, method: 'toString' }, sink);
  assert.deepEqual(heard, [
    'UnregisteredNodeException',
    'AccessControlException',
    'IOException',
    'RpcNoSuchMethodException',
  ]);
});

test('clients of a namenode that was removed from the group, and may not know it yet, are sent elsewhere', () => {
  const group = new TestGroup();
  group.node(3).isMember = false;
  assert.equal(group.node(3).call('mkdirs', mkdirs('/a')).refusal?.code, 'StandbyException');
});

test('closing sends back what waits', () => {
  const group = new TestGroup();
  group.loseLeader();
  const held = group.node(2).call('mkdirs', mkdirs('/a'));
  const behind = exists(group.node(2), '/', 99);
  group.node(2).router.close();
  assert.equal(held.refusal?.code, 'StandbyException');
  assert.equal(behind.refusal?.code, 'ObserverRetryOnActiveException');
});
