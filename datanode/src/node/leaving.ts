import type { Clock } from '@rfs/base/seams';
import type { PoolService } from '../reports/index.js';
import type { TransferCounters } from '../transfer/index.js';

/** Clients may still be on their way here with pipelines that were handed out before the namenodes knew. */
const ARRIVAL_MS = 300;
/** Who is not done writing by then is dropped, and mends its pipeline. */
const LEAVE_MS = 2000;
const LOOK_MS = 20;

/**
 * Before a datanode stops: no new pipelines through it, and those that there are may end. Clients that cannot mend a
 * pipeline (colinmarc/hdfs), or not among three datanodes (hdfs-native), would fail otherwise.
 */
export function leave(pool: PoolService, counters: Pick<TransferCounters, 'writers'>, clock: Clock): Promise<void> {
  if (!pool.namenodes.some(({ isRegistered }) => isRegistered)) return Promise.resolve();
  pool.leave();
  const latestMs = clock.monotonicMs() + LEAVE_MS;
  let quietFromMs = Number.POSITIVE_INFINITY;
  return new Promise((resolve) => {
    const look = (): void => {
      const nowMs = clock.monotonicMs();
      if (pool.hasLeft) quietFromMs = Math.min(quietFromMs, nowMs + ARRIVAL_MS);
      const done = nowMs >= quietFromMs && counters.writers === 0 && pool.hasLeft;
      if (done || nowMs >= latestMs) resolve();
      else clock.setTimer(LOOK_MS, look);
    };
    look();
  });
}
