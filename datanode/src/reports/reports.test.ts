import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ByteReader } from '@rfs/base/bytes';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { silentLogger } from '@rfs/base/log';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import {
  ReceivedDeletedBlockInfoProto_BlockStatus as BlockStatus,
  DatanodeCommandProto_Type as CommandType,
  type DatanodeCommandProto,
  NNHAStatusHeartbeatProto_State as HaState,
} from '@rfs/protocol/messages';
import { nodeFiles, openStore, RoundRobinChoice, StorageFolders, subdirOf, type Volume } from '../store/index.js';
import { FakeNamenode, invalidateCommand } from './fake-namenode.fixture.js';
import { NamenodeActor } from './namenode-actor.js';
import { PoolService } from './pool-service.js';

const TIMES = { heartbeatMs: 3000, fullReportMs: 60_000, fullReportDelayMs: 0, incrementalMs: 0, splitThreshold: 1000 };

/** A datanode's reporting side with namenodes that are not there. */
class Fixture {
  readonly clock = new VirtualClock();
  readonly root = fs.mkdtempSync(join(tmpdir(), 'rfs-reports-'));
  readonly executed: DatanodeCommandProto[] = [];
  readonly fatal: Error[] = [];
  readonly verified: BlockId[] = [];
  /** Ids of replicas that are ordered to be deleted. */
  readonly going: number[] = [];
  readonly namenodes: FakeNamenode[] = [];
  readonly service: PoolService;

  constructor(replicas: readonly number[] = []) {
    this.service = new PoolService({
      log: silentLogger,
      nowMs: () => this.clock.monotonicMs(),
      address: () => ({
        ipAddress: '127.0.0.1',
        hostName: 'host',
        datanodeUuid: 'uuid',
        transferPort: 1,
        infoPort: 2,
        ipcPort: 3,
      }),
      open: async (namespace) => {
        const folders = await StorageFolders.open({
          files: nodeFiles,
          random: seededRandom(1),
          locations: [{ folder: join(this.root, 'data'), storageType: 'DISK' }],
          reservation: { bytes: 0, percent: 0 },
          permissions: 0o700,
          toleratedFailures: 0,
        });
        for (const id of replicas) this.place(id);
        return openStore(folders, namespace, {
          files: nodeFiles,
          clock: this.clock,
          choice: new RoundRobinChoice(),
          events: {
            receiving: (replica) => this.service.receiving(replica),
            received: (...event) => this.service.received(...event),
            digestTaken: (...event) => this.service.digestTaken(...event),
            deleted: (...event) => this.service.deleted(...event),
            volumeFailed: () => undefined,
          },
        });
      },
      execute: (command) => this.executed.push(command),
      isGoing: (blockId) => this.going.includes(blockId),
      verify: (blockId) => this.verified.push(blockId),
      fatal: (error) => this.fatal.push(error),
    });
  }

  /** @param setUp changes a namenode before it is asked for the first time */
  start(count = 1, setUp: (namenode: FakeNamenode, index: number) => void = () => undefined): this {
    for (let i = 0; i < count; i++) {
      const namenode = new FakeNamenode();
      setUp(namenode, i);
      this.namenodes.push(namenode);
      const actor = new NamenodeActor(this.service, {
        name: `nn${i}`,
        caller: namenode,
        clock: this.clock,
        random: seededRandom(i),
        log: silentLogger,
        times: TIMES,
        load: () => ({ copies: 1, transfers: 2 }),
        lostFolders: [],
        nextTurn: setImmediate,
      });
      this.service.add(actor);
    }
    for (const actor of this.service.namenodes) actor.start();
    return this;
  }

  get volume(): Volume {
    return this.service.store!.volumes[0]!;
  }

  async end(): Promise<void> {
    await Promise.all(this.service.namenodes.map((actor) => actor.stop()));
    await this.service.store?.close();
    fs.rmSync(this.root, { recursive: true });
  }

  private place(id: number): void {
    const folder = join(this.root, 'data/current/BP-1/current/finalized/subdir0/subdir0');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(join(folder, `blk_${id}`), Buffer.alloc(id));
    fs.writeFileSync(join(folder, `blk_${id}_1001.meta`), Buffer.alloc(11));
  }
}

function block(blockId: number, generationStamp = 1001, lengthBytes = 10) {
  return {
    poolId: 'BP-1',
    blockId: blockId as BlockId,
    generationStamp: generationStamp as GenerationStamp,
    lengthBytes,
  };
}

test('registers, asks for a lease with its first heartbeat and reports all replicas under it', async () => {
  const fixture = new Fixture([5, 6]).start();
  const [namenode] = fixture.namenodes as [FakeNamenode];
  await namenode.until(() => namenode.reports.length === 1);
  assert.deepEqual(namenode.calls, ['versionRequest', 'registerDatanode', 'sendHeartbeat', 'blockReport']);
  const [heartbeat] = namenode.heartbeats;
  assert.equal(heartbeat?.reports[0]?.storageUuid, fixture.volume.storageId);
  assert.deepEqual([heartbeat?.xmitsInProgress, heartbeat?.xceiverCount], [1, 2]);
  const [report] = namenode.reports;
  assert.equal(report?.context?.leaseId, 100n);
  const [storage] = report!.reports;
  assert.equal(storage?.numberOfBlocks, 2);
  const reader = new ByteReader(storage!.blocksBuffers[0]!);
  const blocks = [0, 1].map(() => [reader.zigzagId(), reader.varint64(), reader.varint64(), reader.varint32()]);
  assert.deepEqual(blocks.sort(), [
    [5, 5, 1001, 0],
    [6, 6, 1001, 0],
  ]);
  assert.equal(reader.remaining, 0);
  fixture.clock.advance(3000);
  await namenode.until(() => namenode.heartbeats.length === 2);
  assert.equal(namenode.heartbeats[1]?.requestFullBlockReportLease, false);
  fixture.clock.advance(60_000);
  await namenode.until(() => namenode.reports.length === 2);
  await fixture.end();
});

test('replica events go out at once; what could not be delivered goes first, the newest event of a block only', async () => {
  const fixture = new Fixture().start();
  const [namenode] = fixture.namenodes as [FakeNamenode];
  await namenode.until(() => namenode.reports.length === 1);
  fixture.service.received(block(1), fixture.volume, Buffer.alloc(32, 9), 'uuid-2');
  await namenode.until(() => namenode.increments.length === 1);
  const [info] = namenode.increments[0]!.blocks[0]!.blocks;
  assert.deepEqual([info?.block.blockId, info?.status, info?.deleteHint], [1, BlockStatus.RECEIVED, 'uuid-2']);
  assert.deepEqual(info?.rfsDigest, Buffer.alloc(32, 9));

  namenode.reachable = false;
  const { volume } = fixture;
  fixture.service.receiving({ ...block(2), receivedBytes: 0, volume });
  fixture.service.received(block(3), volume, null, '');
  // An attempt that fails, by the actor being woken.
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  fixture.service.received(block(2), volume, null, '');
  namenode.reachable = true;
  fixture.clock.advance(5000);
  await namenode.until(() => namenode.increments.length >= 2);
  const sent = namenode.increments.slice(1).flatMap((one) => one.blocks.flatMap((each) => each.blocks));
  assert.deepEqual(
    sent.map((one) => [one.block.blockId, one.status]),
    [
      [3, BlockStatus.RECEIVED],
      [2, BlockStatus.RECEIVED],
    ],
  );
  await fixture.end();
});

test('a namenode that does not know the datanode any more gets a new registration and report', async () => {
  const fixture = new Fixture([5]).start();
  const [namenode] = fixture.namenodes as [FakeNamenode];
  await namenode.until(() => namenode.reports.length === 1);
  namenode.commands = [{ cmdType: CommandType.RegisterCommand, registerCmd: {} }];
  fixture.clock.advance(3000);
  await namenode.until(() => namenode.reports.length === 2);
  assert.equal(namenode.count('registerDatanode'), 2);
  await fixture.end();
});

test('only the active namenode is obeyed, and a claim counts only above the last one', async () => {
  const fixture = new Fixture().start(2);
  const [first, second] = fixture.namenodes as [FakeNamenode, FakeNamenode];
  second.state = HaState.OBSERVER;
  first.txid = 10;
  await first.until(() => first.reports.length === 1);
  await second.until(() => second.reports.length === 1);
  const beat = async (): Promise<void> => {
    const before = [first.heartbeats.length, second.heartbeats.length];
    fixture.clock.advance(3000);
    await first.until(() => first.heartbeats.length > before[0]!);
    await second.until(() => second.heartbeats.length > before[1]!);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const obeyed = () => fixture.executed.splice(0).map((command) => command.blkCmd?.blocks[0]?.blockId);
  first.commands = [invalidateCommand(1)];
  second.commands = [invalidateCommand(2)];
  await beat();
  assert.deepEqual(obeyed(), [1]);
  // A second one that claims with an older transaction id is not believed.
  second.state = HaState.ACTIVE;
  second.txid = 10;
  second.commands = [invalidateCommand(3)];
  await beat();
  assert.deepEqual(obeyed(), []);
  second.txid = 11;
  second.commands = [invalidateCommand(4)];
  first.state = HaState.OBSERVER;
  first.commands = [invalidateCommand(5)];
  await beat();
  assert.deepEqual(obeyed(), [4]);
  await beat();
  await second.until(() => second.reports.length === 2);
  assert.equal(first.reports.length, 1, 'only who leads anew has to know for sure what there still is');
  await fixture.end();
});

test('a namenode that is away is tried again for ever, at first soon', async () => {
  const fixture = new Fixture().start(1, (namenode) => {
    namenode.reachable = false;
  });
  const [namenode] = fixture.namenodes as [FakeNamenode];
  for (let passed = 0; passed < 60_000; passed += 50) {
    fixture.clock.advance(50);
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  }
  namenode.reachable = true;
  fixture.clock.advance(1000);
  await namenode.until(() => namenode.reports.length === 1);
  await fixture.end();
});

test('a namenode of another namespace is not served', async () => {
  const fixture = new Fixture().start(2, (namenode, index) => {
    namenode.namespaceId = 7 + index;
  });
  const [first, second] = fixture.namenodes as [FakeNamenode, FakeNamenode];
  await first.until(() => first.reports.length === 1);
  await second.until(() => second.count('versionRequest') > 0);
  assert.equal(second.count('registerDatanode'), 0);
  await fixture.end();
});

test('a full report leaves out what is ordered to be deleted', async () => {
  const fixture = new Fixture([5, 6]);
  fixture.going.push(5);
  const [namenode] = fixture.start().namenodes as [FakeNamenode];
  await namenode.until(() => namenode.reports.length === 1);
  assert.equal(namenode.reports[0]?.reports[0]?.numberOfBlocks, 1);
  await fixture.end();
});

test('a namenode that compares digests is told all of them after its full report, and its checks are carried out', async () => {
  const replicas = [5, 6];
  const fixture = new Fixture(replicas).start(2, (namenode, index) => {
    namenode.comparesDigests = index === 0;
    if (index > 0) namenode.state = HaState.OBSERVER;
  });
  const [namenode, other] = fixture.namenodes as [FakeNamenode, FakeNamenode];
  await namenode.until(() => namenode.reports.length === 1);
  const { volume } = fixture;
  for (const id of [...replicas, 99]) {
    const record = { ...block(id, 1001, id), digest: Buffer.alloc(32, id) };
    await volume.catalog.append(subdirOf(record.blockId), record);
  }
  fixture.clock.advance(60_000);
  await namenode.until(() => namenode.reports.length === 2);
  namenode.verify.push({ blockId: 6, genStamp: 1001, numBytes: 6 });
  const told = () => namenode.heartbeats.flatMap(({ rfsDigests }) => rfsDigests);
  while (told().length === 0) {
    await new Promise(setImmediate);
    fixture.clock.advance(3000);
  }
  assert.deepEqual([told()[0]?.storageUuid, told()[0]?.count], [volume.storageId, 2]);
  const reader = new ByteReader(told()[0]!.entries);
  const entry = () => [reader.zigzagId(), reader.varint64(), reader.varint64(), reader.uint32(), reader.uint32()];
  assert.deepEqual([entry(), entry()].sort(), [
    [5, 5, 1001, 0x05050505, 0x05050505],
    [6, 6, 1001, 0x06060606, 0x06060606],
  ]);
  assert.equal(reader.remaining, 0);
  assert.deepEqual(fixture.verified, [6]);

  fixture.service.digestTaken(block(5), volume, Buffer.alloc(32, 5));
  fixture.service.verified(block(6), volume, Buffer.alloc(32, 6));
  await namenode.until(() => namenode.increments.length > 0);
  const infos = namenode.increments.flatMap(({ blocks }) => blocks.flatMap((storage) => storage.blocks));
  assert.deepEqual(
    infos.map(({ block: { blockId }, rfsVerified }) => [blockId, rfsVerified]),
    [
      [5, undefined],
      [6, true],
    ],
  );
  assert.deepEqual([other.increments.length, other.heartbeats.flatMap(({ rfsDigests }) => rfsDigests)], [0, []]);
  await fixture.end();
});

test('a datanode that leaves tells all namenodes at once that it has no room, and what happened to its replicas', async () => {
  const fixture = new Fixture().start(2, (namenode, index) => {
    namenode.state = index === 0 ? HaState.ACTIVE : HaState.STANDBY;
  });
  const [active, standby] = fixture.namenodes as [FakeNamenode, FakeNamenode];
  for (const namenode of fixture.namenodes) await namenode.until(() => namenode.reports.length === 1);
  assert.ok(active.heartbeats[0]!.reports[0]!.remaining! > 0);
  fixture.service.leave();
  assert.equal(fixture.service.hasLeft, false);
  fixture.service.received(block(1), fixture.volume, null, '');
  for (const namenode of [active, standby]) await namenode.until(() => namenode.increments.length === 1);
  await active.until(() => fixture.service.hasLeft);
  for (const { heartbeats } of fixture.namenodes) {
    const last = heartbeats.at(-1);
    assert.deepEqual([last?.rfsLeaving, last?.reports[0]?.remaining], [true, 0]);
  }
  await fixture.end();
});
