import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { LogIndex, Term } from '@rfs/base/ids';
import { silentLogger } from '@rfs/base/log';
import { seededRandom, systemClock } from '@rfs/base/system';
import { ClientIdentity, ProtocolTable, RpcServer } from '@rfs/protocol/rpc';
import type { Message } from '../raft/index.js';
import { addGroupProtocols, type GroupDoor } from './door.js';
import { PeerLinks } from './links.js';
import { peerProtocol } from './protocol.js';

/** A member's door on a port of its own, and what comes in. */
class Door {
  readonly received: Message[] = [];
  readonly warnings: string[] = [];
  readonly server: RpcServer;
  private onMessage: () => void = () => undefined;

  private constructor(table: ProtocolTable, server: RpcServer, clusterId: string) {
    this.server = server;
    const door = {
      replicator: {
        receiveAll: (messages: readonly Message[]) => this.take(messages),
        retention: { hear: () => undefined },
      },
      group: { self: 2 },
      links: { heardOf: () => undefined },
      steward: {},
      clusterId: () => clusterId,
      superuser: () => undefined,
      log: { ...silentLogger, warn: (message: string) => this.warnings.push(message) },
    };
    addGroupProtocols(table, door as unknown as GroupDoor);
  }

  static async open(t: TestContext, clusterId: string, port = 0): Promise<Door> {
    const table = new ProtocolTable();
    const server = await new Promise<RpcServer | Error>((done) =>
      RpcServer.listen({ host: '127.0.0.1', port, table, clock: systemClock }, done),
    );
    assert.ok(server instanceof RpcServer, String(server));
    t.after(() => new Promise<void>((done) => server.close(done)));
    return new Door(table, server, clusterId);
  }

  /** Fulfilled when `count` messages are there. */
  async has(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        this.onMessage = resolve;
      });
    }
  }

  private take(messages: readonly Message[]): void {
    this.received.push(...messages);
    this.onMessage();
  }
}

function linksTo(t: TestContext, port: number, warn: (message: string) => void = () => undefined): PeerLinks {
  const clock = { tickMs: 50, electionTicks: 10, heartbeatTicks: 1, cacheBytes: 0 };
  const links = new PeerLinks(clock, {
    self: () => 1,
    clusterId: () => 'CID-a',
    standing: () => ({ durable: 0 as LogIndex, groupHolds: undefined }),
    user: 'rfs',
    identity: new ClientIdentity(seededRandom(1)),
    clock: systemClock,
    log: { ...silentLogger, warn },
    stuckMs: 2000,
  });
  t.after(() => links.close());
  const member = { id: 2, name: 'n2', role: 'namenode' as const, rpc: `127.0.0.1:${port}`, http: '' };
  links.follow([member]);
  return links;
}

const heartbeat = (readContext: number): Message => ({
  type: 'heartbeat',
  from: 1,
  to: 2,
  term: 1 as Term,
  commit: 0 as LogIndex,
  readContext,
});

test('messages come in the order they were sent, also those from before the connection stood', async (t) => {
  const door = await Door.open(t, 'CID-a');
  const links = linksTo(t, door.server.port);
  links.send([heartbeat(1), heartbeat(2)]);
  await door.has(2);
  links.send([heartbeat(3)]);
  links.send([heartbeat(4)]);
  await door.has(4);
  assert.deepEqual(
    door.received.map((message) => message.type === 'heartbeat' && message.readContext),
    [1, 2, 3, 4],
  );
});

test('of many batches a few are to be answered', async (t) => {
  let taken = 0;
  let silent = 0;
  let allTaken: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    allTaken = resolve;
  });
  const count = 1000;
  const table = new ProtocolTable().add(peerProtocol, {
    greet: (call) => call.reply({}),
    deliver: (call, request) => {
      taken += request.messages.length;
      if (request.silent === true) silent++;
      if (request.silent === true) call.end();
      else call.reply({});
      if (taken === count) allTaken();
    },
  });
  const server = await new Promise<RpcServer | Error>((done) =>
    RpcServer.listen({ host: '127.0.0.1', port: 0, table, clock: systemClock }, done),
  );
  assert.ok(server instanceof RpcServer, String(server));
  t.after(() => new Promise<void>((done) => server.close(done)));
  const links = linksTo(t, server.port);
  links.send([heartbeat(1)]);
  while (taken === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  for (let i = 2; i <= count; i++) links.send([heartbeat(i)]);
  await all;
  assert.ok(silent > count / 2, `${silent} of ${count}`);
  assert.ok(silent < count, 'one at least');
});

test('a member of another cluster is refused, and both say so', async (t) => {
  const door = await Door.open(t, 'CID-b');
  const complaint = new Promise<string>((resolve) => {
    linksTo(t, door.server.port, resolve).send([heartbeat(1)]);
  });
  assert.match(await complaint, /refuses the connection/);
  assert.deepEqual(door.received, []);
  assert.match(door.warnings[0] ?? '', /another group/);
});

test('a member that was away is found again', async (t) => {
  const first = await Door.open(t, 'CID-a');
  const links = linksTo(t, first.server.port);
  links.send([heartbeat(1)]);
  await first.has(1);
  const { port } = first.server;
  await new Promise<void>((done) => first.server.close(done));
  const second = await Door.open(t, 'CID-a', port);
  const repeating = setInterval(() => links.send([heartbeat(2)]), 20);
  await second.has(1);
  clearInterval(repeating);
});
