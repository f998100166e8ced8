import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ByteWriter } from '@rfs/base/bytes';
import { isFailure } from '@rfs/base/failure';
import { seededRandom, systemClock } from '@rfs/base/system';
import { failure, type HdfsFailure } from '@rfs/protocol/exceptions';
import { encodeMkdirsResponseProto } from '@rfs/protocol/messages';
import { ClientIdentity, ProtocolTable, RpcServer } from '@rfs/protocol/rpc';
import type { ForwardedAccessesProto, ForwardedCallProto } from '../../generated/forward.js';
import type { Member } from '../../replication/index.js';
import { LeaderLink } from './leader-link.js';
import { forwardProtocol } from './protocol.js';
import { RoutedCall } from './routed-call.js';
import { Route } from './routes.js';

const cleanUps: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

/** A namenode that notes what is passed on to it, and answers as `answer` says; undefined for never. */
async function leaderThat(answer: (call: ForwardedCallProto) => Uint8Array | HdfsFailure | undefined) {
  const calls: ForwardedCallProto[] = [];
  const accesses: ForwardedAccessesProto[] = [];
  const table = new ProtocolTable().add(forwardProtocol, {
    forward: (call, request) => {
      calls.push(request);
      const found = answer(request);
      if (found === undefined) return;
      if (isFailure(found)) call.fail(found);
      else call.reply({ response: found }, 77);
    },
    touchAccessTimes: (call, request) => {
      accesses.push(request);
      call.reply({});
    },
  });
  const server = await new Promise<RpcServer>((resolve, reject) => {
    RpcServer.listen({ host: '127.0.0.1', port: 0, table, clock: systemClock, stateId: () => 5 }, (result) =>
      result instanceof Error ? reject(result) : resolve(result),
    );
  });
  cleanUps.push(() => new Promise<void>((done) => server.close(done)));
  const rpc = `127.0.0.1:${server.port}`;
  const member: Member = { id: 2, name: 'nn2', role: 'namenode', rpc, http: '' };
  return { calls, accesses, member };
}

function link(clusterId = 'CID-1'): LeaderLink {
  const identity = new ClientIdentity(seededRandom(3));
  const parts = { group: { self: 9 }, clock: systemClock, identity, user: 'hdfs', clusterId: () => clusterId };
  const made = new LeaderLink(parts);
  cleanUps.push(() => made.close());
  return made;
}

function mkdirs(src: string): RoutedCall {
  const context = {
    user: 'alice',
    realUser: 'proxy',
    clientId: new Uint8Array(16).fill(4),
    callId: 11,
    retryCount: 2,
    clientAddress: '10.0.0.7',
    callerContext: 'job_1',
    stateId: 41,
  };
  const request = { src, masked: { perm: 0o755 }, createParent: true };
  const nobody = { readable: () => undefined, unreadable: () => undefined, turnedAway: () => undefined };
  const sink = { reply: () => undefined, fail: () => undefined };
  return new RoutedCall('mkdirs', request, context, Route.LEADER, false, sink, nobody);
}

function forward(by: LeaderLink, leader: Member, call: RoutedCall) {
  return new Promise<{ answer: Uint8Array | HdfsFailure; stateId: number }>((resolve) => {
    by.forward(leader, call, (answer, stateId) => resolve({ answer, stateId }));
  });
}

function yes(): Uint8Array {
  const writer = new ByteWriter(8);
  encodeMkdirsResponseProto(writer, { result: true });
  return writer.copy();
}

test('a call goes whole to the leader, and its answer comes back with the state it was read from', async () => {
  const { calls, member } = await leaderThat(yes);
  const way = link();
  const heard = await Promise.all(['/a', '/b'].map((src) => forward(way, member, mkdirs(src))));
  for (const { answer, stateId } of heard) {
    assert.deepEqual([...(answer as Uint8Array)], [...yes()]);
    assert.equal(stateId, 77);
  }
  const [first, second] = calls;
  assert.notDeepEqual(first?.request, second?.request);
  const { request: _request, ...rest } = first!;
  assert.deepEqual(
    { ...rest, clientId: [...rest.clientId] },
    {
      clusterId: 'CID-1',
      member: 9,
      method: 'mkdirs',
      user: 'alice',
      realUser: 'proxy',
      clientId: Array.from({ length: 16 }, () => 4),
      callId: 11,
      retryCount: 2,
      clientAddress: '10.0.0.7',
      callerContext: 'job_1',
      stateId: 41,
    },
  );
  assert.equal(way.inFlight, 0);
});

test('a refusal comes back by its code', async () => {
  const { member } = await leaderThat(() => failure('AccessControlException', 'no'));
  const { answer } = await forward(link(), member, mkdirs('/a'));
  assert.equal((answer as HdfsFailure).code, 'AccessControlException');
});

test('calls that a former leader still has end when another leads', async () => {
  const silent = await leaderThat(() => undefined);
  const next = await leaderThat(yes);
  const way = link();
  const lost = forward(way, silent.member, mkdirs('/a'));
  while (silent.calls.length < 1) await new Promise((done) => setImmediate(done));
  way.turnTo(silent.member);
  assert.equal(way.inFlight > 0, true);
  way.turnTo(next.member);
  assert.equal(((await lost).answer as HdfsFailure).code, 'EOFException');
  assert.ok((await forward(way, next.member, mkdirs('/c'))).answer instanceof Uint8Array);
});

test('calls that a leader still has end when nobody is known to lead any more', async () => {
  const silent = await leaderThat(() => undefined);
  const way = link();
  const lost = forward(way, silent.member, mkdirs('/a'));
  while (silent.calls.length < 1) await new Promise((done) => setImmediate(done));
  way.turnTo(undefined);
  assert.equal(((await lost).answer as HdfsFailure).code, 'EOFException');
});

test('nothing is sent to an unknown filesystem, nor once it is closed, and nobody is reached where nobody listens', async () => {
  const { member, calls } = await leaderThat(yes);
  const closed = link();
  closed.close();
  const gone = { ...member, rpc: '127.0.0.1:1' };
  const heard = [
    await forward(link(''), member, mkdirs('/a')),
    await forward(closed, member, mkdirs('/a')),
    await forward(link(), gone, mkdirs('/a')),
  ];
  for (const { answer } of heard) assert.equal((answer as HdfsFailure).code, 'ConnectException');
  assert.equal(calls.length, 0);
});

test('the leader hears of files that were read elsewhere', async () => {
  const { accesses, member } = await leaderThat(yes);
  const way = link();
  way.touchAccessTimes(member, [16_386, 2 ** 40]);
  await forward(way, member, mkdirs('/a'));
  assert.deepEqual(accesses, [{ clusterId: 'CID-1', member: 9, inodeIds: [16_386, 2 ** 40] }]);
});
