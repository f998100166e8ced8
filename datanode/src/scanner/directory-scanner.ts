import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import type { Clock, Random } from '@rfs/base/seams';
import { type ReplicaStore, replicasOf, SUBDIR_COUNT, subdirOf, subdirPath, type Volume } from '../store/index.js';
import { Pace } from './pace.js';
import { checkThere, type Reconciler } from './reconcile.js';

/** Lets others run between two parts of the replica map. */
const BREATH_MS = 1;

export interface DirectoryScannerOptions {
  readonly store: ReplicaStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly intervalMs: number;
  readonly reconciler: Reconciler;
}

/**
 * Compares what the volumes hold with what memory says (DirectoryScanner): one volume after the other and one folder at
 * a time, files asked for one by one, since nobody waits for it. The first time at random within the interval, so that
 * not all datanodes of a cluster begin together.
 */
export class DirectoryScanner {
  private readonly options: DirectoryScannerOptions;
  private readonly pace: Pace;
  private running: Promise<void> | null = null;

  constructor(options: DirectoryScannerOptions) {
    this.options = options;
    this.pace = new Pace(options.clock);
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.pace.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { random, intervalMs } = this.options;
    await this.pace.sleep(Math.floor((random.uint32() / 2 ** 32) * intervalMs));
    while (!this.pace.stopped) {
      for (const volume of this.options.store.volumes) {
        if (volume.failure === null && !this.pace.stopped) await this.scan(volume);
      }
      await this.pace.sleep(intervalMs);
    }
  }

  private async scan(volume: Volume): Promise<void> {
    const { store, log } = this.options;
    try {
      await checkThere(store, volume);
      const known = await this.replicasIn(volume);
      for (let subdir = 0; subdir < SUBDIR_COUNT; subdir++) {
        if (volume.failure !== null || this.pace.stopped) return;
        await this.scanFolder(volume, subdir, known[subdir]!);
      }
    } catch (error) {
      log.warn('a volume could not be compared with memory', { folder: volume.folder, error });
      store.diskError(volume, error as Error);
    }
  }

  /** The volume's finalized replicas by folder. */
  private async replicasIn(volume: Volume): Promise<BlockId[][]> {
    const { store } = this.options;
    const known: BlockId[][] = Array.from({ length: SUBDIR_COUNT }, () => []);
    for (let part = 0; part < store.finalizedParts && !this.pace.stopped; part++) {
      store.walkFinalized(part, (replica) => {
        if (replica.volume === volume.index) known[subdirOf(replica.blockId)]!.push(replica.blockId);
      });
      await this.pace.sleep(BREATH_MS);
    }
    return known;
  }

  private async scanFolder(volume: Volume, subdir: number, known: readonly BlockId[]): Promise<void> {
    const { store, reconciler, log } = this.options;
    const folder = `${volume.folders.finalized}/${subdirPath(subdir)}`;
    const { blocks, stamps } = replicasOf(await store.files.list(folder));
    const onDisk = new Set(blocks);
    for (const blockId of onDisk) {
      if (this.pace.stopped) return;
      if (subdirOf(blockId) !== subdir)
        log.warn('a replica is in a folder where it does not belong', { folder, blockId });
      else if (await this.differs(volume, blockId)) {
        await reconciler.check(volume, blockId, stamps.get(blockId) ?? null);
      }
    }
    const withoutData = new Set(known);
    for (const blockId of stamps.keys()) if (subdirOf(blockId) === subdir) withoutData.add(blockId);
    for (const blockId of withoutData) {
      if (onDisk.has(blockId)) continue;
      if (this.pace.stopped) return;
      await reconciler.check(volume, blockId, stamps.get(blockId) ?? null);
    }
  }

  /** Whether a block file that was listed is not what memory says. */
  private async differs(volume: Volume, blockId: BlockId): Promise<boolean> {
    const { store } = this.options;
    const view = store.view(blockId);
    if (view === null || view.volume !== volume) return true;
    if (view.state !== 'FINALIZED') return false;
    const { data, meta } = store.pathsAt(volume, blockId, view.generationStamp);
    if ((await store.files.sizeBytes(data)) !== view.lengthBytes) return true;
    return (await store.files.sizeBytes(meta)) === null;
  }
}
