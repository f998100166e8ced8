import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import type { Clock } from '@rfs/base/seams';
import type { Block, ReplicaStore, Volume } from '../store/index.js';
import { Throttle } from '../transfer/index.js';
import type { ScanCounters } from './counters.js';
import { type Cursor, newCursor, readCursor, writeCursor } from './cursor.js';
import { JustRead } from './just-read.js';
import { Pace } from './pace.js';
import type { ReplicaCheck } from './replica-check.js';
import { Suspects } from './suspects.js';
import { VolumeWalk } from './volume-walk.js';

/** After an error that is not about one replica. */
const ERROR_REST_MS = 60_000;

export interface BlockScanSettings {
  /** Each replica is read once in this time. */
  readonly periodMs: number;
  /** What the scan of one volume may take of its disk. */
  readonly bytesPerSecond: number;
  readonly cursorSaveMs: number;
}

export interface VolumeScannerOptions {
  readonly store: ReplicaStore;
  readonly volume: Volume;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: BlockScanSettings;
  readonly counters: ScanCounters;
  readonly check: ReplicaCheck;
}

/**
 * Reads all finalized replicas of a volume again and again, once in each period, and reports those that are damaged
 * (VolumeScanner). Suspects come first, then what was just read. A round that takes longer than the period is followed by the next at once.
 */
export class VolumeScanner {
  private readonly options: VolumeScannerOptions;
  private readonly pace: Pace;
  private readonly throttle: Throttle;
  private readonly suspects = new Suspects();
  private readonly justRead = new JustRead();
  private readonly cursorPath: string;
  private cursor: Cursor;
  private walk: VolumeWalk;
  private savedMs = 0;
  private running: Promise<void> | null = null;

  constructor(options: VolumeScannerOptions) {
    const { clock, settings, volume, store } = options;
    this.options = options;
    this.pace = new Pace(clock);
    this.throttle = new Throttle(clock, settings.bytesPerSecond);
    this.cursorPath = `${volume.folders.pool}/scanner.cursor`;
    this.cursor = newCursor(clock.nowMs());
    this.walk = new VolumeWalk(store.files, volume, this.cursor);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Looks at a replica before all others, unless it did so a moment ago. */
  suspect(block: Block): void {
    if (this.suspects.add(block.blockId, block.generationStamp, this.options.clock.monotonicMs())) this.pace.nudge();
  }

  /** Somebody has read the replica: this round looks at it soon, unless it has done so. */
  read(blockId: BlockId): void {
    this.justRead.add(blockId);
  }

  /** Resolves when nothing is being read any more and the cursor is saved. */
  async stop(): Promise<void> {
    this.pace.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { store, volume, clock, log } = this.options;
    let restMs = 0;
    try {
      this.cursor = await readCursor(store.files, this.cursorPath, clock.nowMs());
      this.walk = new VolumeWalk(store.files, volume, this.cursor);
      this.savedMs = clock.monotonicMs();
    } catch (error) {
      log.warn('the scan of a volume begins anew: its cursor could not be read', { folder: volume.folder, error });
    }
    while (!this.pace.stopped && volume.failure === null) {
      try {
        restMs = await this.step();
      } catch (error) {
        log.warn('the scan of a volume was interrupted', { folder: volume.folder, error });
        store.diskError(volume, error as Error);
        restMs = ERROR_REST_MS;
      }
      if (this.suspects.count === 0) await this.pace.rest(restMs);
    }
    if (volume.failure === null) await this.save();
  }

  /** Looks at one replica. How long there is nothing to do then. */
  private async step(): Promise<number> {
    const { clock, settings, counters, log, volume, check } = this.options;
    const spend = (bytes: number) => this.spend(bytes);
    const suspect = this.suspects.take();
    if (suspect !== null) {
      await check.look(suspect, volume, spend);
      return 0;
    }
    const { cursor } = this;
    if (cursor.atEnd) {
      const restMs = cursor.roundStartMs + settings.periodMs - clock.nowMs();
      if (restMs > 0) return restMs;
      this.cursor = newCursor(clock.nowMs());
      this.walk = new VolumeWalk(this.options.store.files, volume, this.cursor);
      this.justRead.beginRound();
    }
    const read = this.justRead.take((blockId) => this.walk.passed(blockId));
    if (read !== null) {
      await check.look(read, volume, spend);
      return 0;
    }
    const next = await this.walk.next();
    if (next === null) {
      counters.rounds++;
      const tookMs = clock.nowMs() - this.cursor.roundStartMs;
      log.info('all replicas of a volume have been read', { folder: volume.folder, tookMs });
      if (tookMs > settings.periodMs) {
        log.warn('dfs.block.scanner.volume.bytes.per.second is too low to read a volume in each period', {
          folder: volume.folder,
          periodMs: settings.periodMs,
        });
      }
      await this.save();
      return 0;
    }
    if (!this.justRead.wasTaken(next)) await check.look(next, volume, spend);
    if (clock.monotonicMs() - this.savedMs >= settings.cursorSaveMs) await this.save();
    return 0;
  }

  private async spend(bytes: number): Promise<boolean> {
    await this.pace.sleep(this.throttle.take(bytes));
    return !this.pace.stopped;
  }

  private async save(): Promise<void> {
    const { store, clock, log, volume } = this.options;
    this.savedMs = clock.monotonicMs();
    try {
      await writeCursor(store.files, this.cursorPath, this.cursor, clock.nowMs());
    } catch (error) {
      log.warn('the cursor of a scan could not be saved', { folder: volume.folder, error });
      store.diskError(volume, error as Error);
    }
  }
}
