import type { Failure } from '@rfs/base/failure';
import type { LogIndex } from '@rfs/base/ids';
import type { Clock, Timer } from '@rfs/base/seams';
import { CommandKind, type StateMachine } from '../namespace/index.js';
import type { ProposalSink } from '../replication/index.js';
import type { Proposer } from './proposer.js';

/** After a purge that was refused (no leader, a full queue) the next one waits this long. */
const RETRY_MS = 1000;

/**
 * Removes the rows of deleted trees. A delete only detaches a tree; the leader then proposes purges of a bounded
 * number of entries, one after another, so that a tree of a million entries holds nobody up.
 */
export class Purger implements ProposalSink {
  private readonly machine: StateMachine;
  private readonly proposer: Proposer;
  private readonly clock: Clock;
  private readonly limit: number;
  private underWay = false;
  private closed = false;
  private timer: Timer | null = null;

  constructor(machine: StateMachine, proposer: Proposer, clock: Clock, limit: number) {
    this.machine = machine;
    this.proposer = proposer;
    this.clock = clock;
    this.limit = limit;
  }

  /** Something may have been detached, or this node leads now. */
  wake(): void {
    if (this.underWay || this.closed || this.timer !== null) return;
    if (this.machine.state.detachedCount === 0 || !this.proposer.leading) return;
    this.underWay = true;
    this.proposer.proposeOwn(CommandKind.PURGE, { limit: this.limit }, this);
  }

  applied(_result: unknown, _index: LogIndex): void {
    this.underWay = false;
    this.wake();
  }

  refused(_failure: Failure): void {
    this.underWay = false;
    if (this.closed) return;
    this.timer = this.clock.setTimer(RETRY_MS, () => {
      this.timer = null;
      this.wake();
    });
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.timer = null;
  }
}
