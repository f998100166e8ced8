import assert from 'node:assert/strict';
import { clientOptions, loadConfig } from '@rfs/base/config';
import { seededRandom, systemClock } from '@rfs/base/system';
import { failure } from '@rfs/protocol/exceptions';
import {
  CreateFlagProto,
  type DatanodeInfoProto,
  type ExtendedBlockProto,
  type HdfsFileStatusProto,
  HdfsFileStatusProto_FileType,
  type LocatedBlockProto,
  StorageTypeProto,
} from '@rfs/protocol/messages';
import { type Handlers, ProtocolTable, protocols, RpcServer } from '@rfs/protocol/rpc';
import type { LocalReplicas } from '../reading/index.js';
import { DfsClient } from './client.js';
import { FakeDatanode } from './fake-datanode.fixture.js';

const TOKEN = { identifier: new Uint8Array(0), password: new Uint8Array(0), kind: '', service: '' };

interface FakeBlock {
  readonly block: ExtendedBlockProto;
  nodes: DatanodeInfoProto[];
}

interface FakeFile {
  readonly blocks: FakeBlock[];
  readonly blockSize: number;
  readonly replication: number;
  closed: boolean;
}

type ClientHandlers = Handlers<typeof protocols.client.methods>;

/** A namenode and datanodes in memory, with what a client must get right checked, and faults to order. */
export class FakeCluster {
  readonly nodes = new Map<string, FakeDatanode>();
  readonly files = new Map<string, FakeFile>();
  /** Calls in the order they came, with what matters of them. */
  readonly calls: string[] = [];
  /** How often complete() says not yet. */
  notYet = 0;
  private server: RpcServer | undefined;
  private nextId = 1000;
  private readonly clients: DfsClient[] = [];

  static async start(datanodes: number): Promise<FakeCluster> {
    const cluster = new FakeCluster();
    for (let n = 1; n <= datanodes; n++) await FakeDatanode.start(`dn${n}`, cluster.nodes);
    const table = new ProtocolTable().add(protocols.client, cluster.handlers());
    const server = await new Promise<RpcServer | Error>((done) =>
      RpcServer.listen({ host: '127.0.0.1', port: 0, table, clock: systemClock }, done),
    );
    assert.ok(server instanceof RpcServer, String(server));
    cluster.server = server;
    return cluster;
  }

  /** A client with small packets and short pauses. */
  client(properties: Record<string, string> = {}, localReplicas?: LocalReplicas): DfsClient {
    const config = loadConfig(clientOptions, {
      properties: {
        'dfs.blocksize': String(64 * 1024),
        'dfs.client-write-packet-size': '4096',
        'dfs.client.retry.window.base': '1',
        'dfs.client.block.write.locateFollowingBlock.initial.delay.ms': '1',
        ...properties,
      },
    });
    const authority = `127.0.0.1:${this.server?.port}`;
    const client = new DfsClient({
      authority,
      config,
      user: 'tester',
      clock: systemClock,
      random: seededRandom(1),
      localReplicas,
    });
    this.clients.push(client);
    return client;
  }

  node(name: string): FakeDatanode {
    return this.nodes.get(name)!;
  }

  /** The bytes of a file as the first datanode of each block has them. */
  bytesOf(path: string): Buffer {
    const pieces = this.files.get(path)!.blocks.map(({ block, nodes }) => {
      const stored = this.node(nodes[0]!.id.hostName).blocks.get(block.blockId) ?? Buffer.alloc(0);
      return stored.subarray(0, block.numBytes);
    });
    const all = Buffer.alloc(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) at += piece.copy(all, at);
    return all;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    for (const node of this.nodes.values()) await node.stop();
    await new Promise<void>((resolve) => this.server?.close(resolve));
  }

  private handlers(): ClientHandlers {
    return {
      getServerDefaults: (call) =>
        call.reply({
          serverDefaults: {
            blockSize: 65536,
            bytesPerChecksum: 512,
            writePacketSize: 4096,
            replication: 3,
            fileBufferSize: 4096,
          },
        }),
      create: (call, { src, createFlag, replication, blockSize }) => {
        const overwrite = (createFlag & CreateFlagProto.OVERWRITE) !== 0;
        if (this.files.has(src) && !overwrite) {
          call.fail(failure('FileAlreadyExistsException', `${src} for client 127.0.0.1 already exists`));
          return;
        }
        this.files.set(src, { blocks: [], blockSize, replication, closed: false });
        call.reply({ fs: this.status(src) });
      },
      append: (call, { src, flag }) => {
        const file = this.files.get(src)!;
        file.closed = false;
        const last = file.blocks.at(-1);
        const usable =
          last !== undefined && ((last.block.numBytes ?? 0) < file.blockSize || flag !== CreateFlagProto.APPEND);
        call.reply({ stat: this.status(src), block: usable ? this.located(src, file.blocks.length - 1) : undefined });
      },
      addBlock: (call, { src, previous, excludeNodes }) => {
        const excluded = excludeNodes.map(({ id }) => id.hostName);
        this.calls.push(`addBlock without ${excluded.join()}`.trim());
        const file = this.files.get(src)!;
        if (previous !== undefined) this.commit(file, previous);
        const nodes = [...this.nodes.values()]
          .map(({ info }) => info)
          .filter(({ id }) => !excluded.includes(id.hostName));
        const block = { poolId: 'BP-1', blockId: this.nextId++, generationStamp: 1, numBytes: 0 };
        file.blocks.push({ block, nodes: nodes.slice(0, file.replication) });
        call.reply({ block: this.located(src, file.blocks.length - 1) });
      },
      abandonBlock: (call, { src }) => {
        this.calls.push('abandonBlock');
        this.files.get(src)!.blocks.pop();
        call.reply({});
      },
      updateBlockForPipeline: (call, { block }) => {
        const b = { ...block, generationStamp: block.generationStamp + 1 };
        call.reply({
          block: {
            b,
            offset: 0,
            locs: [],
            corrupt: false,
            blockToken: TOKEN,
            isCached: [],
            storageTypes: [],
            storageIDs: [],
            blockTokens: [],
          },
        });
      },
      updatePipeline: (call, { newBlock, newNodes }) => {
        this.calls.push(`updatePipeline ${newNodes.map(({ hostName }) => hostName).join()}`);
        for (const { blocks } of this.files.values()) {
          const found = blocks.find(({ block }) => block.blockId === newBlock.blockId);
          if (found === undefined) continue;
          found.nodes = newNodes.map(({ hostName }) => this.node(hostName).info);
          found.block.generationStamp = newBlock.generationStamp;
        }
        call.reply({});
      },
      getAdditionalDatanode: (call, { src, existings, excludes }) => {
        const taken = [...existings, ...excludes].map(({ id }) => id.hostName);
        const free = [...this.nodes.values()].map(({ info }) => info).filter(({ id }) => !taken.includes(id.hostName));
        const at = this.files.get(src)!.blocks.length - 1;
        call.reply({ block: this.located(src, at, [...existings, ...free.slice(0, 1)]) });
      },
      fsync: (call, { lastBlockLength }) => {
        this.calls.push(`fsync ${lastBlockLength}`);
        call.reply({});
      },
      complete: (call, { src, last }) => {
        const file = this.files.get(src)!;
        if (last !== undefined) this.commit(file, last);
        file.closed = this.notYet-- <= 0;
        call.reply({ result: file.closed });
      },
      renewLease: (call) => call.reply({}),
      reportBadBlocks: (call, { blocks }) => {
        const bad = blocks.flatMap(({ locs }) => locs.map(({ id }) => id.hostName));
        this.calls.push(`reportBadBlocks ${bad.join()}`);
        call.reply({});
      },
      getBlockLocations: (call, { src, offset, length }) => {
        const file = this.files.get(src);
        if (file === undefined) {
          call.fail(failure('FileNotFoundException', `File does not exist: ${src}`));
          return;
        }
        const all = file.blocks.map((_, index) => this.located(src, index));
        const fileLength = file.blocks.reduce((sum, { block }) => sum + (block.numBytes ?? 0), 0);
        const blocks = all.filter(
          (block) => block.offset < offset + length && block.offset + block.b.numBytes! > offset,
        );
        call.reply({
          locations: { fileLength, blocks, underConstruction: false, isLastBlockComplete: true, lastBlock: all.at(-1) },
        });
      },
    };
  }

  private commit(file: FakeFile, last: ExtendedBlockProto): void {
    const found = file.blocks.find(({ block }) => block.blockId === last.blockId);
    assert.ok(found, 'the last block is known');
    assert.equal(last.generationStamp, found.block.generationStamp, 'the stamp of the last block');
    found.block.numBytes = last.numBytes;
  }

  private status(path: string): HdfsFileStatusProto {
    const { blockSize, replication } = this.files.get(path)!;
    return {
      fileType: HdfsFileStatusProto_FileType.IS_FILE,
      path: new Uint8Array(0),
      length: 0,
      permission: { perm: 0o644 },
      owner: 'tester',
      group: 'tester',
      modification_time: 0,
      access_time: 0,
      block_replication: replication,
      blocksize: blockSize,
      fileId: 1,
    };
  }

  private located(path: string, index: number, nodes?: DatanodeInfoProto[]): LocatedBlockProto {
    const { blocks } = this.files.get(path)!;
    const { block, nodes: own } = blocks[index]!;
    const locs = nodes ?? own;
    const offset = blocks.slice(0, index).reduce((sum, { block: earlier }) => sum + (earlier.numBytes ?? 0), 0);
    return {
      b: { ...block },
      offset,
      locs,
      corrupt: false,
      blockToken: TOKEN,
      isCached: locs.map(() => false),
      storageTypes: locs.map(() => StorageTypeProto.DISK),
      storageIDs: locs.map(({ id }) => `DS-${id.hostName}`),
      blockTokens: [],
    };
  }
}
