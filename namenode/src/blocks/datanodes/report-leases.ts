import type { Chance } from '../chance.js';
import type { Datanode } from './datanode.js';

interface Lease {
  readonly id: number;
  readonly sinceMs: number;
}

/** How many datanodes may send full reports at the same time (BlockReportLeaseManager). */
export class ReportLeases {
  private readonly leases = new Map<Datanode, Lease>();
  private readonly random: Chance;
  private readonly maxLeases: number;
  private readonly lengthMs: number;

  constructor(random: Chance, maxLeases: number, lengthMs: number) {
    this.random = random;
    this.maxLeases = maxLeases;
    this.lengthMs = lengthMs;
  }

  /** A lease id, never 0; or 0 when all leases are out. A datanode that asks again gets a new one. */
  request(datanode: Datanode, nowMs: number): number {
    this.leases.delete(datanode);
    for (const [holder, lease] of this.leases) {
      if (nowMs - lease.sinceMs < this.lengthMs) break;
      this.leases.delete(holder);
    }
    if (this.leases.size >= this.maxLeases) return 0;
    const id = 1 + this.random.below(0xfffffffe);
    this.leases.set(datanode, { id, sinceMs: nowMs });
    return id;
  }

  /** True when a report may come in under `id`; id 0 bypasses the limit. */
  check(datanode: Datanode, id: number, nowMs: number): boolean {
    if (id === 0) return true;
    const lease = this.leases.get(datanode);
    if (lease === undefined || lease.id !== id) return false;
    if (nowMs - lease.sinceMs < this.lengthMs) return true;
    this.leases.delete(datanode);
    return false;
  }

  /** The datanode is done, or gone. */
  release(datanode: Datanode): void {
    this.leases.delete(datanode);
  }
}
