import { AddBlockResponseProto, type BlockProto, type ExtendedBlockProto } from '@rfs/protocol/messages';
import type { FakeDatanode } from '../fake-datanodes/index.js';
import type { Load } from '../load/index.js';
import { addBlock, BLOCK_BYTES, complete, create } from './calls.js';
import { fileStatusReply, trueReply } from './checks.js';

const REPORT_BATCH = 500;
/** Files made at a time: what is encoded ahead must fit into memory. */
const CHUNK = 20_000;

/** Makes `count` files of one block each, with a replica on every datanode. */
export async function makeFilesWithBlocks(
  load: Load,
  datanodes: readonly FakeDatanode[],
  count: number,
  path: (index: number) => string,
): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    const size = Math.min(CHUNK, count - from);
    await makeChunk(load, datanodes, size, (index) => path(from + index));
  }
}

async function makeChunk(
  load: Load,
  datanodes: readonly FakeDatanode[],
  count: number,
  path: (index: number) => string,
): Promise<void> {
  const blocks: ExtendedBlockProto[] = [];
  await load.run({ count, make: (index) => create(path(index)), check: fileStatusReply });
  await load.run({
    count,
    make: (index) => addBlock(path(index)),
    check: (reader, end, index) => {
      const { block } = AddBlockResponseProto.decode(reader, end);
      blocks[index] = { ...block.b, numBytes: BLOCK_BYTES };
      return block.locs.length === datanodes.length ? null : `${block.locs.length} targets`;
    },
  });
  const replicas: BlockProto[] = blocks.map(({ blockId, generationStamp }) => ({
    blockId,
    genStamp: generationStamp,
    numBytes: BLOCK_BYTES,
  }));
  for (let from = 0; from < count; from += REPORT_BATCH) {
    const batch = replicas.slice(from, from + REPORT_BATCH);
    await Promise.all(datanodes.map((datanode) => datanode.received(batch)));
  }
  await load.run({ count, make: (index) => complete(path(index), blocks[index]), check: trueReply });
}
