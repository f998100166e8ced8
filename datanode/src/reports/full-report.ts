import { ByteWriter } from '@rfs/base/bytes';
import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import {
  ReplicaStateProto,
  type StorageBlockReportProto,
  DatanodeStorageProto_StorageState as StorageState,
} from '@rfs/protocol/messages';
import type { FoundReplica, OpenReplica, ReplicaState, ReplicaStore } from '../store/index.js';
import { storageTypeToProto } from '../transfer/index.js';
import type { ReportedVolume } from './incremental.js';

const STATES: Readonly<Record<ReplicaState, ReplicaStateProto>> = {
  FINALIZED: ReplicaStateProto.FINALIZED,
  RBW: ReplicaStateProto.RBW,
  RWR: ReplicaStateProto.RWR,
  RUR: ReplicaStateProto.RUR,
  TEMPORARY: ReplicaStateProto.TEMPORARY,
};

/** The wire's number of a replica state. */
export function stateToProto(state: ReplicaState): ReplicaStateProto {
  return STATES[state];
}

/** One volume's replicas as BlockListAsLongs writes them: zigzag id, then varints of length, stamp, state. */
export class VolumeReport {
  readonly volume: ReportedVolume;
  private readonly writer = new ByteWriter(64 * 1024);
  private count = 0;

  constructor(volume: ReportedVolume) {
    this.volume = volume;
  }

  add(blockId: number, lengthBytes: number, generationStamp: number, state: ReplicaStateProto): void {
    this.writer.zigzagId(blockId);
    this.writer.varint64(lengthBytes);
    this.writer.varint64(generationStamp);
    this.writer.varint32(state);
    this.count++;
  }

  proto(): StorageBlockReportProto {
    return {
      storage: {
        storageUuid: this.volume.storageId,
        state: StorageState.NORMAL,
        storageType: storageTypeToProto(this.volume.storageType),
      },
      blocks: [],
      numberOfBlocks: this.count,
      blocksBuffers: [this.writer.take(0)],
    };
  }
}

/** What is said of a replica by its block and stamp. */
export type ReplicaTest = (blockId: BlockId, generationStamp: GenerationStamp) => boolean;

/**
 * All replicas, one report per volume, gathered in slices between which other work goes on. What changes meanwhile may
 * or may not be in it, so incremental reports from then on must be sent after it.
 * @param isGoing true for finalized replicas to leave out
 * @param pause ends the present slice
 */
export async function fullReport(
  store: ReplicaStore,
  isGoing: ReplicaTest,
  pause: () => Promise<void>,
): Promise<StorageBlockReportProto[]> {
  const reports = new Map<number, VolumeReport>();
  for (const volume of store.volumes) if (volume.failure === null) reports.set(volume.index, new VolumeReport(volume));
  for (const replica of store.openReplicas()) addOpen(reports, replica);
  const visit = ({ volume, blockId, lengthBytes, generationStamp }: FoundReplica): void => {
    if (isGoing(blockId, generationStamp)) return;
    reports.get(volume)?.add(blockId, lengthBytes, generationStamp, ReplicaStateProto.FINALIZED);
  };
  for (let part = 0; part < store.finalizedParts; part++) {
    store.walkFinalized(part, visit);
    await pause();
  }
  return [...reports.values()].map((report) => report.proto());
}

/** Copies that are not complete are nobody's business; one under recovery counts as what it was. */
function addOpen(reports: ReadonlyMap<number, VolumeReport>, replica: OpenReplica): void {
  const state = replica.state === 'RUR' ? replica.recoveredFrom : replica.state;
  if (state === 'TEMPORARY') return;
  const { blockId, onDiskBytes, generationStamp, volume } = replica;
  reports.get(volume.index)?.add(blockId, onDiskBytes, generationStamp, stateToProto(state));
}
