/** Limits in ms (HdfsConstants.LEASE_SOFTLIMIT_PERIOD, dfs.namenode.lease-hard-limit-sec). */
export interface LeaseLimits {
  readonly softMs: number;
  readonly hardMs: number;
}

/**
 * When each writer last gave a sign of life. Kept in the leader's memory only: renewals arrive every 30 s from every
 * client and never enter the log; only what follows from an expiry does. A holder that this leader has not heard of
 * counts as just renewed (LeaseManager.renewAllLeases on becoming active).
 *
 * Which files a holder has open stands in the namespace, not here. Times are monotonic ms.
 */
export class LeaseTable {
  private readonly lastSeenMs = new Map<string, number>();
  private readonly limits: LeaseLimits;

  constructor(limits: LeaseLimits) {
    this.limits = limits;
  }

  /** The holder is alive: renewLease, create or append. */
  renew(holder: string, nowMs: number): void {
    this.lastSeenMs.set(holder, nowMs);
  }

  /** Past the soft limit another client may take the file over. */
  softExpired(holder: string, nowMs: number): boolean {
    return nowMs - this.seen(holder, nowMs) > this.limits.softMs;
  }

  /** Past the hard limit the namenode closes the holder's files itself. */
  hardExpired(holder: string, nowMs: number): boolean {
    return nowMs - this.seen(holder, nowMs) > this.limits.hardMs;
  }

  /** Forgets holders that have nothing open and have been silent beyond the hard limit, so that the table is bounded. */
  forgetIdle(holdersWithOpenFiles: ReadonlySet<string>, nowMs: number): void {
    for (const [holder, seenMs] of this.lastSeenMs) {
      if (nowMs - seenMs > this.limits.hardMs && !holdersWithOpenFiles.has(holder)) this.lastSeenMs.delete(holder);
    }
  }

  /** A new leader starts here: every holder counts as just renewed. */
  clear(): void {
    this.lastSeenMs.clear();
  }

  private seen(holder: string, nowMs: number): number {
    const seenMs = this.lastSeenMs.get(holder);
    if (seenMs !== undefined) return seenMs;
    this.lastSeenMs.set(holder, nowMs);
    return nowMs;
  }
}
