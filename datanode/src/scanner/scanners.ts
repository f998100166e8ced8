import type { Logger } from '@rfs/base/log';
import type { Clock, Random } from '@rfs/base/seams';
import type { Block, ReplicaStore, Volume } from '../store/index.js';
import { newScanCounters, type ScanCounters } from './counters.js';
import { DirectoryScanner } from './directory-scanner.js';
import { Reconciler } from './reconcile.js';
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
}

/** All that looks for damage in the replicas of a datanode while nobody reads them. */
export class Scanners {
  readonly counters: ScanCounters = newScanCounters();
  /** By the volumes' indexes; empty when the block scanner is off. */
  private readonly volumes: readonly VolumeScanner[];
  private readonly directories: DirectoryScanner | null;

  /** The block scanner is off with a period below 0 or no bandwidth; period 0 means the usual one (BlockScanner.Conf). */
  constructor(options: ScannersOptions) {
    const { settings, store, clock, random, log, reportBad } = options;
    const { counters } = this;
    const reconciler = new Reconciler({
      store,
      log,
      counters,
      reportBad,
      suspect: (block, volume) => this.suspect(block, volume),
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
          reportBad,
          filesMissing: (blockId) => reconciler.check(volume, blockId, null),
        }),
    );
    const { directoryIntervalMs: intervalMs } = settings;
    this.directories =
      intervalMs > 0 ? new DirectoryScanner({ store, clock, random, log, intervalMs, reconciler }) : null;
  }

  start(): void {
    for (const scanner of this.volumes) scanner.start();
    this.directories?.start();
  }

  /** Reading the replica failed in a way that does not prove it bad: it is looked at before others. */
  suspect(block: Block, volume: Volume): void {
    this.volumes[volume.index]?.suspect(block);
  }

  /** Reads nothing until {@link resume}, from the next slice on. */
  pause(): void {
    for (const scanner of this.volumes) scanner.pause();
    this.directories?.pause();
  }

  resume(): void {
    for (const scanner of this.volumes) scanner.resume();
    this.directories?.resume();
  }

  /** Resolves when nothing is read any more and the cursors are saved. */
  async stop(): Promise<void> {
    await Promise.all([...this.volumes.map((scanner) => scanner.stop()), this.directories?.stop()]);
  }
}
