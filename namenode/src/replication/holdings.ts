import type { LogIndex } from '@rfs/base/ids';
import type { Membership, PeerId } from '../raft/index.js';
import { decodeRoster, type Roster } from './roster.js';

/** What a member tells the others of what it has for good. */
export interface Standing {
  /** A namenode's state is durable up to this entry. */
  readonly durable: LogIndex;
  /** Of a leader: all namenodes that vote hold the entries up to here in their states. Undefined from anybody else. */
  readonly groupHolds: LogIndex | undefined;
}

/**
 * Up to where the namenodes hold the log in states of their own. A journal node has no state to give to one that is
 * behind, so wherever there is one every member keeps the entries above the oldest of them: then the journal node, or
 * the namenode that is ahead, brings the other one forward, whichever of them is left.
 */
export class Holdings {
  private readonly durables = new Map<PeerId, LogIndex>();
  private heard = 0 as LogIndex;
  private context: Uint8Array | undefined;
  private roster: Roster | undefined;

  /** A namenode's state is durable up to `index`; true when that is news. */
  note(member: PeerId, index: LogIndex): boolean {
    if (index <= (this.durables.get(member) ?? 0)) return false;
    this.durables.set(member, index);
    return true;
  }

  /** The leader says that the group holds everything up to `index`; true when that is news. */
  hear(index: LogIndex): boolean {
    if (index <= this.heard) return false;
    this.heard = index;
    return true;
  }

  /** What this member tells; `leads` with what it knows of all. */
  standing(self: PeerId, membership: Membership | undefined, leads: boolean): Standing {
    const durable = this.durables.get(self) ?? (0 as LogIndex);
    if (!leads || membership === undefined) return { durable, groupHolds: undefined };
    return { durable, groupHolds: this.oldest(membership) };
  }

  /** Entries up to here may go, as far as the group is concerned: Infinity without journal nodes. */
  holds(membership: Membership | undefined, leads: boolean): number {
    if (membership === undefined || !this.hasJournalNode(membership)) return Number.POSITIVE_INFINITY;
    if (leads) this.hear(this.oldest(membership));
    return this.heard;
  }

  private oldest(membership: Membership): LogIndex {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { id, role } of this.rosterOf(membership).members) {
      const votes = membership.voters.includes(id) || membership.outgoing.includes(id);
      if (role === 'namenode' && votes) oldest = Math.min(oldest, this.durables.get(id) ?? 0);
    }
    return (oldest === Number.POSITIVE_INFINITY ? 0 : oldest) as LogIndex;
  }

  private hasJournalNode(membership: Membership): boolean {
    return this.rosterOf(membership).members.some(({ role }) => role === 'journal');
  }

  private rosterOf({ context }: Membership): Roster {
    if (this.roster === undefined || this.context !== context) {
      this.context = context;
      this.roster = decodeRoster(context);
    }
    return this.roster;
  }
}
