import { BlockState, ReplicaState } from '../types.js';

/**
 * What a reported replica is worth (BlockManager.checkReplicaCorrupt and isBlockUnderConstruction):
 * good and finalized, being written, nothing to note, or corrupt.
 */
export type Verdict = 'finalized' | 'writing' | 'ignore' | 'corrupt';

/** `stamp` and `lengthBytes` are the block's, the others the replica's. */
export function judge(
  block: BlockState,
  stamp: number,
  lengthBytes: number,
  replica: ReplicaState,
  replicaStamp: number,
  replicaLengthBytes: number,
): Verdict {
  switch (replica) {
    case ReplicaState.FINALIZED:
      if (block === BlockState.UNDER_CONSTRUCTION) return stamp > replicaStamp ? 'corrupt' : 'finalized';
      return stamp === replicaStamp && lengthBytes === replicaLengthBytes ? 'finalized' : 'corrupt';
    case ReplicaState.RBW:
    case ReplicaState.RWR:
      if (block !== BlockState.COMPLETE) return stamp > replicaStamp ? 'corrupt' : 'writing';
      if (stamp !== replicaStamp) return 'corrupt';
      return replica === ReplicaState.RBW ? 'ignore' : 'corrupt';
    case ReplicaState.RUR:
    case ReplicaState.TEMPORARY:
      return 'corrupt';
  }
}
