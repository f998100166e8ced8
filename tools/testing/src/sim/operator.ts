import type { Membership } from '@rfs/namenode/raft';
import type { Member } from '@rfs/namenode/replication';
import type { World } from './cluster.js';
import { insideOf } from './inside.js';
import type { SimMember } from './member.js';

const LOOK_MS = 700;

/**
 * Whoever looks after the cluster: gives a machine an empty disk when its own is lost, or when the group has let it go;
 * the group's stewards do the rest. Now and then takes a voter's vote, or the voter out of the group.
 */
export class Operator {
  private readonly world: World;
  /** Who stood in the first entries of the log. */
  private readonly founders: readonly Member[];

  constructor(world: World, founders: readonly Member[]) {
    this.world = world;
    this.founders = founders;
    this.look();
  }

  /** True while the membership is not what it shall be. */
  get isBusy(): boolean {
    const membership = this.world.leader()?.running?.replicator.membership;
    return membership === undefined || !this.isComplete(membership);
  }

  /** True when every machine runs, has a trusted disk and is a voter as far as everybody knows: more may be done. */
  get isWhole(): boolean {
    return this.world.members.every(({ spoiled, running }) => {
      const membership = running?.replicator.membership;
      return !spoiled && membership !== undefined && this.isComplete(membership);
    });
  }

  /**
   * True when every machine that runs, and there are some, knows all machines as voters, and no disk is distrusted: a
   * quorum of them will do.
   */
  get isSettled(): boolean {
    const { members } = this.world;
    if (members.every(({ running }) => running === undefined)) return false;
    return members.every(({ id, spoiled, running }) => {
      const membership = running?.replicator.membership;
      return (
        id !== 0 && !spoiled && (running === undefined || (membership !== undefined && this.isComplete(membership)))
      );
    });
  }

  /** The member's disk is gone or cannot be trusted. */
  lost(member: SimMember): void {
    member.crash();
    const { id } = member;
    member.replace();
    if (this.world.sabotage.keepsName === true) {
      member.id = id;
      member.found(this.founders);
    }
    this.world.crash(member, 200 + this.world.random.below(3000));
  }

  /** Takes the member's vote, if the cluster is whole; its leader gives it back once it may. */
  rest(member: SimMember): void {
    this.change((leader) => {
      const { replicator } = leader.running!;
      const { voters, context } = replicator.membership!;
      const others = voters.filter((id) => id !== member.id);
      const sink = { applied: () => {}, refused: () => {} };
      replicator.changeMembership({ voters: others, learners: [member.id], context }, sink);
    });
  }

  /** Has the member let go, if the cluster is whole: it comes back as a new one. */
  remove(member: SimMember): void {
    this.change((leader) => leader.running!.steward.remove(String(member.id), () => {}));
  }

  private change(how: (leader: SimMember) => void): void {
    const leader = this.world.leader();
    if (leader !== undefined && this.isWhole) leader.running!.process.run(() => how(leader));
  }

  private look(): void {
    this.world.scheduler.after(LOOK_MS, () => {
      for (const member of this.world.members) if (this.isOut(member)) this.lost(member);
      this.look();
    });
  }

  /** The group has let the member go for good. */
  private isOut({ id, running }: SimMember): boolean {
    const leader = this.world.leader();
    const { core } = leader === undefined ? { core: undefined } : insideOf(leader.running!.replicator);
    if (core === undefined || id === 0 || running === undefined || core.membershipIndex > core.committed) return false;
    const { voters, outgoing, learners, learnersNext } = core.membership;
    return ![...voters, ...outgoing, ...learners, ...learnersNext].includes(id);
  }

  private isComplete({ voters, outgoing, learners }: Membership): boolean {
    const { members, gone } = this.world;
    const all = members.every((member) => gone.has(member) || voters.includes(member.id));
    return all && outgoing.length === 0 && learners.length === 0;
  }
}
