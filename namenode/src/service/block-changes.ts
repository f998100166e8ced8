import type { BlockId } from '@rfs/base/ids';
import { failure } from '@rfs/protocol/exceptions';
import type {
  CommitBlockSynchronizationRequestProto,
  CommitBlockSynchronizationResponseProto,
  DatanodeReportBadBlocksResponseProto,
  LocatedBlockProto,
} from '@rfs/protocol/messages';
import type { ReplySink } from '@rfs/protocol/service';
import { CommandKind } from '../namespace/index.js';
import type { ServiceParts } from './handlers.js';
import { Outcome } from './proposer.js';
import { blockRef } from './writes/facts.js';
import { loggedBlock, markBad } from './writes/index.js';

const NOTHING = {};

/** What datanodes tell the leader alone. */
export class BlockChanges {
  private readonly parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.parts = parts;
  }

  reportBadBlocks(blocks: readonly LocatedBlockProto[], sink: ReplySink<DatanodeReportBadBlocksResponseProto>): void {
    if (this.refusedAsFollower(sink)) return;
    markBad(this.parts, blocks, 'a datanode');
    sink.reply(NOTHING);
  }

  /** The replicas of a block are recovered; its file may be closed with that. */
  commitBlockSynchronization(
    request: CommitBlockSynchronizationRequestProto,
    sink: ReplySink<CommitBlockSynchronizationResponseProto>,
  ): void {
    if (this.refusedAsFollower(sink)) return;
    const { blocks, openFiles, proposer } = this.parts;
    const block = blockRef(request.block);
    const command = {
      block: loggedBlock(block),
      inodeId: blocks.ownerOf(block.id as BlockId) ?? 0,
      newStamp: request.newGenStamp,
      newLengthBytes: request.newLength,
      closeFile: request.closeFile,
      deleteBlock: request.deleteBlock,
      storages: request.newTaragets.map((node, i) => ({
        datanodeUuid: node.datanodeUuid,
        storageId: request.newTargetStorages[i] ?? '',
      })),
    };
    openFiles.recovered(block.id);
    const outcome = new Outcome(sink, () => NOTHING);
    proposer.proposeOwn(CommandKind.COMMIT_BLOCK_SYNCHRONIZATION, command, outcome);
  }

  private refusedAsFollower(sink: ReplySink<never>): boolean {
    if (this.parts.proposer.leading) return false;
    sink.fail(failure('StandbyException', 'Operation category WRITE is not supported in state standby'));
    return true;
  }
}
