import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import { idToText } from '@rfs/base/ids';
import { blockFileName, metaFileName } from './layout.js';
import type { ChecksumFormat } from './meta-header.js';
import type { Volume } from './volume.js';

/** HDFS's replica states (HdfsServerConstants.ReplicaState). */
export type ReplicaState = 'FINALIZED' | 'RBW' | 'RWR' | 'RUR' | 'TEMPORARY';

/** Whoever writes a replica at the moment. */
export interface ReplicaOwner {
  /** Ends the writing; resolves when no write of it runs any more and the replica has no owner. */
  stop(): Promise<void>;
}

/** The replica's last sum while its last chunk is partial, which the file may already hold for a longer chunk. */
export interface PartialTail {
  /** Where the replica ended when this was its sum. */
  readonly lengthBytes: number;
  readonly sum: number;
}

/** A replica that is not finalized: being written, copied, recovered, or left behind by a crash. */
export class OpenReplica {
  readonly blockId: BlockId;
  readonly volume: Volume;
  generationStamp: GenerationStamp;
  state: Exclude<ReplicaState, 'FINALIZED'>;
  /** Under recovery: what it was before, which tells where its files are. */
  recoveredFrom: Exclude<ReplicaState, 'RUR'> = 'RBW';
  /** Under recovery: the stamp that it will get. */
  recoveryId = 0;
  /** Accepted from the network; never below `onDiskBytes`. */
  receivedBytes = 0;
  /** In the page cache, with their sums. */
  onDiskBytes = 0;
  /** What the whole pipeline has: readers may see these. */
  ackedBytes = 0;
  /** What of the volume's space is set aside for bytes to come. */
  claimedBytes = 0;
  owner: ReplicaOwner | null = null;
  format: ChecksumFormat | null = null;
  tail: PartialTail | null = null;
  /** Resolvers that wait until more is on disk. */
  private readonly waiters: { untilBytes: number; resume: () => void }[] = [];

  constructor(
    blockId: BlockId,
    generationStamp: GenerationStamp,
    volume: Volume,
    state: Exclude<ReplicaState, 'FINALIZED'>,
  ) {
    this.blockId = blockId;
    this.generationStamp = generationStamp;
    this.volume = volume;
    this.state = state;
  }

  /** What readers may see; -1 while it cannot be read (Replica.getVisibleLength). */
  get visibleBytes(): number {
    const kind = this.state === 'RUR' ? this.recoveredFrom : this.state;
    if (kind === 'FINALIZED') return this.onDiskBytes;
    return kind === 'RBW' ? this.ackedBytes : -1;
  }

  /** The folder of its files, which for a finalized one under recovery the volume knows. */
  get folder(): string | null {
    const kind = this.state === 'RUR' ? this.recoveredFrom : this.state;
    if (kind === 'FINALIZED') return null;
    return kind === 'TEMPORARY' ? this.volume.folders.tmp : this.volume.folders.rbw;
  }

  /** All of it is on disk and the given length has been acknowledged: after stopping, before being taken over. */
  setLength(lengthBytes: number): void {
    this.receivedBytes = lengthBytes;
    this.onDiskBytes = lengthBytes;
    this.ackedBytes = lengthBytes;
  }

  claim(bytes: number): void {
    this.claimedBytes += bytes;
    this.volume.claimedBytes += bytes;
  }

  /** More of the replica is on disk. */
  advance(onDiskBytes: number, writtenBytes: number, tail: PartialTail | null): void {
    this.onDiskBytes = onDiskBytes;
    this.tail = tail;
    const used = Math.min(this.claimedBytes, writtenBytes);
    this.claim(-used);
    this.volume.usedBytes += writtenBytes;
    for (let i = this.waiters.length - 1; i >= 0; i--) {
      if (this.waiters[i]!.untilBytes <= onDiskBytes) this.waiters.splice(i, 1)[0]!.resume();
    }
  }

  /** Calls `resume` once `untilBytes` are on disk; the returned function withdraws that. */
  whenOnDisk(untilBytes: number, resume: () => void): () => void {
    const waiter = { untilBytes, resume };
    this.waiters.push(waiter);
    return () => {
      const at = this.waiters.indexOf(waiter);
      if (at >= 0) this.waiters.splice(at, 1);
    };
  }

  async paths(generationStamp: GenerationStamp = this.generationStamp): Promise<ReplicaPaths> {
    const folder = this.folder ?? (await this.volume.finalizedFolder(this.blockId));
    return replicaPaths(folder, this.blockId, generationStamp);
  }

  toString(): string {
    return (
      `blk_${idToText(this.blockId)}_${this.generationStamp} ${this.state} on ${this.volume.storageId} ` +
      `(${this.receivedBytes} received, ${this.onDiskBytes} on disk, ${this.ackedBytes} acknowledged)`
    );
  }
}

export interface ReplicaPaths {
  readonly data: string;
  readonly meta: string;
}

export function replicaPaths(folder: string, blockId: BlockId, generationStamp: GenerationStamp): ReplicaPaths {
  return { data: `${folder}/${blockFileName(blockId)}`, meta: `${folder}/${metaFileName(blockId, generationStamp)}` };
}
