import { FailureError } from '@rfs/base/failure';
import type { BlockId } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import {
  type Block,
  blockText,
  closeReadable,
  openForRead,
  type ReadableReplica,
  type ReplicaStore,
  type ReplicaView,
  recordDigest,
  subdirOf,
  type Volume,
} from '../store/index.js';
import type { ScanCounters } from './counters.js';
import { type Verdict, verifyReplica } from './verify.js';

/** The pages that a disk reads to open two files, so that many small replicas do not come for nothing. */
const OPEN_COST_BYTES = 8192;

export interface ReplicaCheckOptions {
  readonly store: ReplicaStore;
  readonly log: Logger;
  readonly counters: ScanCounters;
  readonly reportBad: (block: Block, volume: Volume) => void;
  /** A file of the replica is not there. */
  readonly filesMissing: (blockId: BlockId, volume: Volume) => Promise<void>;
}

/** A replica that was read and is what it should be. */
export interface SoundReplica {
  readonly block: Block;
  readonly volume: Volume;
  readonly digest: Uint8Array;
}

/** Checks single replicas and reports those that are damaged; takes the digests of those that had none. */
export class ReplicaCheck {
  private readonly options: ReplicaCheckOptions;

  constructor(options: ReplicaCheckOptions) {
    this.options = options;
  }

  /**
   * Reads a finalized replica of the volume, if it has one of this block.
   * @param spend called before each read with what it takes of the disk; false ends the check
   * @returns null unless the replica was read to its end and found good
   */
  async look(
    blockId: BlockId,
    volume: Volume,
    spend: (bytes: number) => Promise<boolean>,
  ): Promise<SoundReplica | null> {
    const { store, counters } = this.options;
    const view = store.view(blockId);
    // What is not in memory is left to the directory scanner.
    if (view?.state !== 'FINALIZED' || view.volume !== volume) return null;
    const { generationStamp, lengthBytes } = view;
    const block: Block = { poolId: store.poolId, blockId, generationStamp, lengthBytes };
    const recorded = await volume.catalog.find(subdirOf(blockId), blockId, generationStamp);
    let verdict: Verdict;
    try {
      verdict = await this.verify(block, view, recorded, spend);
    } catch (error) {
      if (this.isUnchanged(view)) await this.couldNotRead(block, volume, error as NodeJS.ErrnoException);
      return null;
    }
    if (verdict.kind === 'stopped' || !this.isUnchanged(view)) return null;
    if (verdict.kind === 'damaged') {
      this.report(block, volume, verdict.detail);
      return null;
    }
    counters.verified++;
    counters.verifiedBytes += lengthBytes;
    const { digest } = verdict;
    if (recorded === null) await this.record(view, digest);
    return this.isUnchanged(view) ? { block, volume, digest } : null;
  }

  private async verify(
    block: Block,
    view: ReplicaView,
    recorded: Uint8Array | null,
    spend: (bytes: number) => Promise<boolean>,
  ): Promise<Verdict> {
    const replica: ReadableReplica = await openForRead(this.options.store, block, 0);
    try {
      if (replica.view.state !== 'FINALIZED' || replica.view.generationStamp !== view.generationStamp) {
        return { kind: 'stopped' };
      }
      if (!(await spend(OPEN_COST_BYTES))) return { kind: 'stopped' };
      return await verifyReplica(replica, recorded, spend);
    } finally {
      await closeReadable(replica);
    }
  }

  private async record(view: ReplicaView, digest: Uint8Array): Promise<void> {
    const { store } = this.options;
    await store.inTurn(view.blockId, async () => {
      if (this.isUnchanged(view)) await recordDigest(store, view, digest);
    });
  }

  /** A replica that was deleted, appended to or recovered while it was read may look damaged. */
  private isUnchanged(view: ReplicaView): boolean {
    const now = this.options.store.view(view.blockId);
    return (
      view.volume.failure === null &&
      now?.state === 'FINALIZED' &&
      now.volume === view.volume &&
      now.generationStamp === view.generationStamp &&
      now.lengthBytes === view.lengthBytes
    );
  }

  private async couldNotRead(block: Block, volume: Volume, error: NodeJS.ErrnoException): Promise<void> {
    const { log, counters, filesMissing } = this.options;
    if (error.code === 'ENOENT') {
      await filesMissing(block.blockId, volume);
    } else if (error.code === 'EIO' || error instanceof FailureError) {
      // A bad sector, or a header of the sums that is none.
      this.report(block, volume, error.message);
    } else {
      counters.unread++;
      log.warn('a replica could not be read by the scan', { block: blockText(block), folder: volume.folder, error });
    }
  }

  private report(block: Block, volume: Volume, detail: string): void {
    const { log, counters, reportBad } = this.options;
    counters.damaged++;
    log.warn('the scan found a damaged replica', { block: blockText(block), folder: volume.folder, detail });
    reportBad(block, volume);
  }
}
