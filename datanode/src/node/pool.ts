import type { Logger } from '@rfs/base/log';
import type { Clock, Random } from '@rfs/base/seams';
import type { DatanodeCommandProto, RecoveringBlockProto } from '@rfs/protocol/messages';
import { Commands, Deletions, type PoolService } from '../reports/index.js';
import { Scanners, type ScanSettings } from '../scanner/index.js';
import {
  blockText,
  DigestTaker,
  type NamespaceIdentity,
  nodeFiles,
  openStore,
  type ReplicaStore,
  type StorageFolders,
  type Volume,
  type VolumeChoice,
} from '../store/index.js';
import type { TransferService } from '../transfer/index.js';

export interface PoolOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly folders: StorageFolders;
  readonly choice: VolumeChoice;
  readonly toleratedFailures: number;
  /** What transfers need besides the replicas. */
  readonly transfers: Omit<TransferService, 'store' | 'reportBad' | 'suspect' | 'filesMissing' | 'read'>;
  readonly scan: ScanSettings;
  readonly recover: (order: RecoveringBlockProto, store: ReplicaStore) => Promise<void>;
  readonly fatal: (error: Error) => void;
}

/** What a datanode has from the moment on when it knows its namespace: the replicas, and all that works on them. */
export class Pool {
  readonly store: ReplicaStore;
  readonly service: TransferService;
  readonly deletions: Deletions;
  readonly scanners: Scanners;
  private readonly digests: DigestTaker;
  private readonly commands: Commands;

  private constructor(service: TransferService, digests: DigestTaker, scanners: Scanners, options: PoolOptions) {
    const { log } = options;
    const { store } = service;
    this.store = store;
    this.service = service;
    this.digests = digests;
    this.scanners = scanners;
    this.deletions = new Deletions(store, (blockId, error) =>
      log.warn('a replica could not be deleted', { blockId, error }),
    );
    this.commands = new Commands({
      service,
      deletions: this.deletions,
      recover: (order) => options.recover(order, store),
      log,
    });
  }

  /** Opens the folders for a namespace and finds its replicas. */
  static async open(namespace: NamespaceIdentity, events: PoolService, options: PoolOptions): Promise<Pool> {
    const { clock, log, folders, choice, transfers } = options;
    const beganMs = clock.monotonicMs();
    const store: ReplicaStore = await openStore(folders, namespace, {
      files: nodeFiles,
      clock,
      choice,
      events: {
        receiving: (replica) => events.receiving(replica),
        received: (block, volume, digest, deleteHint) => {
          transfers.counters.blocksWritten++;
          transfers.counters.bytesWritten += block.lengthBytes;
          events.received(block, volume, digest, deleteHint);
          if (digest === null) digests.want(block);
        },
        digestTaken: (block, volume, digest) => events.digestTaken(block, volume, digest),
        deleted: (blockId, generationStamp, volume) => events.deleted(blockId, generationStamp, volume),
        volumeFailed: (volume) => volumeFailed(volume, store, events, options),
      },
    });
    // Loading reports nothing, so the taker is there before its first use.
    const digests = new DigestTaker(store, (block, error) => {
      log.warn('a replica could not be read for its digest', { block: blockText(block), error });
      const view = store.view(block.blockId);
      if (view !== null) scanners.suspect(block, view.volume);
    });
    const reportBad: TransferService['reportBad'] = (block, volume) => {
      log.warn('a replica is damaged', { block: blockText(block), folder: volume.folder });
      events.reportBad(block, volume);
    };
    const { random, scan: settings } = options;
    const verified: PoolService['verified'] = (block, volume, digest) => events.verified(block, volume, digest);
    const scanners = new Scanners({ store, clock, random, log, settings, reportBad, verified });
    log.info('opened the replicas', {
      pool: namespace.blockPoolId,
      replicas: store.finalizedCount,
      tookMs: Math.round(clock.monotonicMs() - beganMs),
    });
    scanners.start();
    const suspect: TransferService['suspect'] = (block, volume) => scanners.suspect(block, volume);
    const filesMissing: TransferService['filesMissing'] = (blockId, volume) => scanners.filesMissing(blockId, volume);
    const read: TransferService['read'] = (blockId, volume) => scanners.read(blockId, volume);
    const service = { ...transfers, store, reportBad, suspect, filesMissing, read };
    return new Pool(service, digests, scanners, options);
  }

  execute(command: DatanodeCommandProto): void {
    this.commands.execute(command);
  }

  async close(): Promise<void> {
    this.deletions.clear();
    await this.scanners.stop();
    await this.digests.stop();
    await this.store.close();
  }
}

/** The namenodes hear of it with the next heartbeat; a datanode that has lost more than it may lose ends. */
function volumeFailed(volume: Volume, store: ReplicaStore, events: PoolService, options: PoolOptions): void {
  const { log, folders, toleratedFailures, fatal } = options;
  const lost = folders.failed.length + store.volumes.filter(({ failure }) => failure !== null).length;
  log.error('a volume has failed', { folder: volume.folder, error: volume.failure });
  const left = store.volumes.some(({ failure }) => failure === null);
  if (lost > toleratedFailures || !left) {
    fatal(new Error(`${lost} volumes have failed, which is more than dfs.datanode.failed.volumes.tolerated`));
    return;
  }
  for (const namenode of events.namenodes) namenode.reportSoon();
}
