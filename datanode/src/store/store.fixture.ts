import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { seededRandom, VirtualClock } from '@rfs/base/system';
import type { Block } from './block.js';
import { findBadChunk, sumsOf } from './chunk-sums.js';
import { DigestTaker } from './digest-taker.js';
import { finalizeReplica } from './finalize.js';
import { ChecksumType, META_HEADER_BYTES } from './meta-header.js';
import { nodeFiles } from './node-files.js';
import { openStore } from './open-store.js';
import { createRbw, type OpenForWrite, type ReplicaUser } from './pipeline.js';
import type { ReplicaStore } from './replica-store.js';
import { StorageFolders } from './storage-folders.js';
import { RoundRobinChoice } from './volume-choice.js';

export const FORMAT = { type: ChecksumType.CRC32C, bytesPerChecksum: 512 } as const;
export const NAMESPACE = { namespaceId: 7, clusterId: 'CID-1', cTime: 0, blockPoolId: 'BP-1-127.0.0.1-1' };
export const TARGET = { storageType: 'DISK', storageId: undefined, format: FORMAT } as const;

/** A datanode's store on folders of its own, that can be left as a crash leaves it. */
export class Fixture {
  readonly root = fs.mkdtempSync(join(tmpdir(), 'rfs-store-'));
  readonly heard: string[] = [];
  store!: ReplicaStore;
  taker!: DigestTaker;
  private folders!: StorageFolders;
  private readonly volumes: number;

  constructor(volumes = 2) {
    this.volumes = volumes;
  }

  async start(): Promise<this> {
    const locations = Array.from({ length: this.volumes }, (_, i) => ({
      folder: join(this.root, `data${i}`),
      storageType: 'DISK' as const,
    }));
    const random = seededRandom(this.root);
    const files = nodeFiles;
    this.folders = await StorageFolders.open({
      files,
      random,
      locations,
      reservation: { bytes: 0, percent: 0 },
      permissions: 0o700,
      toleratedFailures: 0,
    });
    this.store = await openStore(this.folders, NAMESPACE, {
      files,
      clock: new VirtualClock(),
      choice: new RoundRobinChoice(),
      events: {
        receiving: (replica) => this.heard.push(`receiving ${replica.blockId}`),
        digestTaken: (block) =>
          this.heard.push(`received ${block.blockId}_${block.generationStamp} ${block.lengthBytes}`),
        received: (block, _, digest) => {
          this.heard.push(`received ${block.blockId}_${block.generationStamp} ${block.lengthBytes}`);
          if (digest === null) this.taker.want(block);
        },
        deleted: (blockId) => this.heard.push(`deleted ${blockId}`),
        volumeFailed: (volume) => this.heard.push(`failed ${volume.index}`),
      },
    });
    this.taker = new DigestTaker(this.store, (block, error) =>
      this.heard.push(`unread ${block.blockId} ${error.message}`),
    );
    return this;
  }

  /** As if the process had been killed: nothing is finished, only the locks go. */
  async crash(): Promise<this> {
    for (const volume of this.store.volumes) await volume.unlock();
    return this.start();
  }

  async end(): Promise<void> {
    await this.taker.stop();
    await this.store.close();
    fs.rmSync(this.root, { recursive: true });
  }
}

/** Writes like a pipeline whose every byte is acknowledged at once. */
export class Writer implements ReplicaUser {
  replica!: OpenForWrite['replica'];
  writer!: OpenForWrite['writer'];
  private readonly waiting: { until: number; resolve: () => void }[] = [];

  opened(opened: OpenForWrite): void {
    this.replica = opened.replica;
    this.writer = opened.writer;
  }

  written(lengthBytes: number): void {
    this.replica.ackedBytes = lengthBytes;
    for (const one of this.waiting.splice(0)) {
      if (one.until <= lengthBytes) one.resolve();
      else this.waiting.push(one);
    }
  }

  failed(error: Error): void {
    throw error;
  }

  async stop(): Promise<void> {
    await this.writer.close();
    this.replica.owner = null;
  }

  write(data: Uint8Array, sums: Uint8Array): Promise<void> {
    const { writer } = this;
    writer.append(data, sums);
    return new Promise((resolve) => this.waiting.push({ until: writer.lengthBytes, resolve }));
  }

  async finish(store: ReplicaStore): Promise<void> {
    await this.stop();
    await store.inTurn(this.replica.blockId, () => finalizeReplica(store, this.replica, this.writer.digest()));
  }
}

export function block(id: number, stamp = 1001, lengthBytes = 1 << 20): Block {
  return {
    poolId: NAMESPACE.blockPoolId,
    blockId: id as BlockId,
    generationStamp: stamp as GenerationStamp,
    lengthBytes,
  };
}

export function stamp(value: number): GenerationStamp {
  return value as GenerationStamp;
}

export const bytes = (length: number, seed = 1) => Buffer.from(seededRandom(seed).bytes(length));

export async function create(store: ReplicaStore, of: Block): Promise<Writer> {
  const writer = new Writer();
  await createRbw(store, of, stamp(0), TARGET, writer);
  return writer;
}

export async function stored(store: ReplicaStore, of: Block, data: Uint8Array): Promise<void> {
  const writer = await create(store, of);
  await writer.write(data, sumsOf(FORMAT, data));
  await writer.finish(store);
}

/** The replica's bytes, checked against its meta file. */
export async function content(store: ReplicaStore, id: number): Promise<Buffer> {
  const view = store.view(id as BlockId)!;
  const open = store.openReplica(view.blockId);
  const paths = open ? await open.paths() : store.pathsAt(view.volume, view.blockId, view.generationStamp);
  const data = fs.readFileSync(paths.data);
  const meta = fs.readFileSync(paths.meta);
  assert.equal(data.length, view.onDiskBytes);
  assert.equal(meta.length, META_HEADER_BYTES + Math.ceil(data.length / 512) * 4);
  assert.equal(findBadChunk(FORMAT, data, meta.subarray(META_HEADER_BYTES)), -1);
  return data;
}
