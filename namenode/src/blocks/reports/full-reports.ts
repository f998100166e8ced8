import { MalformedBytes } from '@rfs/base/bytes';
import { Failure } from '@rfs/base/failure';
import type { BlockContext } from '../context.js';
import type { Storage } from '../datanodes/storage.js';
import { EPOCH_MASK } from '../map/block-map.js';
import type { FullReport } from '../types.js';
import type { ReplicaIntake } from './replica-intake.js';
import { ReportCursor } from './report-cursor.js';

/** Called once a storage's report has been taken in, or was found malformed or void. */
export type ReportDone = (failure: Failure | undefined) => void;

interface Job {
  readonly storage: Storage;
  /** The storage's number when the report came; the report is void when the storage has another one. */
  readonly index: number;
  readonly epoch: number;
  cursor: ReportCursor;
  done: ReportDone;
  /** A heartbeat had come since the takeover: the report's contents are newer than it. */
  fresh: boolean;
  /** Next slot of the sweep that follows the entries; -1 before it. */
  sweep: number;
  started: boolean;
}

/**
 * Full reports, one after another, in slices.
 *
 * The arrival of a report is its mark: it advances the storage's epoch (two bits on every replica). Incremental
 * reports after the mark set the new epoch, and what they say wins over the older entries; entries set the report's
 * epoch; whatever still has an earlier one at the end was not reported and leaves the map. Of one storage at most one
 * report is worked on and one waits, so the two newest epochs are never mistaken for old ones.
 */
export class FullReports {
  private readonly context: BlockContext;
  private readonly intake: ReplicaIntake;
  private readonly queue: Job[] = [];

  constructor(context: BlockContext, intake: ReplicaIntake) {
    this.context = context;
    this.intake = intake;
  }

  /** Storage reports waiting or in work. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Queues a storage's report; the buffers must stay as they are until `done`. */
  submit(storage: Storage, report: FullReport, done: ReportDone): void {
    const cursor = new ReportCursor(report);
    const fresh = storage.heartbeatSinceTakeover;
    const waiting = this.queue.find((job) => job.storage === storage && !job.started && job.index === storage.index);
    if (waiting !== undefined) {
      waiting.done(undefined);
      waiting.cursor = cursor;
      waiting.done = done;
      waiting.fresh = fresh;
      return;
    }
    storage.epoch = (storage.epoch + 1) & EPOCH_MASK;
    storage.deletedSinceMark ??= new Set();
    const { index, epoch } = storage;
    this.queue.push({ storage, index, epoch, cursor, done, fresh, sweep: -1, started: false });
  }

  /** Works on up to `budget` entries; what is left of the budget. Nothing happens while the map is being rebuilt. */
  step(budget: number): number {
    let left = budget;
    while (left > 0 && this.queue.length > 0 && !this.context.rebuilding) {
      const job = this.queue[0] as Job;
      if (this.context.table.get(job.index) !== job.storage) {
        this.finish(job, undefined);
        continue;
      }
      job.started = true;
      if (job.sweep < 0) left = this.takeEntries(job, left);
      if (job.sweep >= 0) left = this.sweepUnreported(job, left);
    }
    return left;
  }

  private takeEntries(job: Job, budget: number): number {
    let left = budget;
    try {
      while (left > 0) {
        if (!job.cursor.next()) {
          job.sweep = 0;
          return left;
        }
        this.takeEntry(job);
        left--;
      }
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.finish(job, new Failure('IO', `block report of ${job.storage.id}: ${error.message}`));
    }
    return left;
  }

  private takeEntry(job: Job): void {
    const { storage, cursor, epoch } = job;
    const { map, leader, maxStamp } = this.context;
    const id = cursor.id;
    if (Number.isNaN(id)) return;
    const deleted = storage.deletedSinceMark;
    if (deleted !== undefined && deleted.size > 0 && deleted.has(id)) return;
    const slot = map.slotOf(id);
    if (slot < 0 && storage.reportCount === 0 && leader && cursor.stamp <= maxStamp) return;
    if (slot >= 0) {
      const ref = map.find(slot, storage.index);
      if (ref >= 0 && isRecent(map.flagsAt(slot, ref) & EPOCH_MASK, epoch)) return;
    }
    this.intake.present(storage, id, cursor.stamp, cursor.lengthBytes, cursor.state, epoch);
  }

  /** Drops replicas that the report did not name; looks at the map only if there are any. */
  private sweepUnreported(job: Job, budget: number): number {
    const { storage, epoch } = job;
    const { map } = this.context;
    let left = budget;
    while (left > 0 && job.sweep < map.highSlot && unreported(storage, epoch) > 0) {
      const slot = job.sweep++;
      left -= 0.25;
      if (!map.inUse(slot)) continue;
      const ref = map.find(slot, storage.index);
      if (ref < 0 || isRecent(map.flagsAt(slot, ref) & EPOCH_MASK, epoch)) continue;
      this.intake.gone(slot, ref, storage);
      left -= 0.75;
    }
    if (left > 0) {
      storage.reportCount++;
      storage.datanode.lastReportMs = this.context.nowMs;
      if (job.fresh && storage.contentsStale) {
        storage.contentsStale = false;
        this.context.table.refresh(storage);
      }
      this.finish(job, undefined);
    }
    return left;
  }

  private finish(job: Job, failure: Failure | undefined): void {
    this.queue.shift();
    if (!this.queue.some((other) => other.storage === job.storage)) job.storage.deletedSinceMark = undefined;
    job.done(failure);
  }
}

/** Of the report's epoch or touched since the next one's mark. */
function isRecent(replicaEpoch: number, epoch: number): boolean {
  return ((replicaEpoch - epoch) & EPOCH_MASK) <= 1;
}

function unreported(storage: Storage, epoch: number): number {
  const recent = (storage.epochCounts[epoch] as number) + (storage.epochCounts[(epoch + 1) & EPOCH_MASK] as number);
  return storage.replicaCount - recent;
}
