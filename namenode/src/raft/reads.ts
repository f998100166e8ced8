import type { LogIndex } from '@rfs/base/ids';
import type { PeerId } from './types.js';

export interface PendingRead {
  readonly context: number;
  /** Who asked: this member or one that passed its read on. */
  readonly from: PeerId;
  /** The commit index when it was asked for. */
  readonly index: LogIndex;
  /** The round of heartbeats that confirms that nobody else led then. */
  readonly round: number;
}

/** A leader's linearizable reads (thesis 6.4) and its rounds of heartbeats, which also make its lease (thesis 6.4.1). */
export class ReadQueue {
  /** Reads asked for before the term's first entry was committed. */
  private early: { context: number; from: PeerId }[] = [];
  private pending: PendingRead[] = [];
  private lastRound = 0;
  /** The tick at which each round not yet confirmed was sent, oldest first. */
  private rounds: { round: number; tick: number }[] = [];
  /** The tick at which the newest confirmed round was sent. */
  confirmedTick = Number.NEGATIVE_INFINITY;

  get newestRound(): number {
    return this.lastRound;
  }

  get hasUnconfirmed(): boolean {
    return this.rounds.length > 0;
  }

  /** Holds a read until the leader knows what is committed. */
  hold(context: number, from: PeerId): void {
    this.early.push({ context, from });
  }

  takeHeld(): { context: number; from: PeerId }[] {
    const held = this.early;
    this.early = [];
    return held;
  }

  /** A round of heartbeats leaves at `tick`; its number. */
  beginRound(tick: number): number {
    this.rounds.push({ round: ++this.lastRound, tick });
    return this.lastRound;
  }

  /** The read needs the next round to begin. */
  add(context: number, from: PeerId, index: LogIndex, round: number): void {
    this.pending.push({ context, from, index, round });
  }

  /** A majority answered `round`: the reads that may be served. */
  confirm(round: number): PendingRead[] {
    while (this.rounds.length > 0 && this.rounds[0]!.round <= round) this.confirmedTick = this.rounds.shift()!.tick;
    const confirmed = this.pending.filter((read) => read.round <= round);
    if (confirmed.length > 0) this.pending = this.pending.filter((read) => read.round > round);
    return confirmed;
  }

  /** Leadership is lost: nobody will confirm them. */
  clear(): void {
    this.early = [];
    this.pending = [];
    this.rounds = [];
    this.confirmedTick = Number.NEGATIVE_INFINITY;
  }
}
