import assert from 'node:assert/strict';
import net from 'node:net';
import { after, test } from 'node:test';
import { Failure, isFailure } from '@rfs/base/failure';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { causeOf, failure, retriable } from '../exceptions/index.js';
import { HAServiceStateProto } from '../messages/index.js';
import {
  ClientIdentity,
  callAsync,
  type Handlers,
  ProtocolTable,
  protocols,
  ReconnectingRpcClient,
  RpcClient,
  type RpcClientOptions,
  RpcServer,
} from './index.js';

type ClientHandlers = Handlers<typeof protocols.client.methods>;

const cleanUps: (() => unknown)[] = [];
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

function close(server: RpcServer): Promise<void> {
  return new Promise((done) => server.close(done));
}

async function serve(handlers: ClientHandlers, stateId?: () => number, port = 0): Promise<RpcServer> {
  const table = new ProtocolTable().add(protocols.client, handlers);
  const server = await new Promise<RpcServer | Error>((done) =>
    RpcServer.listen({ host: '127.0.0.1', port, table, clock: new VirtualClock(), ...(stateId && { stateId }) }, done),
  );
  assert.ok(server instanceof RpcServer, String(server));
  cleanUps.push(() => close(server));
  return server;
}

function optionsFor(port: number, more: Partial<RpcClientOptions> = {}): RpcClientOptions {
  return {
    host: '127.0.0.1',
    port,
    user: 'alice',
    protocol: protocols.client,
    identity: new ClientIdentity(seededRandom(1)),
    clock: new VirtualClock(),
    ...more,
  };
}

async function connect(port: number, more: Partial<RpcClientOptions> = {}): Promise<RpcClient> {
  const client = await new Promise<RpcClient | Failure>((done) => RpcClient.connect(optionsFor(port, more), done));
  assert.ok(client instanceof RpcClient, String(client));
  cleanUps.push(() => client.close());
  return client;
}

test('many calls at once, each gets its own answer', async () => {
  const server = await serve({
    getPreferredBlockSize: (call, { filename }) => call.reply({ bsize: Number(filename) }),
  });
  const client = await connect(server.port);
  const numbers = Array.from({ length: 2000 }, (_, index) => index);
  const answers = await Promise.all(
    numbers.map((n) => callAsync(client, protocols.client, 'getPreferredBlockSize', { filename: String(n) })),
  );
  assert.deepEqual(
    answers.map((answer) => (isFailure(answer) ? answer : answer.bsize)),
    numbers,
  );
  assert.equal(client.inFlight, 0);
});

test('a refusal comes back as the failure that was sent', async () => {
  const server = await serve({
    getPreferredBlockSize: (call) => call.fail(retriable(failure('SafeModeException', 'not yet'))),
    mkdirs: (call) => call.fail(failure('AccessControlException', 'Permission denied: user=alice')),
  });
  const client = await connect(server.port);
  const denied = await callAsync(client, protocols.client, 'mkdirs', {
    src: '/a',
    masked: { perm: 0o755 },
    createParent: true,
  });
  assert.deepEqual(denied, new Failure('AccessControlException', 'Permission denied: user=alice'));
  const later = await callAsync(client, protocols.client, 'getPreferredBlockSize', { filename: '/a' });
  assert.ok(isFailure(later));
  assert.equal(later.code, 'RetriableException');
  assert.deepEqual(causeOf(later), new Failure('SafeModeException', 'not yet'));
  const unknown = await callAsync(client, protocols.namenode, 'getBlockKeys', {});
  assert.ok(isFailure(unknown));
  assert.equal(unknown.code, 'RpcNoSuchProtocolException');
});

test('the highest state id of any answer, a refusal too, is shown with the next call, whatever server it goes to', async () => {
  const shown: number[] = [];
  let answerFrom = 7;
  const handlers: ClientHandlers = {
    msync: (call) => {
      shown.push(call.stateId);
      call.reply({});
    },
    getPreferredBlockSize: (call) => call.fail(failure('IOException', 'no'), 1000),
  };
  const identity = new ClientIdentity(seededRandom(1));
  const one = await connect((await serve(handlers, () => answerFrom)).port, { identity });
  await callAsync(one, protocols.client, 'msync', {});
  assert.equal(identity.stateId, 7);
  await callAsync(one, protocols.client, 'getPreferredBlockSize', { filename: '/a' });
  answerFrom = 5;
  const other = await connect((await serve(handlers, () => answerFrom)).port, { identity });
  await callAsync(other, protocols.client, 'msync', {});
  await callAsync(other, protocols.client, 'msync', {});
  assert.deepEqual(shown, [-1, 1000, 1000]);
});

test('who is sent away, or asked what is no question of the state, has seen nothing of it', async () => {
  const shown: number[] = [];
  const handlers: ClientHandlers = {
    getHAServiceState: (call) => call.reply({ state: HAServiceStateProto.OBSERVER }),
    msync: (call) => {
      shown.push(call.stateId);
      call.fail(failure(shown.length === 1 ? 'StandbyException' : 'ObserverRetryOnActiveException', 'elsewhere'));
    },
  };
  const identity = new ClientIdentity(seededRandom(1));
  const client = await connect((await serve(handlers, () => 7)).port, { identity });
  await callAsync(client, protocols.client, 'msync', {});
  await callAsync(client, protocols.client, 'msync', {});
  await callAsync(client, protocols.client, 'getHAServiceState', {}, { ofNoState: true });
  await callAsync(client, protocols.client, 'msync', {});
  assert.deepEqual(shown, [-1, -1, -1]);
});

test('an answer can be passed on from another server, with its state id', async () => {
  const server = await serve({ getPreferredBlockSize: (call) => call.replyBytes(Buffer.from([8, 42]), 99) }, () => 1);
  const identity = new ClientIdentity(seededRandom(1));
  const client = await connect(server.port, { identity });
  assert.deepEqual(await callAsync(client, protocols.client, 'getPreferredBlockSize', { filename: '/' }), {
    bsize: 42,
  });
  assert.equal(identity.stateId, 99);
});

test('a repeated call keeps its id and says which attempt it is', async () => {
  const seen: number[][] = [];
  const server = await serve({
    msync: (call) => {
      seen.push([call.callId, call.retryCount]);
      call.reply({});
    },
  });
  const client = await connect(server.port);
  await callAsync(client, protocols.client, 'msync', {});
  await callAsync(client, protocols.client, 'msync', {}, { callId: 0, retryCount: 1 });
  await callAsync(client, protocols.client, 'msync', {});
  assert.deepEqual(seen, [
    [0, 0],
    [0, 1],
    [1, 0],
  ]);
});

test('what is only told is carried out in order and not answered', async () => {
  const heard: string[] = [];
  const server = await serve({
    mkdirs: (call, { src }) => {
      heard.push(src);
      call.end();
    },
    getFileInfo: (call) => call.reply({}),
  });
  const client = await connect(server.port);
  const mkdirs = (src: string) => ({ src, masked: { perm: 0o755 }, createParent: true });
  client.tell(protocols.client, 'mkdirs', mkdirs('/a'));
  client.tell(protocols.client, 'mkdirs', mkdirs('/b'));
  assert.equal(client.inFlight, 0);
  await callAsync(client, protocols.client, 'getFileInfo', { src: '/' });
  assert.deepEqual(heard, ['/a', '/b']);
  assert.equal(server.stats.callsInFlight, 0);
});

test('a call without an answer ends in time, others go on', async () => {
  const server = await serve({ msync: () => undefined, getPreferredBlockSize: (call) => call.reply({ bsize: 1 }) });
  const clock = new VirtualClock();
  const client = await connect(server.port, { clock, callTimeoutMs: 5000 });
  const lost = callAsync(client, protocols.client, 'msync', {});
  await callAsync(client, protocols.client, 'getPreferredBlockSize', { filename: '/' });
  clock.advance(5000);
  const result = await lost;
  assert.ok(isFailure(result));
  assert.equal(result.code, 'SocketTimeoutException');
  assert.ok(client.open);
  assert.deepEqual(await callAsync(client, protocols.client, 'getPreferredBlockSize', { filename: '/' }), { bsize: 1 });
});

test('when the server goes, waiting calls end with EOFException and later ones with ConnectException', async () => {
  let arrived: () => void = () => undefined;
  const server = await serve({ msync: () => arrived() });
  const closed = new Promise<Failure>((resolve) => {
    connect(server.port, { onClosed: resolve }).then(async (client) => {
      const waits = new Promise<void>((resolve2) => {
        arrived = resolve2;
      });
      const result = callAsync(client, protocols.client, 'msync', {});
      await waits;
      server.close(() => undefined);
      const lost = await result;
      assert.ok(isFailure(lost));
      assert.equal(lost.code, 'EOFException');
      const after = await callAsync(client, protocols.client, 'msync', {});
      assert.ok(isFailure(after));
      assert.equal(after.code, 'ConnectException');
    });
  });
  assert.equal((await closed).code, 'EOFException');
});

test('bytes that are no answer end the connection', async () => {
  const liar = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(Buffer.from([0, 0, 0, 5, 4, 1, 2, 3, 4]));
  });
  await new Promise<void>((done) => liar.listen(0, '127.0.0.1', done));
  cleanUps.push(() => liar.close());
  const client = await connect((liar.address() as net.AddressInfo).port);
  const result = await callAsync(client, protocols.client, 'msync', {});
  assert.ok(isFailure(result));
  assert.ok(!client.open);
});

test('a reconnecting client connects when needed, pauses after a failure and finds the server again', async () => {
  const handlers: ClientHandlers = { msync: (call) => call.reply({}) };
  const first = await serve(handlers);
  const { port } = first;
  const clock = new VirtualClock();
  const caller = new ReconnectingRpcClient(optionsFor(port, { clock }), { firstMs: 100, maxMs: 400 });
  cleanUps.push(() => caller.close());
  const both = await Promise.all([
    callAsync(caller, protocols.client, 'msync', {}),
    callAsync(caller, protocols.client, 'msync', {}),
  ]);
  assert.deepEqual(both, [{}, {}]);
  assert.equal(first.stats.connections, 1);
  await close(first);
  let down = await callAsync(caller, protocols.client, 'msync', {});
  while (!isFailure(down) || down.code !== 'ConnectException')
    down = await callAsync(caller, protocols.client, 'msync', {});
  await serve(handlers, undefined, port);
  assert.deepEqual(await callAsync(caller, protocols.client, 'msync', {}), down, 'still in the pause');
  clock.advance(100);
  assert.deepEqual(await callAsync(caller, protocols.client, 'msync', {}), {});
  assert.ok(caller.connected);
});

test('a server that owes an answer and gives no sign of life is left; one that gives it is waited for', async () => {
  const clock = new VirtualClock();
  const witness = await connect((await serve({ msync: (call) => call.reply({}) })).port);
  let hangs = false;
  let asked = 0;
  const server = await serve({
    getPreferredBlockSize: () => undefined,
    getHAServiceState: (call) => {
      asked++;
      if (!hangs) call.reply({ state: 0 });
    },
  });
  const client = await connect(server.port, {
    clock,
    signOfLife: {
      silenceMs: 100,
      ask: (to, done, timeoutMs) => to.call(protocols.client, 'getHAServiceState', {}, done, { timeoutMs }),
    },
  });
  const ended: unknown[] = [];
  client.call(protocols.client, 'getPreferredBlockSize', { filename: '/a' }, (answer) => {
    ended.push(answer);
  });
  // What is under way arrives before the answers to another one's calls: a busy machine's network may be slow.
  const pass = async (ms: number): Promise<void> => {
    for (let i = 0; i < ms; i += 10) {
      clock.advance(10);
      for (let turns = 0; turns < 5; turns++) await callAsync(witness, protocols.client, 'msync', {});
    }
  };
  await pass(1000);
  assert.ok(asked >= 4, String(asked));
  assert.deepEqual(ended, []);
  hangs = true;
  await pass(310);
  assert.equal((ended[0] as Failure | undefined)?.code, 'EOFException');
  assert.equal(client.open, false);
});
