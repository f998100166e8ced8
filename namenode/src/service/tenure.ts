import type { Failure } from '@rfs/base/failure';
import type { Clock, Timer } from '@rfs/base/seams';
import type { BlockManager } from '../blocks/index.js';
import { CommandKind, type Limits, type StateMachine } from '../namespace/index.js';
import type { Group } from '../replication/index.js';
import type { LeaseTable } from './leases.js';
import type { OpenFiles } from './open-files.js';
import type { Proposer } from './proposer.js';
import type { Purger } from './purger.js';

export interface TenureParts {
  readonly group: Pick<Group, 'leading' | 'watch'>;
  readonly machine: StateMachine;
  readonly blocks: BlockManager;
  readonly proposer: Proposer;
  readonly leases: LeaseTable;
  readonly openFiles: OpenFiles;
  readonly purger: Purger;
  readonly clock: Clock;
  /** The block manager has work to do now. */
  wakeBlocks(): void;
}

/** After limits that were refused (a full queue) the next attempt waits this long. */
const RETRY_MS = 1000;

/**
 * What a node takes up when it comes to lead, and lays down when it no longer does. All leases begin afresh
 * (LeaseManager.renewAllLeases), no storage is trusted to hold only what it last reported, the limits of this node's
 * configuration go into the log, and what the last leader left to purge is purged.
 */
export class Tenure {
  private readonly parts: TenureParts;
  private readonly limits: Limits;
  private readonly onReady: () => void;
  private leads = false;
  private timer: Timer | null = null;
  private unwatch: (() => void) | null = null;

  /** `onReady` is called each time this node has come to lead and the log has its limits. */
  constructor(parts: TenureParts, limits: Limits, onReady: () => void) {
    this.parts = parts;
    this.limits = limits;
    this.onReady = onReady;
  }

  /** To be called before the group begins. */
  start(): void {
    this.unwatch = this.parts.group.watch(() => this.look());
    this.look();
  }

  /** The log has been applied further: every replica follows the safe mode that it says. */
  applied(): void {
    const { machine, blocks } = this.parts;
    if (machine.state.safeMode !== blocks.safeMode.manuallyOn) blocks.safeMode.follow(machine.state.safeMode);
  }

  close(): void {
    this.unwatch?.();
    this.timer?.cancel();
    this.timer = null;
  }

  private look(): void {
    const { group, blocks, leases, openFiles, purger, clock } = this.parts;
    if (group.leading === this.leads) return;
    this.leads = group.leading;
    this.timer?.cancel();
    this.timer = null;
    if (this.leads) {
      leases.clear();
      openFiles.takeOver();
    }
    blocks.setLeader(this.leads, clock.monotonicMs());
    this.parts.wakeBlocks();
    if (!this.leads) return;
    this.proposeLimits();
    purger.wake();
  }

  private proposeLimits(): void {
    const { machine, proposer } = this.parts;
    const known = machine.limits;
    const keys = Object.keys(this.limits) as (keyof Limits)[];
    if (keys.every((key) => this.limits[key] === known[key])) {
      this.onReady();
      return;
    }
    proposer.proposeOwn(CommandKind.CONFIGURE, this.limits, {
      applied: () => this.onReady(),
      refused: (_refusal: Failure) => {
        if (!this.leads) return;
        this.timer = this.parts.clock.setTimer(RETRY_MS, () => this.proposeLimits());
      },
    });
  }
}
