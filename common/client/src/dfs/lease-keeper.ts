import type { Clock, Timer } from '@rfs/base/seams';
import type { HdfsFailure } from '@rfs/protocol/exceptions';
import type { NamenodeCalls } from '../namenodes/index.js';

/** Half of the soft limit, after which others may take over a file (LeaseRenewer). */
const RENEW_MS = 30_000;
const RETRY_MS = 1000;
/** After so long without renewal the namenode has closed the files (dfs.namenode.lease-hard-limit-sec). */
const HARD_LIMIT_MS = 20 * 60_000;

/** A file that is open for writing. */
export interface LeaseHolder {
  /** The lease is lost: what is written from now on has no file to go to. */
  leaseLost(reason: HdfsFailure): void;
}

/** Renews the client's lease while files are open for writing, and not a moment longer. */
export class LeaseKeeper {
  readonly clientName: string;
  private readonly namenodes: NamenodeCalls;
  private readonly clock: Clock;
  private readonly holders = new Set<LeaseHolder>();
  private timer: Timer | undefined;
  private renewedMs = 0;

  constructor(clientName: string, namenodes: NamenodeCalls, clock: Clock) {
    this.clientName = clientName;
    this.namenodes = namenodes;
    this.clock = clock;
  }

  add(holder: LeaseHolder): void {
    if (this.holders.size === 0) this.renewedMs = this.clock.monotonicMs();
    this.holders.add(holder);
    this.timer ??= this.clock.setTimer(RENEW_MS, () => this.renew());
  }

  remove(holder: LeaseHolder): void {
    this.holders.delete(holder);
    if (this.holders.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private renew(): void {
    const sentMs = this.clock.monotonicMs();
    const { clientName } = this;
    this.namenodes.attempt('renewLease', { clientName, namespaces: [] }).then((result) => {
      if (this.holders.size === 0) return;
      const failed = 'code' in result;
      if (!failed) this.renewedMs = sentMs;
      else if (this.clock.monotonicMs() - this.renewedMs > HARD_LIMIT_MS) {
        for (const holder of [...this.holders]) holder.leaseLost(result);
        return;
      }
      this.timer = this.clock.setTimer(failed ? RETRY_MS : RENEW_MS, () => this.renew());
    });
  }
}
