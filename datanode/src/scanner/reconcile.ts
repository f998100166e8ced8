import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { idToText } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import { announce, type Block, type ReplicaStore, type ReplicaView, type Volume } from '../store/index.js';
import type { ScanCounters } from './counters.js';

export interface ReconcilerOptions {
  readonly store: ReplicaStore;
  readonly log: Logger;
  readonly counters: ScanCounters;
  readonly reportBad: (block: Block, volume: Volume) => void;
  /** A replica whose content nobody has vouched for has come to light. */
  readonly suspect: (block: Block, volume: Volume) => void;
}

/**
 * Settles a difference between memory and disk (FsDatasetImpl.checkAndUpdate). The disk is asked again in the block's
 * turn, so what is being moved, written or deleted is never taken for a difference. One rule is ours: a replica without
 * sums keeps its stamp, where HDFS gives it stamp 0, and is reported bad at once instead of by the next full report.
 */
export class Reconciler {
  private readonly options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.options = options;
  }

  /**
   * Throws the disk's errors, and {@link checkThere}'s.
   * @param stamp in the name of the newest meta file that was seen on this volume; null for none
   */
  async check(volume: Volume, blockId: BlockId, stamp: GenerationStamp | null): Promise<void> {
    const { store, counters } = this.options;
    const gone = await store.inTurn(blockId, () => this.settle(volume, blockId, stamp));
    if (gone === null) return;
    this.warn('a replica is no longer on disk', volume, blockId);
    // Its stamp names it: nobody can have made the file anew meanwhile.
    if (await store.invalidate(blockId, gone.generationStamp)) counters.missing++;
  }

  /** What memory must forget; null for nothing, or when the difference is settled. */
  private async settle(volume: Volume, blockId: BlockId, stamp: GenerationStamp | null): Promise<ReplicaView | null> {
    const { store } = this.options;
    if (volume.failure !== null || store.openReplica(blockId) !== undefined) return null;
    const view = store.view(blockId);
    const paths = store.pathsAt(volume, blockId, stamp ?? (0 as GenerationStamp));
    const lengthBytes = await store.files.sizeBytes(paths.data);
    if (lengthBytes === null) {
      // Sums without data serve nobody; those of a replica in memory go with it.
      if (stamp !== null && (view?.volume !== volume || view.generationStamp !== stamp)) await this.remove(paths.meta);
      if (view?.volume !== volume) return null;
      await checkThere(store, volume);
      return view;
    }
    if (view === null) await this.adopt(volume, blockId, stamp, lengthBytes);
    else if (view.volume === volume) await this.compare(view, stamp, lengthBytes);
    else await this.chooseOne(view, volume, stamp, lengthBytes);
    return null;
  }

  private async adopt(
    volume: Volume,
    blockId: BlockId,
    stamp: GenerationStamp | null,
    lengthBytes: number,
  ): Promise<void> {
    const { store, counters, suspect } = this.options;
    this.warn('a replica on disk was not known', volume, blockId);
    counters.found++;
    // Without sums it gets HDFS's oldest stamp, which no namenode takes for a good replica's.
    store.adopt(volume, blockId, stamp ?? (0 as GenerationStamp), lengthBytes);
    const view = store.view(blockId)!;
    await announce(store, view, null, '');
    suspect(blockOf(store, view), volume);
  }

  private async compare(view: ReplicaView, stamp: GenerationStamp | null, lengthBytes: number): Promise<void> {
    const { store, counters, reportBad, suspect } = this.options;
    const { blockId, volume } = view;
    const meta = store.pathsAt(volume, blockId, view.generationStamp).meta;
    const hasSums = (await store.files.sizeBytes(meta)) !== null;
    if (!hasSums && stamp !== null && stamp !== view.generationStamp) {
      this.warn('the sums of a replica have another stamp', volume, blockId, { stamp });
      counters.mismatched++;
      store.restamp(view, stamp);
      if (lengthBytes !== view.lengthBytes) store.relength(store.view(blockId)!, lengthBytes);
      const now = store.view(blockId)!;
      await announce(store, now, null, '');
      suspect(blockOf(store, now), volume);
      return;
    }
    if (hasSums && lengthBytes === view.lengthBytes) return;
    this.warn('a replica has no sums, or another length', volume, blockId, {
      hasSums,
      lengthBytes,
      expectedBytes: view.lengthBytes,
    });
    counters.mismatched++;
    reportBad(blockOf(store, view), volume);
    if (lengthBytes !== view.lengthBytes) store.relength(view, lengthBytes);
  }

  /** Two volumes have the block: the newer replica stays, of the same stamp the longer one, else that in memory. */
  private async chooseOne(
    view: ReplicaView,
    volume: Volume,
    stamp: GenerationStamp | null,
    lengthBytes: number,
  ): Promise<void> {
    const { store } = this.options;
    const { blockId } = view;
    const paths = store.pathsAt(volume, blockId, stamp ?? (0 as GenerationStamp));
    const known = await store.files.sizeBytes(store.pathsAt(view.volume, blockId, view.generationStamp).data);
    const better =
      stamp !== null && (known === null || (stamp - view.generationStamp || lengthBytes - view.lengthBytes) > 0);
    this.warn('two volumes have a replica of the same block', volume, blockId, { other: view.volume.folder, better });
    if (!better) {
      await this.remove(paths.data);
      if (stamp !== null) await this.remove(paths.meta);
      return;
    }
    await store.removeFinalized(view);
    store.events.deleted(blockId, view.generationStamp, view.volume);
    await this.adopt(volume, blockId, stamp, lengthBytes);
  }

  private async remove(path: string): Promise<void> {
    const { store, counters } = this.options;
    if (await store.files.remove(path)) counters.removed++;
  }

  private warn(message: string, volume: Volume, blockId: BlockId, facts: Readonly<Record<string, unknown>> = {}): void {
    this.options.log.warn(message, { block: `blk_${idToText(blockId)}`, folder: volume.folder, ...facts });
  }
}

/**
 * Throws as if the device had been taken out when the volume's folder was unmounted or removed as a whole: nothing can be
 * said about its replicas then.
 */
export async function checkThere(store: ReplicaStore, volume: Volume): Promise<void> {
  const version = `${volume.folders.current}/VERSION`;
  if ((await store.files.sizeBytes(version)) !== null) return;
  throw Object.assign(new Error(`${version} is gone`), { code: 'ENODEV' });
}

function blockOf(store: ReplicaStore, view: ReplicaView): Block {
  const { blockId, generationStamp, lengthBytes } = view;
  return { poolId: store.poolId, blockId, generationStamp, lengthBytes };
}
