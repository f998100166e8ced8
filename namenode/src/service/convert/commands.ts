import { unreachable } from '@rfs/base/assert';
import type {
  BlockProto,
  DatanodeCommandProto,
  DatanodeInfosProto,
  RecoveringBlockProto,
} from '@rfs/protocol/messages';
import { BlockCommandProto_Action as Action, DatanodeCommandProto_Type as CommandType } from '@rfs/protocol/messages';
import type { BlockRef, DatanodeCommand, RecoveryItem, Storage, TransferItem } from '../../blocks/index.js';
import { type ClockOffset, datanodeInfoMessage, EMPTY_TOKEN } from './datanodes.js';

/** A command to a datanode as DatanodeProtocol carries it. */
export function commandMessage(command: DatanodeCommand, poolId: string, clock: ClockOffset): DatanodeCommandProto {
  switch (command.kind) {
    case 'register':
      return { cmdType: CommandType.RegisterCommand, registerCmd: {} };
    case 'transfer':
      return transferMessage(command.items, poolId, clock);
    case 'invalidate':
      return {
        cmdType: CommandType.BlockCommand,
        blkCmd: {
          action: Action.INVALIDATE,
          blockPoolId: poolId,
          blocks: command.blocks.map(blockMessage),
          targets: command.blocks.map(() => ({ datanodes: [] })),
          targetStorageUuids: command.blocks.map(() => ({ storageUuids: [] })),
          targetStorageTypes: [],
        },
      };
    case 'recover':
      return {
        cmdType: CommandType.BlockRecoveryCommand,
        recoveryCmd: { blocks: command.items.map((item) => recoveringBlock(item, poolId, clock)) },
      };
    case 'balancerBandwidth':
      return { cmdType: CommandType.BalancerBandwidthCommand, balancerCmd: { bandwidth: command.bytesPerSecond } };
    default:
      return unreachable(command);
  }
}

function transferMessage(items: readonly TransferItem[], poolId: string, clock: ClockOffset): DatanodeCommandProto {
  return {
    cmdType: CommandType.BlockCommand,
    blkCmd: {
      action: Action.TRANSFER,
      blockPoolId: poolId,
      blocks: items.map((item) => blockMessage(item.block)),
      targets: items.map((item) => datanodes(item.targets, clock)),
      targetStorageUuids: items.map((item) => ({ storageUuids: item.targets.map((target) => target.id) })),
      targetStorageTypes: items.map((item) => ({ storageTypes: item.targets.map((target) => target.type) })),
    },
  };
}

function recoveringBlock(item: RecoveryItem, poolId: string, clock: ClockOffset): RecoveringBlockProto {
  return {
    newGenStamp: item.newStamp,
    block: {
      b: {
        poolId,
        blockId: item.block.id,
        generationStamp: item.block.stamp,
        numBytes: item.block.lengthBytes,
      },
      offset: -1,
      locs: item.locations.map((storage) => datanodeInfoMessage(storage.datanode, clock)),
      corrupt: false,
      blockToken: EMPTY_TOKEN,
      isCached: item.locations.map(() => false),
      storageTypes: item.locations.map((storage) => storage.type),
      storageIDs: item.locations.map((storage) => storage.id),
      blockTokens: [],
    },
    truncateBlock: item.truncateTo && blockMessage(item.truncateTo),
  };
}

function datanodes(storages: readonly Storage[], clock: ClockOffset): DatanodeInfosProto {
  return { datanodes: storages.map((storage) => datanodeInfoMessage(storage.datanode, clock)) };
}

export function blockMessage(block: BlockRef): BlockProto {
  return { blockId: block.id, genStamp: block.stamp, numBytes: block.lengthBytes };
}
