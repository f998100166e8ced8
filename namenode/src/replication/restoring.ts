import type { LogIndex } from '@rfs/base/ids';
import type { Journal } from '../journal/index.js';
import { encodeMembership, type PeerId, type SnapshotMark } from '../raft/index.js';
import type { ApplyLoop } from './apply-loop.js';
import type { StateTransfer } from './types.js';

/** Who waits for a state. */
export interface Restored {
  /** The last entry that is here, whether durable yet or not. */
  readonly lastIndex: LogIndex;
  /** The state of `mark` is in place, and the journal begins anew behind it; null: it could not be had. */
  restored(mark: SnapshotMark | null): void;
  /** The state could not be put in place: the node must stop. */
  failed(error: Error): void;
}

/**
 * Brings this member to a state of another one, as the log between them is cut away. Order kept: the state is durable
 * and what a start goes on with; nothing is applied any more; the journal begins anew; the state is put in place.
 */
export class Restoring {
  private readonly transfer: StateTransfer | undefined;
  private readonly journal: Journal;
  private readonly loop: ApplyLoop;
  private readonly target: Restored;
  private mark: SnapshotMark | null = null;
  private ticket = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(transfer: StateTransfer | undefined, journal: Journal, loop: ApplyLoop, target: Restored) {
    this.transfer = transfer;
    this.journal = journal;
    this.loop = loop;
    this.target = target;
  }

  /** A state that will do for `mark` is needed. */
  begin(mark: SnapshotMark, from: PeerId): void {
    if (this.transfer === undefined) this.target.restored(null);
    else this.transfer.fetch(mark, from, (got) => this.fetched(mark, got));
  }

  /** The journal is durable up to `ticket`. */
  durable(ticket: number): void {
    if (ticket < this.ticket) return;
    this.ticket = Number.POSITIVE_INFINITY;
    this.transfer!.install((error) => this.installed(error));
  }

  stop(): void {
    this.stopped = true;
    this.transfer?.close();
  }

  private fetched(asked: SnapshotMark, got: SnapshotMark | null): void {
    if (this.stopped) return;
    // Less than what is committed here is of no use: the leader has changed meanwhile. And a beginning below entries that
    // are here, and acknowledged once they are durable, would lose them: the log does reach this member.
    const least = Math.max(this.loop.appliedIndex + 1, Math.min(asked.index, this.target.lastIndex));
    if (got === null || got.index < least) {
      this.target.restored(null);
      return;
    }
    this.mark = got;
    this.loop.hold();
    const { index, term, membership } = got;
    this.ticket = this.journal.beginAnew({ index, term, membership: encodeMembership(membership) });
  }

  private installed(error: Error | null): void {
    if (this.stopped) return;
    if (error !== null) {
      this.target.failed(error);
      return;
    }
    const mark = this.mark!;
    this.mark = null;
    this.loop.restart(mark.index);
    this.target.restored(mark);
  }
}
