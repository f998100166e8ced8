import type { Block } from './block.js';
import type { ReplicaStore, ReplicaView } from './replica-store.js';

/** A finalized replica is to stay where it is: the sticky bit of its data file says so, as HDFS has it (LocalReplica). */
export function pinReplica(store: ReplicaStore, { volume, blockId, generationStamp }: Place): Promise<void> {
  return store.files.setSticky(store.pathsAt(volume, blockId, generationStamp).data);
}

/** A finalized replica is here, and is not to be moved away. */
export async function isPinned(store: ReplicaStore, block: Block): Promise<boolean> {
  const view = store.viewInPool(block);
  if (view?.state !== 'FINALIZED') return false;
  return store.files.isSticky(store.pathsAt(view.volume, view.blockId, view.generationStamp).data);
}

type Place = Pick<ReplicaView, 'volume' | 'blockId' | 'generationStamp'>;
