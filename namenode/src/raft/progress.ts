import type { LogIndex } from '@rfs/base/ids';

/**
 * How a leader sends to one member (thesis 10.2.1, 10.2.2):
 * - `probe`: one append at a time, until it is known where the logs agree
 * - `replicate`: appends follow each other without waiting, within the window
 * - `snapshot`: nothing, until the member has fetched the state
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/** What a leader knows of one other member. */
export class Progress {
  /** Durable at the member and equal to the leader's log up to here. */
  match = 0 as LogIndex;
  /** The first entry to send next. */
  next: LogIndex;
  state: ProgressState = 'probe';
  /** A probe is on its way: nothing more until its answer or the next heartbeat's. */
  paused = false;
  /** Heard of since the last quorum check. */
  recentlyActive = false;
  /** The leader's tick at which it was heard of last. */
  heardTick = 0;
  /** The newest confirmation of leadership that the member answered. */
  confirmedRound = 0;
  /** While in `snapshot`: the round of heartbeats that was the newest when it was sent. */
  snapshotRound = 0;
  private readonly maxCount: number;
  private readonly maxBytes: number;
  private lastIndexes: LogIndex[] = [];
  private sizes: number[] = [];
  private bytes = 0;

  /** The window is `maxCount` appends and `maxBytes` of entries. */
  constructor(next: LogIndex, maxCount: number, maxBytes: number) {
    this.next = next;
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** True when nothing may be sent now. */
  get isHeld(): boolean {
    if (this.state === 'probe') return this.paused;
    return this.state === 'snapshot' || this.sizes.length >= this.maxCount || this.bytes >= this.maxBytes;
  }

  /** An append with entries up to `last` is on its way. */
  sent(last: LogIndex, count: number, bytes: number): void {
    if (this.state === 'probe') {
      this.paused = true;
      return;
    }
    if (count === 0) return;
    this.next = (last + 1) as LogIndex;
    this.lastIndexes.push(last);
    this.sizes.push(bytes);
    this.bytes += bytes;
  }

  /** The member has everything up to `index`; true when that is news. */
  accepted(index: LogIndex): boolean {
    let freed = 0;
    while (freed < this.lastIndexes.length && this.lastIndexes[freed]! <= index) this.bytes -= this.sizes[freed++]!;
    if (freed > 0) {
      this.lastIndexes.splice(0, freed);
      this.sizes.splice(0, freed);
    }
    this.next = Math.max(this.next, index + 1) as LogIndex;
    if (index <= this.match) return false;
    this.match = index;
    this.paused = false;
    return true;
  }

  /** The member refused entries after `refused`; it may agree up to `hint`. False for an answer that is out of date. */
  refused(refused: LogIndex, hint: LogIndex): boolean {
    if (this.state === 'replicate') {
      if (refused <= this.match) return false;
      this.becomeProbe();
      return true;
    }
    if (this.next - 1 !== refused) return false;
    this.next = Math.max(Math.min(refused, hint + 1), this.match + 1) as LogIndex;
    this.paused = false;
    return true;
  }

  becomeProbe(): void {
    this.reset('probe');
    this.next = (this.match + 1) as LogIndex;
  }

  becomeReplicate(): void {
    this.reset('replicate');
    this.next = (this.match + 1) as LogIndex;
  }

  becomeSnapshot(round: number): void {
    this.reset('snapshot');
    this.snapshotRound = round;
  }

  /** An answer to a heartbeat: what was sent may have been lost, so one more may go. */
  resume(): void {
    this.paused = false;
    if (this.state === 'replicate' && this.isHeld) {
      this.bytes -= this.sizes[0] ?? 0;
      this.lastIndexes.shift();
      this.sizes.shift();
    }
  }

  private reset(state: ProgressState): void {
    this.state = state;
    this.paused = false;
    this.lastIndexes = [];
    this.sizes = [];
    this.bytes = 0;
  }
}
