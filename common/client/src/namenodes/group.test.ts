import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { clientOptions, loadConfig } from '@rfs/base/config';
import { FailureError } from '@rfs/base/failure';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import { failure, retriable } from '@rfs/protocol/exceptions';
import {
  ClientIdentity,
  callAsync,
  type Handlers,
  ProtocolTable,
  protocols,
  ReconnectingRpcClient,
  type RpcCall,
  RpcServer,
} from '@rfs/protocol/rpc';
import { clientSettings } from '../settings/index.js';
import { namenodesFrom, namenodesOf } from './addresses.js';
import { NamenodeGroup } from './group.js';

type ClientHandlers = Handlers<typeof protocols.client.methods>;
type AnyCall = RpcCall<never>;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Seen {
  readonly callId: number;
  readonly retryCount: number;
  readonly stateId: number;
}

/** A namenode that notes who called, and answers as told. */
class Namenode {
  readonly seen: Seen[] = [];
  server!: RpcServer;
  /** What happens to calls; `undefined` lets them succeed. */
  answer: (call: AnyCall) => 'refused' | 'answered' | undefined = () => undefined;
  stateId = 7;
  /** It takes calls and does nothing. */
  hangs = false;

  static async start(): Promise<Namenode> {
    const node = new Namenode();
    const handlers: ClientHandlers = {
      delete: (call) => node.handle(call as AnyCall, () => call.reply({ result: true })),
      getHAServiceState: (call) => {
        if (!node.hangs) call.reply({ state: 0 });
      },
      getFileInfo: (call) => node.handle(call as AnyCall, () => call.reply({})),
    };
    const table = new ProtocolTable().add(protocols.client, handlers);
    const server = await new Promise<RpcServer | Error>((done) =>
      RpcServer.listen(
        { host: '127.0.0.1', port: 0, table, clock: new VirtualClock(), stateId: () => node.stateId },
        done,
      ),
    );
    assert.ok(server instanceof RpcServer, String(server));
    node.server = server;
    cleanUps.push(() => node.stop());
    return node;
  }

  stop(): Promise<void> {
    return new Promise((done) => this.server.close(done));
  }

  private handle(call: AnyCall, succeed: () => void): void {
    this.seen.push({ callId: call.callId, retryCount: call.retryCount, stateId: call.stateId });
    if (this.answer(call) === undefined) succeed();
  }
}

const standby = (call: AnyCall): 'refused' => {
  call.fail(failure('StandbyException', 'Operation category WRITE is not supported in state standby'));
  return 'refused';
};

function groupOf(nodes: readonly { server: { port: number } }[], clock: VirtualClock): NamenodeGroup {
  const settings = clientSettings(loadConfig(clientOptions, {}));
  const addresses = nodes.map(({ server }) => ({ host: '127.0.0.1', port: server.port }));
  const group = new NamenodeGroup({
    addresses,
    name: 'ns',
    user: 'alice',
    settings,
    clock,
    random: seededRandom(1),
  });
  cleanUps.push(() => group.close());
  return group;
}

/** A call to another namenode and back: what was under way before has arrived, however slow a busy machine's network is. */
async function networkTurns(): Promise<() => Promise<unknown>> {
  const { server } = await Namenode.start();
  const witness = new ReconnectingRpcClient(
    {
      host: '127.0.0.1',
      port: server.port,
      user: 'witness',
      protocol: protocols.client,
      identity: new ClientIdentity(seededRandom(2)),
      clock: new VirtualClock(),
    },
    { firstMs: 0, maxMs: 0 },
  );
  cleanUps.push(() => witness.close());
  return () => callAsync(witness, protocols.client, 'getFileInfo', { src: '/' });
}

/** Lets time pass until the promise is done; the virtual ms that took. */
async function passing<T>(clock: VirtualClock, promise: Promise<T>): Promise<{ value: T; tookMs: number }> {
  const turn = await networkTurns();
  const startMs = clock.monotonicMs();
  let settled = false;
  const done = promise.finally(() => {
    settled = true;
  });
  done.catch(() => undefined);
  for (let turns = 0; !settled; turns++) {
    await turn();
    if (turns > 5) clock.advance(10);
  }
  return { value: await done, tookMs: clock.monotonicMs() - startMs };
}

const erase = { src: '/a', recursive: false };

test('a call goes past standbys without a pause, under the same id, and the next one goes there at once', async () => {
  const clock = new VirtualClock();
  const nodes = [await Namenode.start(), await Namenode.start(), await Namenode.start()];
  nodes[0]!.answer = standby;
  nodes[1]!.answer = standby;
  const group = groupOf(nodes, clock);
  assert.deepEqual(await group.call('delete', erase), { result: true });
  const tries = nodes.map(({ seen }) => seen[0]!);
  assert.deepEqual(
    tries.map(({ retryCount }) => retryCount),
    [0, 1, 2],
  );
  assert.equal(new Set(tries.map(({ callId }) => callId)).size, 1);
  await group.call('delete', erase);
  assert.deepEqual(
    nodes.map(({ seen }) => seen.length),
    [1, 1, 2],
  );
});

test('when all are in standby the pauses grow, and it ends', async () => {
  const clock = new VirtualClock();
  const nodes = [await Namenode.start(), await Namenode.start()];
  for (const node of nodes) node.answer = standby;
  const { value, tookMs } = await passing(clock, groupOf(nodes, clock).attempt('delete', erase));
  assert.equal((value as { code: string }).code, 'StandbyException');
  assert.ok(nodes[0]!.seen.length >= 8, `${nodes[0]!.seen.length} attempts`);
  assert.ok(tookMs > 10_000 && tookMs < 120_000, `${tookMs} ms`);
});

test('a call whose answer was lost is made again with its id', async () => {
  const clock = new VirtualClock();
  const node = await Namenode.start();
  const group = groupOf([node], clock);
  await group.call('getFileInfo', { src: '/' });
  let lost = false;
  node.answer = (call) => {
    if (lost) return undefined;
    lost = true;
    // A request that nobody can read costs the connection, as a crash does.
    call.fail(failure('EOFException', 'lost'));
    return 'refused';
  };
  const { value } = await passing(clock, group.call('delete', erase));
  assert.deepEqual(value, { result: true });
  const [, first, second] = node.seen;
  assert.equal(first!.callId, second!.callId);
  assert.deepEqual([first!.retryCount, second!.retryCount], [0, 1]);
});

test('a lone namenode that is not there is waited for a few seconds', async () => {
  const clock = new VirtualClock();
  const node = await Namenode.start();
  await node.stop();
  const promise = groupOf([node], clock).call('delete', erase);
  await assert.rejects(
    passing(clock, promise).then(({ value }) => value),
    (error: unknown) => error instanceof FailureError && error.failure.code === 'ConnectException',
  );
  assert.ok(clock.monotonicMs() > 3000 && clock.monotonicMs() < 30_000, `${clock.monotonicMs()} ms`);
});

test('what is worth repeating is repeated on the same namenode; in the end its cause is told', async () => {
  const clock = new VirtualClock();
  const node = await Namenode.start();
  const group = groupOf([node], clock);
  let left = 3;
  const safeMode = retriable(failure('SafeModeException', 'Cannot delete /a. Name node is in safe mode.'));
  node.answer = (call) => {
    if (left-- <= 0) return undefined;
    call.fail(safeMode);
    return 'refused';
  };
  const { value, tookMs } = await passing(clock, group.call('delete', erase));
  assert.deepEqual(value, { result: true });
  assert.ok(tookMs < 2000, `${tookMs} ms`);
  left = 1e9;
  const refused = await passing(clock, group.attempt('delete', erase));
  assert.equal((refused.value as { code: string }).code, 'SafeModeException');
  assert.ok(refused.tookMs < 10_000, `${refused.tookMs} ms`);
});

test('an answer of the file system is not asked for twice', async () => {
  const node = await Namenode.start();
  node.answer = (call) => {
    call.fail(failure('AccessControlException', 'Permission denied: user=alice'));
    return 'refused';
  };
  const group = groupOf([node], new VirtualClock());
  await assert.rejects(group.call('delete', erase), /Permission denied: user=alice/);
  assert.equal(node.seen.length, 1);
});

test('the state id of an answer is presented from then on, to whichever namenode', async () => {
  const nodes = [await Namenode.start(), await Namenode.start()];
  const group = groupOf(nodes, new VirtualClock());
  nodes[0]!.stateId = 41;
  await group.call('delete', erase);
  nodes[0]!.answer = standby;
  await group.call('delete', erase);
  assert.ok(nodes[0]!.seen[0]!.stateId < 0);
  assert.equal(nodes[1]!.seen[0]!.stateId, 41);
});

test('a nameservice stands for its namenodes, anything else for host and port', () => {
  const config = loadConfig(clientOptions, {
    properties: {
      'dfs.nameservices': 'big',
      'dfs.ha.namenodes.big': 'n1,n2',
      'dfs.namenode.rpc-address.big.n1': 'one:9000',
      'dfs.namenode.rpc-address.big.n2': 'two:9001',
    },
  });
  assert.deepEqual(namenodesOf('big', config), [
    { host: 'one', port: 9000 },
    { host: 'two', port: 9001 },
  ]);
  assert.deepEqual(namenodesOf('other', config), [{ host: 'other', port: 8020 }]);
  assert.deepEqual(
    namenodesFrom('two:9001', config),
    [...namenodesOf('big', config)].reverse(),
    'the one that was named first, then the others',
  );
  assert.deepEqual(namenodesFrom('big', config), namenodesOf('big', config));
  assert.deepEqual(namenodesFrom('two:1', config), [{ host: 'two', port: 1 }]);
  assert.deepEqual(namenodesOf('[::1]:99', config), [{ host: '::1', port: 99 }]);
});

test('a namenode that hangs is left for another one, under the same id; one that is slow is not', async () => {
  const clock = new VirtualClock();
  const nodes = [await Namenode.start(), await Namenode.start()];
  let slow: AnyCall | undefined;
  nodes[0]!.answer = (call) => {
    slow = call;
    return 'answered';
  };
  const group = groupOf(nodes, clock);
  const patient = group.call('delete', erase);
  clock.setTimer(30_000, () => (slow as RpcCall<{ result: boolean }> | undefined)?.reply({ result: true }));
  const { tookMs: waitedMs } = await passing(clock, patient);
  assert.ok(waitedMs >= 20_000, String(waitedMs));
  assert.equal(nodes[1]!.seen.length, 0);

  nodes[0]!.hangs = true;
  const { value, tookMs } = await passing(clock, group.call('delete', erase));
  assert.deepEqual(value, { result: true });
  assert.ok(tookMs >= 4000 && tookMs < 5000, String(tookMs));
  assert.equal(nodes[0]!.seen[1]!.callId, nodes[1]!.seen[0]!.callId);
  assert.equal(nodes[1]!.seen[0]!.retryCount, 1);
  assert.ok((await passing(clock, group.call('delete', erase))).tookMs < 100);
});
