import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { type ProtocolTable, protocols } from '@rfs/protocol/rpc';
import { stateToProto } from '../reports/index.js';
import { initReplicaRecovery, updateReplicaUnderRecovery } from '../store/index.js';
import { blockFromProto } from '../transfer/index.js';
import { answer, readyStore } from './answer.js';
import type { IpcNode } from './ipc-node.js';

/** What the primary datanode of a block recovery asks of the others (InterDatanodeProtocol). */
export function addInterDatanodeProtocol(table: ProtocolTable, node: IpcNode): void {
  table.add(protocols.interDatanode, {
    initReplicaRecovery: (call, { block: order }) =>
      void answer(call, async () => {
        const found = await initReplicaRecovery(readyStore(node), blockFromProto(order.block.b), order.newGenStamp);
        if (found === null) return { replicaFound: false };
        return {
          replicaFound: true,
          state: stateToProto(found.originalState),
          block: { blockId: found.blockId, genStamp: found.generationStamp, numBytes: found.lengthBytes },
        };
      }),
    updateReplicaUnderRecovery: (call, { block, recoveryId, newLength, newBlockId }) =>
      void answer(call, async () => {
        const volume = await updateReplicaUnderRecovery(
          readyStore(node),
          blockFromProto(block),
          recoveryId as GenerationStamp,
          (newBlockId ?? 0) as BlockId,
          newLength,
        );
        return { storageUuid: volume.storageId };
      }),
  });
}
