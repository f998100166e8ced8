import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import { seededRandom, systemClock } from '@rfs/base/system';
import type { DatanodeInfoProto } from '@rfs/protocol/messages';
import {
  type Block,
  blockText,
  DigestTaker,
  nodeFiles,
  openStore,
  type ReplicaStore,
  RoundRobinChoice,
  StorageFolders,
  type StorageType,
} from '../store/index.js';
import type { Connection, TransferContext } from './connection.js';
import { nodeNetwork } from './node-sockets.js';
import { SegmentPool } from './segments.js';
import { TransferServer } from './server.js';
import type { TransferCounters, TransferService } from './service.js';
import { Throttle } from './throttle.js';

export const POOL_ID = 'BP-1-127.0.0.1-1';
const NAMESPACE = { namespaceId: 7, clusterId: 'CID-1', cTime: 0, blockPoolId: POOL_ID };

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
  writes: () => false,
};

/** A datanode's store and data port, without namenodes. */
export class TestNode {
  readonly root = fs.mkdtempSync(join(tmpdir(), 'rfs-transfer-'));
  readonly context: TransferContext = {
    clock: systemClock,
    network: nodeNetwork,
    pool: new SegmentPool(),
    connections: new Set<Connection>(),
  };
  readonly heard: string[] = [];
  readonly bad: string[] = [];
  readonly suspects: string[] = [];
  readonly missing: BlockId[] = [];
  readonly justRead: BlockId[] = [];
  readonly counters: TransferCounters = {
    active: 0,
    writers: 0,
    copies: 0,
    moves: 0,
    bytesRead: 0,
    bytesWritten: 0,
    blocksRead: 0,
    blocksWritten: 0,
    corruptFound: 0,
  };
  readonly uuid: string;
  service!: TransferService;
  port = 0;
  private server!: TransferServer;
  private taker!: DigestTaker;
  private listeners: (() => void)[] = [];

  private constructor(name: string) {
    this.uuid = name;
  }

  /** @param types of its volumes */
  static async start(name = 'node', types: readonly StorageType[] = ['DISK']): Promise<TestNode> {
    const node = new TestNode(name);
    const folders = await StorageFolders.open({
      files: nodeFiles,
      random: seededRandom(node.root),
      locations: types.map((storageType, i) => ({ folder: join(node.root, `data${i}`), storageType })),
      reservation: { bytes: 0, percent: 0 },
      permissions: 0o700,
      toleratedFailures: 0,
    });
    const store = await openStore(folders, NAMESPACE, {
      files: nodeFiles,
      clock: systemClock,
      choice: new RoundRobinChoice(),
      events: {
        receiving: (replica) => node.tell(`receiving ${replica.blockId}_${replica.generationStamp}`),
        digestTaken: (block) =>
          node.heard.push(`received ${block.blockId}_${block.generationStamp} ${block.lengthBytes}`),
        received: (block, _, digest, hint) => {
          if (digest === null) node.taker.want(block);
          node.tell(
            `received ${block.blockId}_${block.generationStamp} ${block.lengthBytes}${hint === '' ? '' : ` hint ${hint}`}`,
          );
        },
        deleted: () => undefined,
        volumeFailed: () => undefined,
      },
    });
    node.taker = new DigestTaker(store, () => undefined);
    const settings = {
      readTimeoutMs: 60_000,
      writeTimeoutMs: 60_000,
      keepaliveMs: 60_000,
      maxConnections: 100,
      maxMoves: 4,
      syncOnClose: false,
      pinning: true,
      useHostname: false,
    };
    node.service = {
      store,
      context: node.context,
      clock: systemClock,
      log: quiet,
      settings,
      counters: node.counters,
      balancing: new Throttle(systemClock, 1e9),
      datanodeUuid: name,
      reportBad: (block: Block) => node.bad.push(blockText(block)),
      suspect: (block: Block) => node.suspects.push(blockText(block)),
      filesMissing: (blockId) => node.missing.push(blockId),
      read: (blockId) => node.justRead.push(blockId),
    };
    node.server = new TransferServer(node.context, settings, () => node.service);
    node.port = await node.server.listen('127.0.0.1', 0);
    return node;
  }

  get store(): ReplicaStore {
    return this.service.store;
  }

  get info(): DatanodeInfoProto {
    return {
      id: {
        ipAddr: '127.0.0.1',
        hostName: 'localhost',
        datanodeUuid: this.uuid,
        xferPort: this.port,
        infoPort: 0,
        ipcPort: 0,
      },
    };
  }

  /** Resolves when the node has told `what`. */
  async told(what: string): Promise<void> {
    while (!this.heard.includes(what)) await new Promise<void>((resolve) => this.listeners.push(resolve));
  }

  /** Drops all connections and accepts no more, as if the process had died. */
  async die(): Promise<void> {
    await this.server.close();
  }

  async end(): Promise<void> {
    await this.server.close();
    await this.taker.stop();
    await this.store.close();
    fs.rmSync(this.root, { recursive: true });
  }

  private tell(what: string): void {
    this.heard.push(what);
    for (const listener of this.listeners.splice(0)) listener();
  }
}
