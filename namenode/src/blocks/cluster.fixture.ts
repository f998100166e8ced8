import { ByteWriter } from '@rfs/base/bytes';
import type { Failure } from '@rfs/base/failure';
import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import { BlockManager } from './block-manager.js';
import type { Chance } from './chance.js';
import { type BlockManagerConfig, DEFAULT_BLOCK_MANAGER_CONFIG } from './config.js';
import type { Datanode } from './datanodes/datanode.js';
import { HOT } from './placement/index.js';
import {
  BlockState,
  type DatanodeCommand,
  type FullReport,
  type IncrementalEntry,
  ReplicaState,
  StorageType,
} from './types.js';

/** Seeded chance for tests (xorshift32). */
function testRandom(seed: number): Chance {
  let state = seed | 1;
  const uint32 = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    below: (bound) => uint32() % bound,
    fork: (name) => testRandom(seed + name.length * 7919),
  };
}

export interface TestReplica {
  readonly id: number;
  readonly stamp: number;
  readonly lengthBytes: number;
  readonly state?: ReplicaState;
  /** Any number: replicas with different ones differ. */
  readonly digest?: number;
}

const FREE_BYTES = 1e12;

/** A block manager with datanodes dn0, dn1, ... of one DISK storage each, spread over racks; time stands still until told. */
export class TestCluster {
  readonly blocks: BlockManager;
  nowMs = 1000;
  /** The type of a datanode's storage; DISK if it is not in here. */
  readonly types = new Map<number, StorageType>();
  policy = HOT;

  constructor(config: Partial<BlockManagerConfig> = {}, seed = 1) {
    this.blocks = new BlockManager({ ...DEFAULT_BLOCK_MANAGER_CONFIG, ...config }, testRandom(seed), () => this.policy);
  }

  /** Registers `count` datanodes on `racks` racks, each with a heartbeat. */
  start(count: number, racks = 1): this {
    this.blocks.topology.setTable(new Map(Array.from({ length: count }, (_, i) => [ip(i), `/r${i % racks}`])));
    for (let i = 0; i < count; i++) {
      this.register(i);
      this.heartbeat(i);
    }
    return this;
  }

  /** A leader with a complete map, out of safe mode, whose datanodes have sent empty first reports. */
  lead(): this {
    this.blocks.endRebuild(1000 as GenerationStamp);
    this.blocks.setLeader(true, this.nowMs);
    for (const datanode of this.blocks.datanodeReport('LIVE')) {
      this.heartbeat(indexOf(datanode));
      this.fullReport(indexOf(datanode), []);
    }
    this.settle();
    return this;
  }

  register(i: number): Datanode {
    return this.blocks.fromDatanodes.register(
      {
        uuid: uuid(i),
        ipAddr: ip(i),
        hostName: `host${i}`,
        peerHostName: `host${i}`,
        xferPort: 9866,
        infoPort: 9864,
        infoSecurePort: 0,
        ipcPort: 9867,
        softwareVersion: '3.4.1',
      },
      this.nowMs,
    );
  }

  heartbeat(i: number, remainingBytes = FREE_BYTES, xceiverCount = 0): readonly DatanodeCommand[] {
    return this.beat(i, remainingBytes, xceiverCount, false).commands;
  }

  /** Ids of the blocks that a datanode is to check. */
  verifies(i: number): number[] {
    return this.beat(i, FREE_BYTES, 0, false).verify.map(({ id }) => id);
  }

  /** A datanode tells digests that it has had for long. */
  digests(i: number, replicas: readonly TestReplica[]): Failure | undefined {
    const writer = new ByteWriter(1 << 16);
    for (const replica of replicas) {
      writer.zigzagId(replica.id);
      writer.varint64(replica.lengthBytes);
      writer.varint64(replica.stamp);
      writer.uint32(replica.digest ?? 0);
      writer.uint32(0);
    }
    const digests = { storageId: storageId(i), count: replicas.length, entries: writer.copy() };
    return this.blocks.fromDatanodes.takeDigests(uuid(i), [digests]);
  }

  lease(i: number): number {
    return this.beat(i, FREE_BYTES, 0, true).fullReportLeaseId;
  }

  /** All live datanodes heartbeat; their commands by datanode. */
  heartbeats(): Map<number, readonly DatanodeCommand[]> {
    const commands = new Map<number, readonly DatanodeCommand[]>();
    for (const datanode of this.blocks.datanodeReport('LIVE')) {
      commands.set(indexOf(datanode), this.heartbeat(indexOf(datanode)));
    }
    return commands;
  }

  /** Queues a full report; `tick` or `settle` takes it in. */
  fullReport(i: number, replicas: readonly TestReplica[], chunkBytes = 1 << 20): void {
    const refused = this.blocks.fromDatanodes.fullReport(
      uuid(i),
      [encodeReport(storageId(i), replicas, chunkBytes, this.types.get(i))],
      { leaseId: 0, totalRpcs: 1, currentRpc: 0 },
      this.nowMs,
      (failure) => {
        if (failure !== undefined) throw new Error(failure.message);
      },
    );
    if (refused !== undefined) throw new Error(refused.message);
  }

  incremental(
    i: number,
    status: IncrementalEntry['status'],
    replica: TestReplica,
    deleteHint = '',
    verified = false,
  ): void {
    const block = {
      id: replica.id as BlockId,
      stamp: replica.stamp as GenerationStamp,
      lengthBytes: replica.lengthBytes,
    };
    const print = replica.digest === undefined ? undefined : { high: replica.digest, low: 0 };
    const storage = { id: storageId(i), type: this.types.get(i) ?? StorageType.DISK, health: 'NORMAL' } as const;
    this.blocks.fromDatanodes.incrementalReport(
      uuid(i),
      storage,
      [{ block, status, deleteHint, print, verified }],
      this.nowMs,
    );
  }

  received(id: number, stamp: number, lengthBytes: number, ...datanodes: readonly number[]): void {
    for (const i of datanodes) this.incremental(i, 'RECEIVED', { id, stamp, lengthBytes });
  }

  /** A complete block on the datanodes, by the way a client writes it. */
  write(id: number, replication: number, ...datanodes: readonly number[]): void {
    const expected = datanodes.map((i) => ({ datanodeUuid: uuid(i), storageId: storageId(i) }));
    this.blocks.events.blockAllocated(id as BlockId, 1001 as GenerationStamp, 1 as InodeId, replication, expected);
    this.received(id, 1001, 100, ...datanodes);
    this.blocks.events.blockCommitted(id as BlockId, 1001 as GenerationStamp, 100);
    this.blocks.events.blockCompleted(id as BlockId, 1001 as GenerationStamp, 100);
  }

  /** A complete block from the store, without replicas. */
  restore(id: number, replication = 3): void {
    this.blocks.restore(
      id as BlockId,
      1 as InodeId,
      1001 as GenerationStamp,
      100,
      replication,
      BlockState.COMPLETE,
      [],
    );
  }

  /** Lets time pass and all sliced work be done, with live datanodes sending heartbeats if `alive`. */
  advance(ms: number): void {
    this.nowMs += ms;
    this.settle();
  }

  settle(): void {
    for (let i = 0; i < 1000 && this.blocks.tick(this.nowMs, 1000); i++);
  }

  /** Numbers of the datanodes at which the block can be read, ascending. */
  where(id: number): number[] {
    const found = this.blocks.locations(id as BlockId, undefined);
    return (found?.storages ?? []).map((storage) => indexOf(storage.datanode)).sort((a, b) => a - b);
  }

  /** The datanode says that it is about to stop. */
  leave(i: number): void {
    this.beat(i, 0, 0, false, true);
  }

  private beat(
    i: number,
    remainingBytes: number,
    xceiverCount: number,
    requestFullReportLease: boolean,
    leaving = false,
  ) {
    const report = {
      storage: { id: storageId(i), type: this.types.get(i) ?? StorageType.DISK, health: 'NORMAL' },
      failed: false,
      capacityBytes: FREE_BYTES,
      usedBytes: FREE_BYTES - remainingBytes,
      remainingBytes,
      blockPoolUsedBytes: 0,
      nonDfsUsedBytes: 0,
    } as const;
    const heartbeat = { reports: [report], xceiverCount, xmitsInProgress: 0, failedVolumes: 0 };
    const rest = { cacheCapacityBytes: 0, cacheUsedBytes: 0, requestFullReportLease, leaving };
    return this.blocks.fromDatanodes.heartbeat(uuid(i), ip(i), 9866, { ...heartbeat, ...rest }, this.nowMs);
  }
}

export function uuid(i: number): string {
  return `dn${i}`;
}

export function storageId(i: number): string {
  return `DS-${i}`;
}

function ip(i: number): string {
  return `10.0.${i >> 8}.${i & 255}`;
}

export function indexOf(datanode: Datanode): number {
  return Number(datanode.uuid.slice(2));
}

/** A storage's report in the buffer format, cut into chunks at any byte as HDFS does. */
export function encodeReport(
  storage: string,
  replicas: readonly TestReplica[],
  chunkBytes: number,
  type: StorageType = StorageType.DISK,
): FullReport {
  const writer = new ByteWriter(1 << 16);
  for (const replica of replicas) {
    writer.zigzagId(replica.id);
    writer.varint64(replica.lengthBytes);
    writer.varint64(replica.stamp);
    writer.varint32(replica.state ?? ReplicaState.FINALIZED);
  }
  const bytes = writer.copy();
  const buffers: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) buffers.push(bytes.subarray(at, at + chunkBytes));
  return { storage: { id: storage, type, health: 'NORMAL' }, entryCount: replicas.length, buffers, longs: [] };
}
