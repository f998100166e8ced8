import type { BlockId, GenerationStamp, InodeId } from '@rfs/base/ids';
import type { BlockContext } from './context.js';
import type { Storage } from './datanodes/storage.js';
import { ALIVE, MAINTENANCE } from './datanodes/storage-table.js';
import type { DigestDispute } from './digests/index.js';
import type { ReplicaIncident } from './history.js';
import { CORRUPT, EXCESS, ODD, RBW } from './map/block-map.js';

/** One replica of a block on a storage that is alive, or is expected back from maintenance. */
export interface InspectedReplica {
  readonly storage: Storage;
  readonly corrupt: boolean;
  /** Why it is corrupt, in the words of CorruptReplicasMap.Reason. */
  readonly reason: 'NONE' | 'GENSTAMP_MISMATCH' | 'SIZE_MISMATCH' | 'CORRUPTION_REPORTED';
  /** Chosen for deletion. */
  readonly excess: boolean;
  /** Finalized and neither corrupt nor chosen for deletion; the datanode may be leaving all the same. */
  readonly good: boolean;
}

/** A block as operators look at it. */
export interface BlockInspection {
  readonly owner: InodeId;
  readonly stamp: GenerationStamp;
  readonly lengthBytes: number;
  /** Good replicas have different digests, and which one is wrong is still to be found out or cannot be. */
  readonly dispute: DigestDispute | undefined;
  /** How many replicas its file asks for. */
  readonly replication: number;
  /** Storages that copies are on their way to. */
  readonly ordered: readonly Storage[];
  /** What happened to its replicas, oldest first, as far as this namenode has seen it and remembers. */
  readonly incidents: readonly ReplicaIncident[];
  /** In the order of the map. */
  readonly replicas: readonly InspectedReplica[];
}

/** Collects what is known of one block. */
export function inspect(context: BlockContext, block: BlockId): BlockInspection | undefined {
  const { map, table, replicas, digests } = context;
  const slot = map.slotOf(block);
  if (slot < 0) return undefined;
  const stamp = map.stampOf(slot);
  const found: InspectedReplica[] = [];
  for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
    const index = map.storageAt(slot, ref);
    const storage = table.get(index);
    if (storage === undefined || ((table.bits[index] as number) & (ALIVE | MAINTENANCE)) === 0) continue;
    const flags = map.flagsAt(slot, ref);
    const corrupt = (flags & CORRUPT) !== 0;
    // What is being written is no replica yet.
    if ((flags & RBW) !== 0 && !corrupt) continue;
    const excess = (flags & EXCESS) !== 0;
    const odd = (flags & ODD) !== 0;
    const otherStamp = odd && replicas.stampAt(slot, ref) !== stamp;
    found.push({
      storage,
      corrupt,
      reason: reasonOf(corrupt, odd, otherStamp),
      excess,
      good: !corrupt && !excess && !odd,
    });
  }
  return {
    owner: map.inodeOf(slot),
    stamp,
    lengthBytes: map.lengthOf(slot),
    dispute: digests.disputeOf(slot),
    ordered: context.pending.targetsOf(slot),
    incidents: context.history.of(block),
    replication: map.replicationOf(slot),
    replicas: found,
  };
}

function reasonOf(corrupt: boolean, odd: boolean, otherStamp: boolean): InspectedReplica['reason'] {
  if (!corrupt) return 'NONE';
  if (!odd) return 'CORRUPTION_REPORTED';
  return otherStamp ? 'GENSTAMP_MISMATCH' : 'SIZE_MISMATCH';
}
