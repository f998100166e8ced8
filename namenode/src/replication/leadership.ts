import type { LogIndex, Term } from '@rfs/base/ids';
import type { PeerId, RaftCore } from '../raft/index.js';

/** What this member knows of who leads, and who wants to hear of it. */
export class Leadership {
  /** The term that this member leads; 0 for none. */
  private ledTerm = 0 as Term;
  /** The index that must be applied before this member serves: its own term's first entry. */
  private servesFrom = Number.POSITIVE_INFINITY;
  private readonly listeners = new Set<() => void>();
  private toldLeading = false;
  private toldLeader: PeerId = 0;
  private toldMembership = -1;

  /** True when the core's place in the group is another than at the last call: what waited may never come. */
  moved(core: RaftCore): boolean {
    const leads = core.role === 'leader' ? core.term : (0 as Term);
    if (leads === this.ledTerm) return false;
    this.ledTerm = leads;
    this.servesFrom = leads === 0 ? Number.POSITIVE_INFINITY : core.lastIndex;
    return true;
  }

  /** True for a leader that has applied its term's first entry. */
  serves(applied: LogIndex): boolean {
    return applied >= this.servesFrom;
  }

  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Tells the listeners when one of the three is new. */
  tell(leading: boolean, leader: PeerId, membershipIndex: LogIndex): void {
    if (leading === this.toldLeading && leader === this.toldLeader && membershipIndex === this.toldMembership) return;
    this.toldLeading = leading;
    this.toldLeader = leader;
    this.toldMembership = membershipIndex;
    for (const listener of [...this.listeners]) listener();
  }
}
