import type { GenerationStamp } from '@rfs/base/ids';
import type { StorageRef } from '../../namespace/index.js';
import type { Datanode } from '../datanodes/datanode.js';
import type { Storage } from '../datanodes/storage.js';
import type { BlockRef } from '../types.js';

/** What one storage said of its replica of a block that is not complete (ReplicaUnderConstruction). */
export interface ReportedReplica {
  storage: Storage;
  stamp: GenerationStamp;
  lengthBytes: number;
  finalized: boolean;
}

/** A recovery that has been ordered: replicas are to agree on a length under `newStamp`. */
export interface OrderedRecovery {
  readonly newStamp: GenerationStamp;
  readonly truncateTo: BlockRef | undefined;
}

/** What is known of a block beyond its slot until it is complete (BlockUnderConstructionFeature). */
export class UnderConstruction {
  /** The storages in the log: where the client writes. */
  expected: readonly StorageRef[];
  readonly reported: ReportedReplica[] = [];
  recovery: OrderedRecovery | undefined = undefined;
  /** Datanodes that were asked to lead a recovery; all are asked once before one is asked again. */
  readonly tried: Datanode[] = [];

  constructor(expected: readonly StorageRef[]) {
    this.expected = expected;
  }

  expects(storage: Storage): boolean {
    for (const ref of this.expected) {
      if (ref.datanodeUuid === storage.datanode.uuid) return true;
    }
    return false;
  }

  of(storage: Storage): ReportedReplica | undefined {
    for (const replica of this.reported) if (replica.storage === storage) return replica;
    return undefined;
  }

  /** Notes a report; one from another storage of the same datanode replaces the earlier. */
  note(storage: Storage, stamp: GenerationStamp, lengthBytes: number, finalized: boolean): void {
    for (const replica of this.reported) {
      if (replica.storage.datanode !== storage.datanode) continue;
      replica.storage = storage;
      replica.stamp = stamp;
      replica.lengthBytes = lengthBytes;
      replica.finalized = finalized;
      return;
    }
    this.reported.push({ storage, stamp, lengthBytes, finalized });
  }

  forget(storage: Storage): void {
    const at = this.reported.findIndex((replica) => replica.storage === storage);
    if (at >= 0) this.reported.splice(at, 1);
  }
}
