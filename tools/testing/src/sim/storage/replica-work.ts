import type { RecoveryInfo } from '@rfs/datanode/store';
import { type BlockName, newReplica, type SimReplica } from './replica.js';

/** Told of what namenodes have to hear of. */
export interface ReplicaNews {
  receiving(id: number, replica: SimReplica): void;
  received(id: number, replica: SimReplica): void;
}

/** The answer to the first question of a recovery; null when there is no such replica. */
export type RecoveryAnswer = RecoveryInfo | 'refused' | 'newer recovery' | null;

/** What clients and other datanodes do with the replicas on a disk, by the rules of the real store (FsDatasetImpl). */
export class ReplicaWork {
  private readonly replicas: Map<number, SimReplica>;
  private readonly news: ReplicaNews;

  constructor(replicas: Map<number, SimReplica>, news: ReplicaNews) {
    this.replicas = replicas;
    this.news = news;
  }

  /** A pipeline is set up for a new block. */
  create({ id, stamp }: BlockName): boolean {
    if (this.replicas.has(id)) return false;
    const replica = newReplica(stamp, '', 'RBW');
    this.replicas.set(id, replica);
    this.news.receiving(id, replica);
    return true;
  }

  /** A pipeline is set up to go on behind the end of a finalized replica. */
  append({ id, stamp }: BlockName, newStamp: number, length: number): boolean {
    const replica = this.replicas.get(id);
    if (replica?.state !== 'FINALIZED' || replica.stamp !== stamp || replica.text.length !== length) return false;
    return this.reopen(id, replica, newStamp, length);
  }

  /** A pipeline that broke goes on: all from `acked` on is sent again. */
  recover({ id, stamp }: BlockName, newStamp: number, acked: number): boolean {
    const replica = this.replicas.get(id);
    if (replica === undefined || !isFit(replica, stamp, newStamp) || replica.text.length < acked) return false;
    // One that was finalized already may have been so for an append whose setup broke, and holds just what is known.
    if (replica.state === 'FINALIZED' && replica.text.length !== acked) return false;
    return this.reopen(id, replica, newStamp, acked);
  }

  /** Bytes of the pipeline. */
  packet({ id, stamp }: BlockName, offset: number, bytes: string): boolean {
    const replica = this.replicas.get(id);
    if (replica?.state !== 'RBW' || replica.stamp !== stamp || replica.text.length !== offset) return false;
    replica.text += bytes;
    return true;
  }

  /** The block is whole. */
  finish({ id, stamp }: BlockName, length: number): boolean {
    const replica = this.replicas.get(id);
    if (replica?.state !== 'RBW' || replica.stamp !== stamp || replica.text.length !== length) return false;
    this.finalize(id, replica);
    return true;
  }

  /** A pipeline that broke while it was being closed. */
  close({ id, stamp }: BlockName, newStamp: number, length: number): boolean {
    const replica = this.replicas.get(id);
    if (replica === undefined || !isFit(replica, stamp, newStamp) || replica.text.length !== length) return false;
    replica.stamp = newStamp;
    this.finalize(id, replica);
    return true;
  }

  /** The first bytes of a block at least as new as that. */
  read({ id, stamp }: BlockName, length: number): string | undefined {
    const replica = this.replicas.get(id);
    if (replica === undefined || replica.state === 'TEMPORARY') return undefined;
    return replica.stamp < stamp || replica.text.length < length ? undefined : replica.text.slice(0, length);
  }

  /** A copy from another datanode begins; true when there is room for it. */
  beginCopy({ id, stamp }: BlockName): boolean {
    if (this.replicas.has(id)) return false;
    this.replicas.set(id, newReplica(stamp, '', 'TEMPORARY'));
    return true;
  }

  endCopy({ id, stamp }: BlockName, text: string): void {
    const replica = this.replicas.get(id);
    if (replica?.state !== 'TEMPORARY' || replica.stamp !== stamp) return;
    replica.text = text;
    this.finalize(id, replica);
  }

  /** Stops whoever writes, and promises the replica to the recovery. */
  beginRecovery({ id, stamp }: BlockName, recoveryId: number): RecoveryAnswer {
    const replica = this.replicas.get(id);
    if (replica === undefined) return null;
    if (replica.stamp < stamp || replica.stamp >= recoveryId) return 'refused';
    if (replica.state === 'RUR' && replica.recoveryId >= recoveryId) return 'newer recovery';
    if (replica.state !== 'RUR') replica.recoveredFrom = replica.state;
    replica.state = 'RUR';
    replica.recoveryId = recoveryId;
    return {
      blockId: id as RecoveryInfo['blockId'],
      generationStamp: replica.stamp as RecoveryInfo['generationStamp'],
      lengthBytes: replica.text.length,
      originalState: replica.recoveredFrom,
    };
  }

  /** The replica gets the recovery's stamp and the length that all agreed on. */
  endRecovery(id: number, recoveryId: number, oldLength: number, newLength: number): boolean {
    const replica = this.replicas.get(id);
    if (replica?.state !== 'RUR' || replica.recoveryId !== recoveryId) return false;
    if (replica.text.length !== oldLength || oldLength < newLength) return false;
    replica.stamp = recoveryId;
    replica.text = replica.text.slice(0, newLength);
    this.finalize(id, replica);
    return true;
  }

  private reopen(id: number, replica: SimReplica, stamp: number, length: number): boolean {
    replica.state = 'RBW';
    replica.stamp = stamp;
    replica.text = replica.text.slice(0, length);
    this.news.receiving(id, replica);
    return true;
  }

  private finalize(id: number, replica: SimReplica): void {
    replica.state = 'FINALIZED';
    this.news.received(id, replica);
  }
}

function isFit({ state, stamp }: SimReplica, least: number, newStamp: number): boolean {
  return (state === 'RBW' || state === 'FINALIZED') && least <= stamp && stamp <= newStamp;
}
