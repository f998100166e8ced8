import { subdirOf } from './layout.js';
import type { OpenReplica } from './open-replica.js';
import type { ReplicaStore, ReplicaView } from './replica-store.js';

/**
 * Makes a replica that nobody writes any more a finalized one. To be called in the block's turn.
 * @param digest of its whole content; null when it must be taken from the disk afterwards (DigestTaker)
 */
export async function finalizeReplica(
  store: ReplicaStore,
  replica: OpenReplica,
  digest: Uint8Array | null,
  deleteHint = '',
): Promise<void> {
  const { volume, blockId, generationStamp } = replica;
  if (replica.folder !== null) {
    const from = await replica.paths();
    await volume.finalizedFolder(blockId);
    const to = store.pathsAt(volume, blockId, generationStamp);
    // The sums go first: a crash between leaves what a scan can finish.
    await store.files.rename(from.meta, to.meta);
    await store.files.rename(from.data, to.data);
  }
  store.settle(replica);
  await announce(store, store.view(blockId)!, digest, deleteHint);
}

/** Records the digest of a replica that was finalized without, and tells the namenodes. To be called in the block's turn. */
export async function recordDigest(store: ReplicaStore, view: ReplicaView, digest: Uint8Array): Promise<void> {
  const { blockId, generationStamp, lengthBytes, volume } = view;
  await volume.catalog.append(subdirOf(blockId), { blockId, generationStamp, lengthBytes, digest });
  store.events.digestTaken({ poolId: store.poolId, blockId, generationStamp, lengthBytes }, volume, digest);
}

/** Records a finalized replica's digest and tells the namenodes of both. */
export async function announce(
  store: ReplicaStore,
  view: ReplicaView,
  digest: Uint8Array | null,
  deleteHint: string,
): Promise<void> {
  const { blockId, generationStamp, lengthBytes, volume } = view;
  if (digest !== null)
    await volume.catalog.append(subdirOf(blockId), { blockId, generationStamp, lengthBytes, digest });
  store.events.received({ poolId: store.poolId, blockId, generationStamp, lengthBytes }, volume, digest, deleteHint);
}
