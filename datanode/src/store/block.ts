import { type BlockId, type GenerationStamp, idToText } from '@rfs/base/ids';

/** A block as the wire names it (ExtendedBlockProto). */
export interface Block {
  readonly poolId: string;
  readonly blockId: BlockId;
  readonly generationStamp: GenerationStamp;
  readonly lengthBytes: number;
}

/** As HDFS prints it, in messages that people and tests read. */
export function blockText(block: Block): string {
  return `${block.poolId}:blk_${idToText(block.blockId)}_${block.generationStamp}`;
}
