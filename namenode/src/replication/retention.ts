import type { LogIndex } from '@rfs/base/ids';
import type { Clock } from '@rfs/base/seams';
import type { Journal } from '../journal/index.js';
import type { Membership, PeerId, SnapshotMark } from '../raft/index.js';
import { JournalCutter } from './cutter.js';
import { Holdings, type Standing } from './holdings.js';
import type { ReplicatorLimits } from './options.js';
import type { NextTurn } from './types.js';

/** The member whose journal it is. */
export interface Keeper {
  readonly self: PeerId;
  readonly leading: boolean;
  readonly membership: Membership | undefined;
  readonly appliedIndex: LogIndex;
  membershipAt(index: LogIndex): Membership | undefined;
  /** The journal cannot be cut: the node must stop. */
  failed(error: Error): void;
}

interface RetentionOptions {
  readonly clock: Clock;
  readonly nextTurn: NextTurn;
  readonly votesOnly?: boolean;
}

/** What of the journal has to stay, for this member and for the others. */
export class Retention {
  private readonly keeper: Keeper;
  private readonly journal: Journal;
  private readonly cutter: JournalCutter;
  private readonly holdings = new Holdings();
  private readonly votesOnly: boolean;

  constructor(keeper: Keeper, journal: Journal, limits: ReplicatorLimits, options: RetentionOptions) {
    this.keeper = keeper;
    this.journal = journal;
    this.votesOnly = options.votesOnly === true;
    const holds = (): number => this.holdings.holds(keeper.membership, keeper.leading);
    const failed = (error: Error): void => keeper.failed(error);
    this.cutter = new JournalCutter(journal, limits, options.clock, options.nextTurn, holds, failed);
  }

  stop(): void {
    this.cutter.stop();
  }

  /** The entry before the oldest in the journal; undefined while this member is in no group. */
  get journalStart(): SnapshotMark | undefined {
    const index = (this.journal.firstIndex - 1) as LogIndex;
    const membership = this.keeper.membershipAt(index);
    return membership && { index, term: this.journal.term(index), membership };
  }

  /** The state here holds all below `index` for good. */
  cutBelow(index: LogIndex): void {
    const limit = Math.min(index, this.keeper.appliedIndex + 1) as LogIndex;
    if (!this.votesOnly) this.holdings.note(this.keeper.self, (limit - 1) as LogIndex);
    this.cutter.cutBelow(limit);
  }

  /** The journal keeps all entries above `index` until the result is called. */
  keepAbove(index: LogIndex): () => void {
    return this.cutter.keepAbove(index);
  }

  /** What this member tells the others with its messages. */
  get standing(): Standing {
    const { self, membership, leading } = this.keeper;
    return this.holdings.standing(self, membership, leading);
  }

  /** What `from` has told. A journal node, which has no state, needs no more than the namenodes do. */
  hear(from: PeerId, { durable, groupHolds }: Standing): void {
    const noted = this.holdings.note(from, durable);
    const heard = groupHolds !== undefined && this.holdings.hear(groupHolds);
    if (heard && this.votesOnly) this.cutBelow((groupHolds + 1) as LogIndex);
    else if (heard || noted) this.cutter.look();
  }
}
