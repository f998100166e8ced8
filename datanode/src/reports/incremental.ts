import type { BlockId } from '@rfs/base/ids';
import {
  type ReceivedDeletedBlockInfoProto,
  type StorageReceivedDeletedBlocksProto,
  DatanodeStorageProto_StorageState as StorageState,
} from '@rfs/protocol/messages';
import type { Volume } from '../store/index.js';
import { storageTypeToProto } from '../transfer/index.js';

/** What reports name of a volume. */
export type ReportedVolume = Pick<Volume, 'storageId' | 'storageType'>;

/** What has happened to replicas that one namenode does not know yet (IncrementalBlockReportManager). */
export class IncrementalReports {
  /** By volume, then by block: of a block only the newest event counts, in the order of those. */
  private readonly pending = new Map<ReportedVolume, Map<BlockId, ReceivedDeletedBlockInfoProto>>();

  get isEmpty(): boolean {
    return this.pending.size === 0;
  }

  add(volume: ReportedVolume, info: ReceivedDeletedBlockInfoProto): void {
    let blocks = this.pending.get(volume);
    if (blocks === undefined) {
      blocks = new Map();
      this.pending.set(volume, blocks);
    }
    const blockId = info.block.blockId as BlockId;
    // The newest event of a block goes behind all others, where it happened.
    blocks.delete(blockId);
    blocks.set(blockId, info);
  }

  /** Everything, as a report; what comes meanwhile is for the next one. */
  take(): Map<ReportedVolume, ReceivedDeletedBlockInfoProto[]> {
    const taken = new Map<ReportedVolume, ReceivedDeletedBlockInfoProto[]>();
    for (const [volume, blocks] of this.pending) taken.set(volume, [...blocks.values()]);
    this.pending.clear();
    return taken;
  }

  /** The report could not be delivered: it goes first again, but for blocks that have newer events. */
  putBack(taken: ReadonlyMap<ReportedVolume, readonly ReceivedDeletedBlockInfoProto[]>): void {
    for (const [volume, infos] of taken) {
      const newer = this.pending.get(volume);
      const blocks = new Map(infos.map((info) => [info.block.blockId as BlockId, info]));
      for (const [blockId, info] of newer ?? []) {
        blocks.delete(blockId);
        blocks.set(blockId, info);
      }
      this.pending.set(volume, blocks);
    }
  }

  clear(): void {
    this.pending.clear();
  }
}

export function incrementalProto(
  taken: ReadonlyMap<ReportedVolume, readonly ReceivedDeletedBlockInfoProto[]>,
): StorageReceivedDeletedBlocksProto[] {
  return [...taken].map(([volume, blocks]) => ({
    storageUuid: volume.storageId,
    blocks: [...blocks],
    storage: {
      storageUuid: volume.storageId,
      state: StorageState.NORMAL,
      storageType: storageTypeToProto(volume.storageType),
    },
  }));
}
