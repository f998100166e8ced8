import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import type { Clock, Random } from '@rfs/base/seams';
import type { Block, ReplicaStore, Volume } from '../store/index.js';
import { newScanCounters, type ScanCounters } from './counters.js';
import { DirectoryScanner } from './directory-scanner.js';
import { OrderedChecks } from './ordered-checks.js';
import { Reconciler } from './reconcile.js';
import { ReplicaCheck } from './replica-check.js';
import { type BlockScanSettings, VolumeScanner } from './volume-scanner.js';

/** HDFS's three weeks, which 0 stands for. */
const USUAL_PERIOD_MS = 504 * 3_600_000;

export interface ScanSettings extends BlockScanSettings {
  /** Between two comparisons of disk and memory; below one never. */
  readonly directoryIntervalMs: number;
}

export interface ScannersOptions {
  readonly store: ReplicaStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly settings: ScanSettings;
  /** A replica is damaged: the namenodes are to know. */
  readonly reportBad: (block: Block, volume: Volume) => void;
  /** A replica that was to be verified is good. */
  readonly verified: (block: Block, volume: Volume, digest: Uint8Array) => void;
}

/** All that looks for damage in the replicas of a datanode while nobody reads them. */
export class Scanners {
  readonly counters: ScanCounters = newScanCounters();
  /** By the volumes' indexes; empty when the block scanner is off. */
  private readonly volumes: readonly VolumeScanner[];
  private readonly directories: DirectoryScanner | null;
  private readonly ordered: OrderedChecks;
  private readonly store: ReplicaStore;
  private readonly reconciler: Reconciler;

  /** The block scanner is off with a period below 0 or no bandwidth; period 0 means the usual one (BlockScanner.Conf). */
  constructor(options: ScannersOptions) {
    const { settings, store, clock, random, log, reportBad } = options;
    const { counters } = this;
    this.store = store;
    this.reconciler = new Reconciler({
      store,
      log,
      counters,
      reportBad,
      suspect: (block, volume) => this.suspect(block, volume),
    });
    const check = new ReplicaCheck({
      store,
      log,
      counters,
      reportBad,
      filesMissing: (blockId, volume) => this.reconciler.check(volume, blockId, null),
    });
    this.ordered = new OrderedChecks({
      store,
      check,
      sound: ({ block, volume, digest }) => options.verified(block, volume, digest),
    });
    const on = settings.periodMs >= 0 && settings.bytesPerSecond > 0;
    const scan = { ...settings, periodMs: settings.periodMs === 0 ? USUAL_PERIOD_MS : settings.periodMs };
    this.volumes = (on ? store.volumes : []).map(
      (volume) =>
        new VolumeScanner({
          store,
          volume,
          clock,
          log,
          settings: scan,
          counters,
          check,
        }),
    );
    const { directoryIntervalMs: intervalMs } = settings;
    this.directories =
      intervalMs > 0
        ? new DirectoryScanner({ store, clock, random, log, intervalMs, reconciler: this.reconciler })
        : null;
  }

  start(): void {
    for (const scanner of this.volumes) scanner.start();
    this.directories?.start();
  }

  /** Reading the replica failed in a way that does not prove it bad: it is looked at before others. */
  suspect(block: Block, volume: Volume): void {
    this.volumes[volume.index]?.suspect(block);
  }

  /** A reader did not find a file of the replica: memory and disk are compared. */
  filesMissing(blockId: BlockId, volume: Volume): void {
    this.reconciler.check(volume, blockId, null).catch((error) => this.store.diskError(volume, error));
  }

  /** Somebody has read the replica. */
  read(blockId: BlockId, volume: Volume): void {
    this.volumes[volume.index]?.read(blockId);
  }

  /** A namenode wants the replica checked: at once, and told of also when it is good. */
  verify(blockId: BlockId): void {
    this.ordered.add(blockId);
  }

  /** Resolves when nothing is read any more and the cursors are saved. */
  async stop(): Promise<void> {
    await Promise.all([
      ...this.volumes.map((scanner) => scanner.stop()),
      this.directories?.stop(),
      this.ordered.stop(),
    ]);
  }
}
