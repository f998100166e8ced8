import type { BlockId } from '@rfs/base/ids';
import type { Datanode } from './datanodes/datanode.js';

/** Something that befell a replica, as operators are told of it. */
export interface ReplicaIncident {
  /**
   * DIED: the last good replica of the block went with its datanode. VOLUME_FAILED: with a volume of it. GONE: the
   * datanode deleted it, or has it no more. REPORTED_CORRUPT: someone found its bytes wrong. ODD: its length or stamp
   * is not that of the block.
   */
  readonly kind: 'DIED' | 'VOLUME_FAILED' | 'GONE' | 'REPORTED_CORRUPT' | 'ODD';
  /** "ip:port" of the datanode that had it. */
  readonly datanode: string;
  /** Monotonic ms. */
  readonly atMs: number;
  /** Monotonic ms when the datanode was last heard of. */
  readonly lastHeardMs: number;
  /** Who reported it; empty when that is not known or nobody did. */
  readonly by: string;
}

/** Blocks whose incidents are remembered, and incidents of one: what happened longest ago is forgotten first. */
const BLOCKS = 10_000;
const INCIDENTS = 8;
const NONE: readonly ReplicaIncident[] = [];

/**
 * What happened to blocks that are in trouble, for whoever asks why. It is told of what this namenode has seen itself
 * since its start, and it is bounded: no decision is made on it.
 */
export class History {
  private readonly blocks = new Map<BlockId, ReplicaIncident[]>();

  /** Oldest first. */
  of(block: BlockId): readonly ReplicaIncident[] {
    return this.blocks.get(block) ?? NONE;
  }

  note(block: BlockId, kind: ReplicaIncident['kind'], datanode: Datanode, atMs: number, by = ''): void {
    const incidents = this.blocks.get(block) ?? [];
    const name = `${datanode.registration.ipAddr}:${datanode.registration.xferPort}`;
    // Readers report a bad replica each time they come across it.
    if (incidents.some((before) => before.kind === kind && before.datanode === name)) return;
    this.blocks.delete(block);
    this.blocks.set(block, incidents);
    incidents.push({ kind, datanode: name, atMs, lastHeardMs: datanode.lastUpdateMs, by });
    if (incidents.length > INCIDENTS) incidents.shift();
    if (this.blocks.size <= BLOCKS) return;
    for (const [oldest] of this.blocks) {
      this.blocks.delete(oldest);
      return;
    }
  }

  /** The block is gone, or has all its replicas again: what happened before is no explanation any more. */
  forget(block: BlockId): void {
    if (this.blocks.size > 0) this.blocks.delete(block);
  }
}
