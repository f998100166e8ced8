import { randomUUID } from 'node:crypto';
import {
  type BlockProto,
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
const CAPACITY_BYTES = 2 ** 50;
/** Any port: nobody connects to a datanode that only exists on paper. */
const FIRST_PORT = 1001;

/** A datanode that registers, beats and reports whatever blocks it is told to have, without any data. */
export class FakeDatanode {
  readonly uuid = randomUUID();
  readonly storageId = `DS-${randomUUID()}`;
  private readonly connection: LoadConnection;
  private readonly beats: LoadConnection;
  private registration: DatanodeRegistrationProto;
  private poolId = '';
  private timer: NodeJS.Timeout | undefined;

  private constructor(connection: LoadConnection, beats: LoadConnection, index: number) {
    this.connection = connection;
    this.beats = beats;
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
    const connection = await LoadConnection.open(address, protocols.datanode, 'bench');
    const beats = await LoadConnection.open(address, protocols.datanode, 'bench');
    const datanode = new FakeDatanode(connection, beats, index);
    await datanode.register();
    return datanode;
  }

  /** Tells the namenode of finalized replicas, as incremental reports. */
  async received(blocks: readonly BlockProto[]): Promise<void> {
    await this.connection.call('blockReceivedAndDeleted', {
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

  /** A full report from an encoded block list (`BlockListAsLongs`: id, length, stamp, state of each as varints). */
  async fullReport(numberOfBlocks: number, blocksBuffers: readonly Uint8Array[]): Promise<void> {
    await this.connection.call('blockReport', {
      registration: this.registration,
      blockPoolId: this.poolId,
      reports: [{ storage: this.storage(), blocks: [], numberOfBlocks, blocksBuffers }],
      context: { totalRpcs: 1, curRpc: 0, id: process.hrtime.bigint(), leaseId: 0n },
    });
  }

  stop(): void {
    clearInterval(this.timer);
    this.connection.close();
    this.beats.close();
  }

  private async register(): Promise<void> {
    const { info } = await this.connection.call<VersionResponseProto>('versionRequest', {});
    this.poolId = info.blockPoolID;
    this.registration = { ...this.registration, storageInfo: { ...info.storageInfo, layoutVersion: -57 } };
    const reply = await this.connection.call<RegisterDatanodeResponseProto>('registerDatanode', {
      registration: this.registration,
    });
    this.registration = reply.registration;
    await this.beat();
    await this.fullReport(0, [new Uint8Array(0)]);
    this.timer = setInterval(() => void this.beat(), HEARTBEAT_MS);
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
    return this.beats.call('sendHeartbeat', {
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
    });
  }

  private storage(): DatanodeStorageProto {
    return { storageUuid: this.storageId, state: 0, storageType: StorageTypeProto.DISK };
  }
}

/** Starts `count` of them. */
export function startFakeDatanodes(address: string, count: number): Promise<FakeDatanode[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => FakeDatanode.start(address, index)));
}
