import { randomUUID } from 'node:crypto';
import { ByteWriter } from '@rfs/base/bytes';
import {
  type BlockProto,
  DatanodeCommandProto_Type as CommandType,
  type DatanodeCommandProto,
  type DatanodeRegistrationProto,
  type DatanodeStorageProto,
  type HeartbeatResponseProto,
  type RegisterDatanodeResponseProto,
  ReceivedDeletedBlockInfoProto_BlockStatus as Status,
  type StorageReportProto,
  StorageTypeProto,
  type VersionResponseProto,
} from '@rfs/protocol/messages';
import { protocols } from '@rfs/protocol/rpc';
import { LoadConnection } from '../load/index.js';

const HEARTBEAT_MS = 1000;
const RECONNECT_MS = 100;
const CAPACITY_BYTES = 2 ** 50;
/** Any port: nobody connects to a datanode that only exists on paper. */
const FIRST_PORT = 1001;
const USER = 'bench';
/** Length of one buffer of a full report. */
const BUFFER_BYTES = 1 << 21;
const LONGEST_ENTRY_BYTES = 31;

/**
 * A datanode without data: it registers, beats, and reports the replicas it is told to have. When the namenode goes
 * away it comes back as a real one does: it registers again and reports everything.
 */
export class FakeDatanode {
  readonly uuid = randomUUID();
  readonly storageId = `DS-${randomUUID()}`;
  private readonly address: string;
  /** The full report as it stands, encoded while replicas come, so that reporting costs no time of its own. */
  private readonly encoded: Uint8Array[] = [];
  private writer = new ByteWriter(BUFFER_BYTES);
  private replicaCount = 0;
  private reports: LoadConnection | undefined;
  private beats: LoadConnection | undefined;
  private registration: DatanodeRegistrationProto;
  private poolId = '';
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  private constructor(address: string, index: number) {
    this.address = address;
    this.registration = {
      datanodeID: {
        ipAddr: '127.0.0.1',
        hostName: 'localhost',
        datanodeUuid: this.uuid,
        xferPort: FIRST_PORT + 3 * index,
        infoPort: FIRST_PORT + 3 * index + 1,
        ipcPort: FIRST_PORT + 3 * index + 2,
      },
      storageInfo: { layoutVersion: -57, namespceID: 0, clusterID: '', cTime: 0 },
      keys: {
        isBlockTokenEnabled: false,
        keyUpdateInterval: 0,
        tokenLifeTime: 0,
        currentKey: { keyId: 0, expiryDate: 0 },
        allKeys: [],
      },
      softwareVersion: '3.4.1',
    };
  }

  /** Registers and reports an empty storage. */
  static async start(address: string, index: number): Promise<FakeDatanode> {
    const datanode = new FakeDatanode(address, index);
    await datanode.join();
    return datanode;
  }

  /** The block pool that it serves. */
  get pool(): string {
    return this.poolId;
  }

  /** Takes finalized replicas and tells the namenode, as incremental reports do. */
  async received(blocks: readonly BlockProto[]): Promise<void> {
    this.hold(blocks);
    await this.reports?.call('blockReceivedAndDeleted', {
      registration: this.registration,
      blockPoolId: this.poolId,
      blocks: [
        {
          storageUuid: this.storageId,
          storage: this.storage(),
          blocks: blocks.map((block) => ({ block, status: Status.RECEIVED })),
        },
      ],
    });
  }

  /** Takes finalized replicas without a word; the next full report names them. */
  hold(blocks: Iterable<BlockProto>): void {
    for (const { blockId, numBytes = 0, genStamp } of blocks) {
      if (this.writer.offset + LONGEST_ENTRY_BYTES > BUFFER_BYTES) this.encoded.push(this.writer.take(BUFFER_BYTES));
      // BlockListAsLongs: id, length, stamp and state FINALIZED, as varints.
      this.writer.zigzagId(blockId);
      this.writer.varint64(numBytes);
      this.writer.varint64(genStamp);
      this.writer.varint32(0);
      this.replicaCount++;
    }
  }

  /** Reports every replica. */
  async fullReport(): Promise<void> {
    await this.prepareFullReport()();
  }

  /** Encodes the report of every replica; to be sent by calling the result, before any other report. */
  prepareFullReport(): () => Promise<void> {
    const connection = this.reports as LoadConnection;
    const message = {
      registration: this.registration,
      blockPoolId: this.poolId,
      reports: [
        {
          storage: this.storage(),
          blocks: [],
          numberOfBlocks: this.replicaCount,
          blocksBuffers: [...this.encoded, this.writer.written()],
        },
      ],
      context: { totalRpcs: 1, curRpc: 0, id: process.hrtime.bigint(), leaseId: 0n },
    };
    const calls = connection.encode(1, () => ({ method: 'blockReport', message }));
    return () => connection.send(calls, 1, () => null, new Float64Array(1));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.disconnect();
  }

  private async join(): Promise<void> {
    this.reports = await LoadConnection.open(this.address, protocols.datanode, USER);
    this.beats = await LoadConnection.open(this.address, protocols.datanode, USER);
    await this.register();
    this.beatLater();
  }

  private async register(): Promise<void> {
    const { info } = await (this.reports as LoadConnection).call<VersionResponseProto>('versionRequest', {});
    this.poolId = info.blockPoolID;
    this.registration = { ...this.registration, storageInfo: { ...info.storageInfo, layoutVersion: -57 } };
    const reply = await (this.reports as LoadConnection).call<RegisterDatanodeResponseProto>('registerDatanode', {
      registration: this.registration,
    });
    this.registration = reply.registration;
    await this.beat();
    await this.fullReport();
  }

  private beatLater(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.beat()
        .then(({ cmds }) => this.obey(cmds))
        .then(
          () => this.beatLater(),
          () => this.rejoinLater(),
        );
    }, HEARTBEAT_MS);
  }

  private rejoinLater(): void {
    this.disconnect();
    if (this.stopped) return;
    this.timer = setTimeout(() => this.join().catch(() => this.rejoinLater()), RECONNECT_MS);
  }

  /** A namenode that does not know the datanode (any more) says so in the answer to a heartbeat. */
  private async obey(commands: readonly DatanodeCommandProto[]): Promise<void> {
    if (commands.some(({ cmdType }) => cmdType === CommandType.RegisterCommand)) await this.register();
  }

  private beat(): Promise<HeartbeatResponseProto> {
    const report: StorageReportProto = {
      storageUuid: this.storageId,
      failed: false,
      capacity: CAPACITY_BYTES,
      dfsUsed: 0,
      remaining: CAPACITY_BYTES,
      blockPoolUsed: 0,
      storage: this.storage(),
      nonDfsUsed: 0,
    };
    return (this.beats as LoadConnection).call('sendHeartbeat', {
      registration: this.registration,
      reports: [report],
      xmitsInProgress: 0,
      xceiverCount: 1,
      failedVolumes: 0,
      cacheCapacity: 0,
      cacheUsed: 0,
      requestFullBlockReportLease: false,
      slowPeers: [],
      slowDisks: [],
      rfsDigests: [],
    });
  }

  private storage(): DatanodeStorageProto {
    return { storageUuid: this.storageId, state: 0, storageType: StorageTypeProto.DISK };
  }

  private disconnect(): void {
    this.reports?.close();
    this.beats?.close();
  }
}

/** Starts `count` of them. */
export function startFakeDatanodes(address: string, count: number): Promise<FakeDatanode[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => FakeDatanode.start(address, index)));
}
