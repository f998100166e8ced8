import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { ByteReader, ByteWriter } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { failure, retriable } from '../exceptions/index.js';
import { decodeRpcSaslProto, encodeRpcSaslProto } from '../messages/index.js';
import { ProtocolTable, protocols, type RpcCall, type RpcLimits, RpcServer, type RpcServerOptions } from './index.js';
import { type Answer, CLIENT_ID, context, frame, getFileInfo, hello, Raw } from './raw-client.fixture.js';

const STATUS = { SUCCESS: 0, ERROR: 1, FATAL: 2 };

type FileInfoCall = RpcCall<{ fs?: undefined }>;
type Handle = (call: FileInfoCall, src: string) => void;

const servers: RpcServer[] = [];
after(async () => {
  for (const server of servers) await new Promise<void>((done) => server.close(done));
});

/** A server whose getFileInfo is answered by `handle`. */
function serve(handle: Handle, limits?: Partial<RpcLimits>, more?: Partial<RpcServerOptions>): Promise<RpcServer> {
  const table = new ProtocolTable().add(protocols.client, {
    getFileInfo: (call, request) => handle(call as FileInfoCall, request.src),
    getListing: () => assert.fail('nobody lists here'),
  });
  const clock = new VirtualClock();
  return new Promise((resolve, reject) => {
    RpcServer.listen({ host: '127.0.0.1', port: 0, table, clock, ...(limits && { limits }), ...more }, (result) => {
      if (result instanceof Error) return reject(result);
      servers.push(result);
      resolve(result);
    });
  });
}

const echo: Handle = (call) => call.reply({});

async function expectAlive(server: RpcServer): Promise<void> {
  const good = new Raw(server).send(hello(), context(), getFileInfo(7, '/still/there'));
  assert.equal((await good.answer())?.header.callId, 7);
  good.socket.destroy();
}

test('an answer echoes client id, call id and retry count, and carries the state id', async () => {
  const server = await serve(echo, {}, { stateId: () => 4711 });
  const client = new Raw(server).send(hello(), context(), getFileInfo(3, '/a', { retryCount: 2 }));
  const { header, body } = (await client.answer()) as Answer;
  assert.equal(header.callId, 3);
  assert.equal(header.status, STATUS.SUCCESS);
  assert.equal(header.serverIpcVersionNum, 9);
  assert.equal(header.retryCount, 2);
  assert.equal(header.stateId, 4711);
  assert.deepEqual(Buffer.from(header.clientId as Uint8Array), CLIENT_ID);
  assert.deepEqual([...body], [0]);
  client.socket.destroy();
});

test('every answered call is told of, with the time that it took and whether it failed', async () => {
  const clock = new VirtualClock();
  const told: unknown[] = [];
  const handle: Handle = (call, src) => {
    clock.advance(5);
    if (src === '/bad') call.fail(failure('FileNotFoundException', 'none'));
    else call.reply({});
  };
  const onCall: RpcServerOptions['onCall'] = ({ name }, tookMs, failed) => void told.push([name, tookMs, failed]);
  const server = await serve(handle, {}, { clock, onCall });
  const client = new Raw(server).send(hello(), context(), getFileInfo(1, '/a'));
  await client.answer();
  await client.send(getFileInfo(2, '/bad')).answer();
  assert.deepEqual(told, [
    ['getFileInfo', 5, false],
    ['getFileInfo', 5, true],
  ]);
  client.socket.destroy();
});

test('a call knows who calls', async () => {
  const calls: FileInfoCall[] = [];
  const server = await serve((call) => {
    calls.push(call);
    call.reply({});
  });
  const client = new Raw(server).send(
    hello(),
    context('bob/host@REALM', 'oozie'),
    getFileInfo(1, '/a', { retryCount: 5, stateId: 12, callerContext: { context: 'job_1' } }),
    getFileInfo(2, '/a', { stateId: -(2 ** 63) }),
  );
  await client.answer();
  await client.answer();
  const [first, second] = calls;
  assert.equal(first?.user, 'bob');
  assert.equal(first.realUser, 'oozie');
  assert.equal(first.callId, 1);
  assert.equal(first.retryCount, 5);
  assert.equal(first.stateId, 12);
  assert.equal(first.callerContext, 'job_1');
  assert.equal(first.clientAddress, '127.0.0.1');
  assert.deepEqual(Buffer.from(first.clientId), CLIENT_ID);
  assert.equal(second?.stateId, -1);
  assert.equal(second.callerContext, undefined);
  assert.equal(second.clientId, first.clientId);
  client.socket.destroy();
});

test('answers may come late, in any order, and after the client has gone', async () => {
  const waiting: FileInfoCall[] = [];
  let arrived: () => void = () => undefined;
  const server = await serve((call) => {
    waiting.push(call);
    if (waiting.length === 3) arrived();
  });
  const all = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const client = new Raw(server).send(hello(), context());
  for (const id of [1, 2, 3]) client.send(getFileInfo(id, '/a'));
  await all;
  waiting[2]?.reply({});
  waiting[0]?.fail(failure('FileNotFoundException', 'File does not exist: /a'));
  const third = (await client.answer()) as Answer;
  const first = (await client.answer()) as Answer;
  assert.equal(third.header.callId, 3);
  assert.equal(first.header.callId, 1);
  assert.equal(first.header.status, STATUS.ERROR);
  assert.equal(first.header.exceptionClassName, 'java.io.FileNotFoundException');
  assert.equal(first.header.errorMsg, 'File does not exist: /a');
  assert.equal(first.header.errorDetail, 1);
  client.socket.destroy();
  const left = new Raw(server).send(hello(), context(), getFileInfo(9, '/b'));
  left.socket.end();
  await left.end();
  waiting[1]?.reply({});
  assert.throws(() => waiting[1]?.reply({}), /answered twice/);
});

test('a wrapped exception stands in the text as class and message', async () => {
  const server = await serve((call) => call.fail(retriable(failure('SafeModeException', 'wait'))));
  const client = new Raw(server).send(hello(), context(), getFileInfo(1, '/a'));
  const { header } = (await client.answer()) as Answer;
  assert.equal(header.exceptionClassName, 'org.apache.hadoop.ipc.RetriableException');
  assert.equal(header.errorMsg, 'org.apache.hadoop.hdfs.server.namenode.SafeModeException: wait');
  client.socket.destroy();
});

test('unknown methods, protocols and versions are refused, and the connection stays', async () => {
  const server = await serve(echo);
  const client = new Raw(server).send(
    hello(),
    context(),
    getFileInfo(1, '/a', {}, { methodName: 'teleport' }),
    getFileInfo(2, '/a', {}, { declaringClassProtocolName: 'com.example.Other' }),
    getFileInfo(3, '/a', {}, { clientProtocolVersion: 2 }),
    getFileInfo(4, '/a'),
  );
  const expected = [
    ['org.apache.hadoop.ipc.RpcNoSuchMethodException', 2],
    ['org.apache.hadoop.ipc.RpcNoSuchProtocolException', 3],
    ['org.apache.hadoop.ipc.RPC$VersionMismatch', 6],
  ];
  for (const [javaClass, detail] of expected) {
    const { header } = (await client.answer()) as Answer;
    assert.equal(header.status, STATUS.ERROR);
    assert.equal(header.exceptionClassName, javaClass);
    assert.equal(header.errorDetail, detail);
  }
  assert.equal(((await client.answer()) as Answer).header.status, STATUS.SUCCESS);
  client.socket.destroy();
});

test('bytes may arrive in any pieces', async () => {
  const seen: string[] = [];
  const server = await serve((call, src) => {
    seen.push(src);
    call.reply({});
  });
  const long = `/${'x'.repeat(70_000)}`;
  const pieces = [hello(), context(), getFileInfo(0, '/short'), getFileInfo(1, long), getFileInfo(2, '/end')];
  const writer = new ByteWriter();
  for (const piece of pieces) writer.bytes(piece);
  const stream = writer.copy();
  const random = seededRandom(5);
  const client = new Raw(server);
  client.socket.setNoDelay(true);
  for (let at = 0; at < stream.length; ) {
    const end = Math.min(stream.length, at + 1 + random.below(at < 300 ? 3 : 30_000));
    await new Promise<void>((done) => client.socket.write(stream.subarray(at, end), () => done()));
    at = end;
  }
  for (const id of [0, 1, 2]) assert.equal(((await client.answer()) as Answer).header.callId, id);
  assert.deepEqual(seen, ['/short', long, '/end']);
  client.socket.destroy();
});

test('a client that wants SASL is told to go on without, a ping is not answered', async () => {
  const server = await serve(echo);
  const negotiate = frame({ callId: -33, retryCount: -1 }, (w) => encodeRpcSaslProto(w, { state: 1, auths: [] }));
  const client = new Raw(server).send(hello(0xdf), negotiate);
  const { header, body } = (await client.answer()) as Answer;
  assert.equal(header.callId, 2 ** 32 - 33);
  assert.equal(header.status, STATUS.SUCCESS);
  const reader = new ByteReader(body);
  assert.equal(decodeRpcSaslProto(reader, reader.delimitedEnd()).state, 0);
  client.send(context(), frame({ callId: -4, retryCount: -1 }), getFileInfo(1, '/a'));
  assert.equal(((await client.answer()) as Answer).header.callId, 1);
  client.socket.destroy();
});

test('what breaks the rules of a connection is answered FATAL and ends it', async () => {
  const server = await serve(echo, { maxFrameBytes: 100_000 });
  const version8 = Buffer.from([0x68, 0x72, 0x70, 0x63, 8, 0, 0]);
  const cases: [string, Buffer[], string, number][] = [
    ['another version', [version8], 'org.apache.hadoop.ipc.RPC$VersionMismatch', 14],
    ['not hrpc', [Buffer.from('abcdefg')], 'org.apache.hadoop.ipc.RPC$VersionMismatch', 14],
    ['unknown auth', [hello(7)], 'org.apache.hadoop.ipc.IpcException', 15],
    ['no context', [hello(), getFileInfo(1, '/a')], 'org.apache.hadoop.ipc.RpcServerException', 12],
    ['two contexts', [hello(), context(), context()], 'org.apache.hadoop.ipc.RpcServerException', 12],
    ['no user', [hello(), context('')], 'org.apache.hadoop.security.AccessControlException', 15],
    ['no header', [hello(), Buffer.from([0, 0, 0, 0])], 'org.apache.hadoop.ipc.RpcServerException', 13],
    [
      'no rpc op',
      [hello(), context(), getFileInfo(1, '/a', { rpcOp: undefined })],
      'org.apache.hadoop.ipc.RpcServerException',
      12,
    ],
    [
      'rpc kind',
      [hello(), context(), getFileInfo(1, '/a', { rpcKind: 1 })],
      'org.apache.hadoop.ipc.RpcServerException',
      12,
    ],
    ['unknown call', [hello(), context(), frame({ callId: -9 })], 'org.apache.hadoop.ipc.RpcServerException', 12],
    [
      'rubbish behind',
      [hello(), context(), frame({ callId: 1 }, (w) => w.utf8('rubbish'))],
      'org.apache.hadoop.ipc.RpcServerException',
      13,
    ],
  ];
  for (const [name, pieces, javaClass, detail] of cases) {
    const client = new Raw(server).send(...pieces);
    const answer = await client.answer();
    assert.equal(answer?.header.status, STATUS.FATAL, name);
    assert.equal(answer?.header.exceptionClassName, javaClass, name);
    assert.equal(answer?.header.errorDetail, detail, name);
    assert.equal(await client.answer(), null, name);
  }
  await expectAlive(server);
});

test('a browser is told in its own tongue, too long a frame ends the connection', async () => {
  const server = await serve(echo, { maxFrameBytes: 100_000 });
  const browser = new Raw(server).send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await browser.end();
  assert.match(browser.received.toString(), /^HTTP\/1.1 404/);
  const huge = new Raw(server).send(hello(), context(), Buffer.from([0x7f, 0xff, 0xff, 0xff]));
  assert.equal(await huge.answer(), null);
  await expectAlive(server);
});

test('whatever bytes come in, the others are served', async () => {
  const server = await serve(echo, { maxFrameBytes: 1_000_000 });
  const random = seededRandom(20241109);
  for (let round = 0; round < 150; round++) {
    const pieces = [
      hello(),
      context(),
      getFileInfo(1, '/a', { callerContext: { context: 'c' } }),
      getFileInfo(2, '/b'),
    ];
    const writer = new ByteWriter();
    for (const piece of pieces) writer.bytes(piece);
    const stream = writer.copy();
    for (let i = 0; i <= random.below(4); i++) stream[7 + random.below(stream.length - 7)] = random.below(256);
    const client = new Raw(server).send(stream);
    client.socket.end();
    while ((await client.answer()) !== null);
  }
  await expectAlive(server);
  assert.ok(server.stats.malformed > 50);
});

test('a client with too many open calls, or one that does not read, is not read from', async () => {
  const waiting: FileInfoCall[] = [];
  const server = await serve((call) => waiting.push(call), { maxCallsPerConnection: 10 });
  const client = new Raw(server).send(hello(), context());
  const call = getFileInfo(1, `/${'x'.repeat(1000)}`);
  let sent = 0;
  await new Promise<void>((blocked) => {
    const more = (): void => {
      while (client.socket.writableLength < 4_000_000) {
        client.socket.write(call);
        sent++;
      }
      setImmediate(() => (client.socket.writableLength > 3_000_000 && waiting.length >= 10 ? blocked() : more()));
    };
    more();
  });
  assert.ok(waiting.length < sent / 2, `${waiting.length} of ${sent} calls were taken`);
  client.socket.destroy();
  const silent = await serve((each) => each.fail(failure('IOException', 'y'.repeat(100_000))), {
    maxPendingBytes: 1_000_000,
  });
  const deaf = new Raw(silent).send(hello(), context());
  deaf.socket.pause();
  await new Promise<void>((blocked) => {
    const more = (): void => {
      while (deaf.socket.writableLength < 1_000_000) deaf.socket.write(call);
      const before = silent.stats.calls;
      setImmediate(() =>
        deaf.socket.bytesWritten > 0 && before > 0 && silent.stats.calls === before ? settle(before) : more(),
      );
    };
    const settle = (before: number): void => {
      setImmediate(() => (silent.stats.calls === before && deaf.socket.writableLength > 500_000 ? blocked() : more()));
    };
    more();
  });
  deaf.socket.destroy();
});

test('beyond the limit new connections are closed, and an address can be refused', async () => {
  const server = await serve(echo, { maxConnections: 1 });
  const first = new Raw(server).send(hello(), context(), getFileInfo(1, '/a'));
  await first.answer();
  const second = new Raw(server).send(hello());
  await second.end();
  assert.equal(server.stats.connectionsRefused, 1);
  first.socket.destroy();
  const strict = await serve(
    echo,
    {},
    { authorize: (_user, _real, _address, done) => done(failure('AuthorizationException', 'not you')) },
  );
  const refused = new Raw(strict).send(hello(), context('ann', 'hue'));
  assert.equal(
    (await refused.answer())?.header.exceptionClassName,
    'org.apache.hadoop.security.authorize.AuthorizationException',
  );
});

test('calls wait while it is being decided whether their user may act for another', async () => {
  const decisions = new Map<string | undefined, (denied?: Failure) => void>();
  const server = await serve(
    echo,
    {},
    { authorize: (_user, real, _address, done) => decisions.set(real, (denied) => done(denied)) },
  );
  const allowed = new Raw(server).send(hello(), context('ann', 'hue'), getFileInfo(1, '/a'), getFileInfo(2, '/b'));
  const denied = new Raw(server).send(hello(), context('ann', 'bob'), getFileInfo(1, '/a'));
  const own = new Raw(server).send(hello(), context('ann'), getFileInfo(7, '/a'));
  assert.equal((await own.answer())?.header.callId, 7);
  while (decisions.size < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.stats.calls, 1);
  decisions.get('hue')!();
  decisions.get('bob')!(failure('AuthorizationException', 'not you'));
  assert.equal((await allowed.answer())?.header.callId, 1);
  assert.equal((await allowed.answer())?.header.callId, 2);
  assert.equal((await denied.answer())?.header.errorMsg, 'not you');
  await denied.end();
  assert.equal(server.stats.calls, 3);
});

test('a server that retires sends the clients of a protocol away, each once it calls, and takes no new ones', async () => {
  let waiting: FileInfoCall | undefined;
  const clock = new VirtualClock();
  const server = await serve(
    (call, src) => {
      if (src === '/slow') waiting = call;
      else call.reply({});
    },
    {},
    { clock },
  );
  const client = new Raw(server).send(hello(), context(), getFileInfo(1, '/a'), getFileInfo(2, '/slow'));
  assert.equal((await client.answer())?.header.callId, 1);
  let retired = false;
  const { name } = protocols.client;
  server.retire(name, failure('StandbyException', 'ask another one'), 1000, () => {
    retired = true;
  });
  client.send(getFileInfo(3, '/a'));
  const { header } = (await client.answer()) as Answer;
  assert.deepEqual([header.callId, header.exceptionClassName], [3, 'org.apache.hadoop.ipc.StandbyException']);
  clock.advance(100);
  assert.equal(retired, false, 'a call is still being carried out');
  waiting?.reply({});
  assert.equal((await client.answer())?.header.callId, 2);
  clock.advance(100);
  assert.equal(retired, true);
  await assert.rejects(once(connect(server.port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  client.socket.destroy();
});
