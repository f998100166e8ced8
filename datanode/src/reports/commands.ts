import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import {
  BlockCommandProto_Action as Action,
  type BlockCommandProto,
  DatanodeCommandProto_Type as CommandType,
  type DatanodeCommandProto,
  type RecoveringBlockProto,
  OpWriteBlockProto_BlockConstructionStage as Stage,
} from '@rfs/protocol/messages';
import { type Block, blockText } from '../store/index.js';
import { copyReplica, type TransferService } from '../transfer/index.js';
import type { Deletions } from './deletions.js';

/** Copies for other datanodes under way at the same time (dfs.namenode.replication.max-streams-hard-limit is below it). */
const MAX_COPIES = 64;

export interface CommandOptions {
  readonly service: TransferService;
  readonly deletions: Deletions;
  readonly recover: (order: RecoveringBlockProto) => Promise<void>;
  readonly log: Logger;
}

/** Carries out what the active namenode wants (BPOfferService.processCommandFromActive); nothing here is waited for. */
export class Commands {
  private readonly options: CommandOptions;

  constructor(options: CommandOptions) {
    this.options = options;
  }

  execute(command: DatanodeCommandProto): void {
    const { log, service } = this.options;
    switch (command.cmdType) {
      case CommandType.BlockCommand:
        if (command.blkCmd !== undefined) this.blockCommand(command.blkCmd);
        return;
      case CommandType.BlockRecoveryCommand:
        for (const order of command.recoveryCmd?.blocks ?? []) void this.recover(order);
        return;
      case CommandType.BalancerBandwidthCommand:
        if ((command.balancerCmd?.bandwidth ?? 0) > 0)
          service.balancing.bytesPerSecond = command.balancerCmd!.bandwidth;
        return;
      default:
        // Finalizing an upgrade, keys and caching: there is nothing of that here.
        log.debug('a command without effect', { command: command.cmdType });
    }
  }

  private blockCommand(command: BlockCommandProto): void {
    const { service, deletions, log } = this.options;
    if (command.blockPoolId !== service.store.poolId) {
      log.warn('a command for another block pool was ignored', { pool: command.blockPoolId });
      return;
    }
    if (command.action === Action.INVALIDATE) {
      for (const { blockId, genStamp } of command.blocks) {
        deletions.add(blockId as BlockId, genStamp as GenerationStamp);
      }
      return;
    }
    if (command.action !== Action.TRANSFER) return;
    for (let i = 0; i < command.blocks.length; i++) void this.transfer(command, i);
  }

  private async transfer(command: BlockCommandProto, index: number): Promise<void> {
    const { service, log } = this.options;
    const wanted = command.blocks[index]!;
    const block: Block = {
      poolId: command.blockPoolId,
      blockId: wanted.blockId as BlockId,
      generationStamp: wanted.genStamp as GenerationStamp,
      lengthBytes: wanted.numBytes ?? 0,
    };
    const targets = command.targets[index]?.datanodes ?? [];
    if (targets.length === 0 || !this.canSend(block) || service.counters.copies >= MAX_COPIES) return;
    service.counters.copies++;
    try {
      const order = {
        block,
        targets,
        targetStorageTypes: command.targetStorageTypes[index]?.storageTypes ?? [],
        targetStorageIds: command.targetStorageUuids[index]?.storageUuids ?? [],
        stage: Stage.PIPELINE_SETUP_CREATE,
        clientName: '',
      };
      await copyReplica(service, order);
      log.debug('copied a replica', { block: blockText(block), to: targets[0]?.id.ipAddr });
    } catch (error) {
      log.warn('a replica could not be copied', { block: blockText(block), to: targets[0]?.id.ipAddr, error });
    } finally {
      service.counters.copies--;
    }
  }

  /** What the namenode takes for a replica must be one; a shorter one is damage (DataNode.transferBlock). */
  private canSend(block: Block): boolean {
    const { service, log } = this.options;
    const view = service.store.viewInPool(block);
    if (view?.state !== 'FINALIZED' || view.generationStamp !== block.generationStamp) {
      log.info('an invalid block cannot be sent', { block: blockText(block), state: view?.state });
      return false;
    }
    if (view.lengthBytes >= block.lengthBytes) return true;
    service.reportBad(block, view.volume);
    return false;
  }

  private async recover(order: RecoveringBlockProto): Promise<void> {
    try {
      await this.options.recover(order);
    } catch (error) {
      this.options.log.warn('a block could not be recovered', { blockId: order.block.b.blockId, error });
    }
  }
}
