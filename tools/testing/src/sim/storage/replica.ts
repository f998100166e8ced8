import type { RecoveryInfo } from '@rfs/datanode/store';

/** What a replica can be (ReplicaState of the real datanode). */
export type SimReplicaState = 'FINALIZED' | 'RBW' | 'RWR' | 'RUR' | 'TEMPORARY';

/** A block's bytes on a simulated disk: every character of the text is one. */
export interface SimReplica {
  stamp: number;
  text: string;
  state: SimReplicaState;
  /** Under recovery: which one, and what it was before. */
  recoveryId: number;
  recoveredFrom: RecoveryInfo['originalState'];
}

/** A block as orders and calls name it. */
export interface BlockName {
  readonly id: number;
  readonly stamp: number;
}

export function newReplica(stamp: number, text: string, state: SimReplicaState): SimReplica {
  return { stamp, text, state, recoveryId: 0, recoveredFrom: 'RBW' };
}

/** What it counts as: a recovery that has not ended changes nothing. */
export function settledState({ state, recoveredFrom }: SimReplica): SimReplicaState {
  return state === 'RUR' ? recoveredFrom : state;
}

/** What is on a disk when the datanode starts again: nobody goes on writing. */
export function afterRestart(replicas: Map<number, SimReplica>): void {
  for (const [id, replica] of replicas) {
    const was = settledState(replica);
    if (was === 'TEMPORARY') replicas.delete(id);
    else replica.state = was === 'FINALIZED' ? 'FINALIZED' : 'RWR';
  }
}
