import { Failure, FailureError } from '@rfs/base/failure';
import type { Logger } from '@rfs/base/log';
import type { CommitBlockSynchronizationRequestProto, RecoveringBlockProto } from '@rfs/protocol/messages';
import { callAsync, protocols } from '@rfs/protocol/rpc';
import { LocalPeer, RemotePeer, recoverBlock } from '../recovery/index.js';
import type { PoolService } from '../reports/index.js';
import type { ReplicaStore } from '../store/index.js';

export interface RecoverySettings {
  readonly datanodeUuid: string;
  readonly namenodes: PoolService;
  readonly remote: ConstructorParameters<typeof RemotePeer>[1];
  readonly log: Logger;
}

/** Recovers blocks whose primary this datanode is: with the others over RPC, with itself directly. */
export function recoverWith(settings: RecoverySettings) {
  const { datanodeUuid, namenodes, remote, log } = settings;
  const commit = async (request: CommitBlockSynchronizationRequestProto): Promise<void> => {
    const caller = namenodes.activeCaller;
    if (caller === undefined) throw new Error('no namenode is active');
    const answer = await callAsync(caller, protocols.datanode, 'commitBlockSynchronization', request);
    if (answer instanceof Failure) throw new FailureError(answer);
  };
  return (order: RecoveringBlockProto, store: ReplicaStore): Promise<void> => {
    const local = new LocalPeer(store);
    return recoverBlock(order, {
      log,
      peerFor: (id) => (id.datanodeUuid === datanodeUuid ? local : new RemotePeer(id, remote)),
      commit,
    });
  };
}
