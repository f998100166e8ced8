import type { BlockId, GenerationStamp } from '@rfs/base/ids';
import type { BlockContext } from '../context.js';
import type { Datanode } from '../datanodes/datanode.js';
import { CORRUPT, EXCESS } from '../map/block-map.js';
import type { BlockRef, DatanodeCommand } from '../types.js';
import type { Audit } from './audit.js';
import type { BlockRecovery } from './block-recovery.js';
import { ReplicaCounts } from './counts.js';

/** Bounds the entries of one heartbeat's answer that turn out to be void. */
const LOOKS_PER_ORDER = 4;

/** Turns a datanode's queued work into the commands of one heartbeat's answer (DatanodeManager.handleHeartbeat). */
export class Dispatch {
  private readonly context: BlockContext;
  private readonly audit: Audit;
  private readonly recovery: BlockRecovery;
  private readonly counts = new ReplicaCounts();

  constructor(context: BlockContext, audit: Audit, recovery: BlockRecovery) {
    this.context = context;
    this.audit = audit;
    this.recovery = recovery;
  }

  /** Recoveries go alone, as in HDFS; else copies within the datanode's free streams, and deletions. */
  commands(datanode: Datanode, xmitsInProgress: number): DatanodeCommand[] {
    if (datanode.recoveries.length > 0) {
      const items = this.recovery.take(datanode);
      if (items.length > 0) return [{ kind: 'recover', items }];
    }
    const commands: DatanodeCommand[] = [];
    const { maxReplicationStreams, replicationStreamsHardLimit } = this.context.config;
    // One that is being emptied has nothing better to do (DatanodeManager.handleHeartbeat).
    const limit =
      datanode.adminState === 'DECOMMISSION_INPROGRESS' ? replicationStreamsHardLimit : maxReplicationStreams;
    const streams = Math.max(0, limit - xmitsInProgress);
    const items = datanode.transfers.splice(0, streams);
    if (items.length > 0) commands.push({ kind: 'transfer', items });
    const blocks = this.invalidates(datanode);
    if (blocks.length > 0) commands.push({ kind: 'invalidate', blocks });
    if (datanode.balancerBandwidth > 0) {
      commands.push({ kind: 'balancerBandwidth', bytesPerSecond: datanode.balancerBandwidth });
      datanode.balancerBandwidth = 0;
    }
    return commands;
  }

  /** Replicas that the datanode is to check. */
  verifies(datanode: Datanode): BlockRef[] {
    const { map } = this.context;
    const blocks: BlockRef[] = [];
    for (const id of datanode.verifies.splice(0, this.context.config.invalidateLimit)) {
      const slot = map.slotOf(id);
      if (slot >= 0) blocks.push({ id, stamp: map.stampOf(slot), lengthBytes: map.lengthOf(slot) });
    }
    return blocks;
  }

  private invalidates(datanode: Datanode): BlockRef[] {
    const queue = datanode.invalidates;
    const blocks: BlockRef[] = [];
    const limit = this.context.config.invalidateLimit;
    for (let looked = 0; looked < limit * LOOKS_PER_ORDER && blocks.length < limit && queue.shift(); looked++) {
      if (!this.stillToGo(datanode, queue.id)) continue;
      blocks.push({ id: queue.id, stamp: queue.stamp as GenerationStamp, lengthBytes: 0 });
    }
    return blocks;
  }

  /** Judges again at the last moment: a surplus replica that is needed by now stays. */
  private stillToGo(datanode: Datanode, id: BlockId): boolean {
    const { map, table, replicas } = this.context;
    const slot = map.slotOf(id);
    if (slot < 0) return true;
    for (let ref = map.first(slot); ref >= 0; ref = map.next(slot, ref)) {
      if (table.owners[map.storageAt(slot, ref)] !== datanode.index) continue;
      const flags = map.flagsAt(slot, ref);
      if ((flags & EXCESS) === 0) return false;
      this.counts.count(map, table, slot);
      const needed = (flags & CORRUPT) === 0 ? map.replicationOf(slot) : this.context.config.minReplication;
      if (this.counts.live >= needed) return true;
      replicas.setFlags(slot, ref, flags & ~EXCESS);
      this.audit.refresh(slot);
      return false;
    }
    return false;
  }
}
