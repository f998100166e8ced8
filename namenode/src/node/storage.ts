import type { LogIndex } from '@rfs/base/ids';
import type { Logger } from '@rfs/base/log';
import type { Clock, Timer } from '@rfs/base/seams';
import type { Store } from '@rfs/base/store';
import type { StateMachine } from '../namespace/index.js';
import type { Applier, Replicator } from '../replication/index.js';

/** What may wait in memory for the store's own writer before applying pauses: the disk does not keep up. */
const MAX_BACKLOG_BYTES = 64 << 20;

/** The state machine as the replicator drives it; `onBatch` hears after each batch. */
export function applierOf(machine: StateMachine, store: Store, onBatch: () => void): Applier {
  return {
    get appliedIndex(): LogIndex {
      return machine.appliedIndex as LogIndex;
    },
    get congested(): boolean {
      return store.backlogBytes > MAX_BACKLOG_BYTES;
    },
    applyBatch: (entries, results) => {
      machine.applyBatch(entries, results);
      onBatch();
    },
  };
}

/**
 * Lets the journal go once the store holds its entries for good. The store commits late: after a crash it is a little
 * old, and the journal brings it forward from its durable index.
 */
export class JournalTrimmer {
  private readonly store: Store;
  private readonly machine: StateMachine;
  private readonly replicator: Replicator;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly intervalMs: number;
  private timer: Timer | null = null;
  private durableIndex = 0;

  /** @param intervalMs how often the store is asked to become durable, so that the journal may be cut */
  constructor(
    store: Store,
    machine: StateMachine,
    replicator: Replicator,
    clock: Clock,
    log: Logger,
    intervalMs: number,
  ) {
    this.store = store;
    this.machine = machine;
    this.replicator = replicator;
    this.clock = clock;
    this.log = log;
    this.intervalMs = intervalMs;
  }

  start(): void {
    this.timer = this.clock.setTimer(this.intervalMs, () => this.flush());
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  private flush(): void {
    const index = this.machine.appliedIndex;
    if (index === this.durableIndex) {
      this.start();
      return;
    }
    this.store.whenDurable((error) => {
      if (this.timer === null) return;
      if (error === null) {
        this.durableIndex = index;
        this.replicator.cutBelow((index + 1) as LogIndex);
      } else this.log.error('the store could not be flushed; the journal is kept', { error });
      this.start();
    });
  }
}

/** A call that reports its end to a callback, as a promise. */
export function settled(begin: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error === null ? resolve() : reject(error))));
}
