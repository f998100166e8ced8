import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { type Block, blockText } from './block.js';
import { finalizeReplica } from './finalize.js';
import { OpenReplica, type ReplicaState } from './open-replica.js';
import { bumpStamp, withoutWriter } from './pipeline.js';
import { refusal } from './refusal.js';
import type { ReplicaStore } from './replica-store.js';
import { cutReplica } from './tail.js';
import type { Volume } from './volume.js';

/** What a replica was before its recovery began (ReplicaRecoveryInfo). */
export interface RecoveryInfo {
  readonly blockId: BlockId;
  readonly generationStamp: GenerationStamp;
  readonly lengthBytes: number;
  readonly originalState: Exclude<ReplicaState, 'RUR'>;
}

/**
 * Stops writing a replica and promises it to the recovery `recoveryId`; null when there is none
 * (FsDatasetImpl.initReplicaRecoveryImpl).
 */
export function initReplicaRecovery(
  store: ReplicaStore,
  block: Block,
  recoveryId: number,
): Promise<RecoveryInfo | null> {
  return withoutWriter(store, block, async () => {
    const view = store.viewInPool(block);
    if (view === null) return null;
    const text = `block=${blockText(block)}, replica=${blockText({ ...block, generationStamp: view.generationStamp })}`;
    if (view.onDiskBytes < view.visibleBytes) {
      throw refusal('IOException', `getBytesOnDisk() < getVisibleLength(), ${text}`);
    }
    if (view.generationStamp < block.generationStamp) {
      throw refusal('IOException', `replica.getGenerationStamp() < block.getGenerationStamp(), ${text}`);
    }
    if (view.generationStamp >= recoveryId) {
      throw refusal(
        'IOException',
        `THIS IS NOT SUPPOSED TO HAPPEN: replica.getGenerationStamp() >= recoveryId = ${recoveryId}, ${text}`,
      );
    }
    const open = store.openReplica(block.blockId) ?? finalizedForRecovery(store, block.blockId);
    if (open.state !== 'RUR') {
      open.recoveredFrom = view.state as Exclude<ReplicaState, 'RUR'>;
      open.claim(-open.claimedBytes);
      open.state = 'RUR';
    } else if (open.recoveryId >= recoveryId) {
      throw refusal('RecoveryInProgressException', `rur.getRecoveryID() >= recoveryId = ${recoveryId}, ${text}`);
    }
    open.recoveryId = recoveryId;
    store.keepOpen(open);
    return {
      blockId: open.blockId,
      generationStamp: open.generationStamp,
      lengthBytes: open.onDiskBytes,
      originalState: open.recoveredFrom,
    };
  });
}

/**
 * Ends a recovery: the replica gets the recovery's stamp and the agreed length and is finalized
 * (FsDatasetImpl.updateReplicaUnderRecovery).
 * @param newBlockId other than the block's: the shortened content becomes this block, the old one stays as it was
 *   (truncate of a block that a snapshot holds)
 * @returns the volume it is on
 */
export function updateReplicaUnderRecovery(
  store: ReplicaStore,
  oldBlock: Block,
  recoveryId: GenerationStamp,
  newBlockId: BlockId,
  newBytes: number,
): Promise<Volume> {
  return store.inTurn(oldBlock.blockId, async () => {
    const view = store.viewInPool(oldBlock);
    const replica = store.openReplica(oldBlock.blockId);
    if (view === null) throw refusal('ReplicaNotFoundException', `Replica not found for ${blockText(oldBlock)}`);
    if (replica === undefined || replica.state !== 'RUR') {
      throw refusal('IOException', `replica.getState() != RUR, replica=${blockText(oldBlock)}, ${view.state}`);
    }
    if (replica.onDiskBytes !== oldBlock.lengthBytes) {
      throw refusal(
        'IOException',
        'THIS IS NOT SUPPOSED TO HAPPEN: replica.getBytesOnDisk() != block.getNumBytes(), ' +
          `block=${blockText(oldBlock)} with ${oldBlock.lengthBytes} bytes, replica=${replica}`,
      );
    }
    if (replica.recoveryId !== recoveryId) {
      throw refusal('IOException', `rur.getRecoveryID() != recoveryId = ${recoveryId}, rur=${replica}`);
    }
    if (replica.onDiskBytes < newBytes) {
      throw refusal('IOException', `rur.getNumBytes() < newlength = ${newBytes}, rur=${replica}`);
    }
    if (newBlockId > 0 && newBlockId !== oldBlock.blockId) {
      if (newBytes < replica.onDiskBytes) await copyShortened(store, replica, newBlockId, recoveryId, newBytes);
    } else {
      await bumpStamp(store, replica, recoveryId);
      await cutReplica(store.files, await replica.paths(), newBytes);
      replica.volume.usedBytes -= replica.onDiskBytes - newBytes;
      replica.setLength(newBytes);
    }
    await finalizeReplica(store, replica, null);
    return replica.volume;
  });
}

/** A finalized replica as an object, still in its finalized folder. */
function finalizedForRecovery(store: ReplicaStore, blockId: BlockId): OpenReplica {
  const view = store.view(blockId)!;
  const replica = new OpenReplica(blockId, view.generationStamp, view.volume, 'RBW');
  replica.setLength(view.lengthBytes);
  return replica;
}

async function copyShortened(
  store: ReplicaStore,
  source: OpenReplica,
  newBlockId: BlockId,
  stamp: GenerationStamp,
  lengthBytes: number,
): Promise<void> {
  const copy = new OpenReplica(newBlockId, stamp, source.volume, 'RBW');
  const [from, to] = await Promise.all([source.paths(), copy.paths()]);
  await store.files.copy(from.data, to.data);
  await store.files.copy(from.meta, to.meta);
  await cutReplica(store.files, to, lengthBytes);
  copy.setLength(lengthBytes);
  copy.volume.usedBytes += lengthBytes;
  store.keepOpen(copy);
  await store.inTurn(newBlockId, () => finalizeReplica(store, copy, null));
}
