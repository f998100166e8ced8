import type { PeerId } from '../raft/index.js';
import type { Group, Member } from './group.js';
import type { Replicator } from './replicator.js';
import { decodeRoster, NO_ROSTER, type Roster } from './roster.js';
import type { ReadSink } from './types.js';

/** The group as a member's replicator knows it. */
export class GroupView implements Group {
  private readonly replicator: Replicator;
  private context: Uint8Array | undefined;
  private decoded: Roster = NO_ROSTER;

  constructor(replicator: Replicator) {
    this.replicator = replicator;
  }

  get self(): PeerId {
    return this.replicator.self;
  }

  get leading(): boolean {
    return this.replicator.leading;
  }

  leased(nowMs?: number): boolean {
    return this.replicator.leased(nowMs);
  }

  get current(): boolean {
    const { replicator } = this;
    return replicator.leased() && replicator.appliedIndex === replicator.committedIndex;
  }

  get leader(): Member | undefined {
    const { leader } = this.replicator;
    if (leader === 0) return undefined;
    const member = this.members.find(({ id }) => id === leader);
    // A journal node that leads is about to hand over, and takes no calls.
    return member?.role === 'journal' ? undefined : member;
  }

  /** This member has a vote, and no change of who votes is under way here. */
  get votes(): boolean {
    const { membership, self } = this.replicator;
    return membership !== undefined && membership.outgoing.length === 0 && membership.voters.includes(self);
  }

  get members(): readonly Member[] {
    return this.roster.members;
  }

  get roster(): Roster {
    const context = this.replicator.membership?.context;
    if (context !== this.context) {
      this.context = context;
      this.decoded = context === undefined ? NO_ROSTER : decodeRoster(context);
    }
    return this.decoded;
  }

  readIndex(sink: ReadSink): void {
    this.replicator.readIndex(sink);
  }

  watch(listener: () => void): () => void {
    return this.replicator.watch(listener);
  }
}
