import type { Membership, PeerId } from '@rfs/namenode/raft';
import type { World } from './cluster.js';
import type { SimMember } from './member.js';

const LOOK_MS = 700;
/** A learner that lacks no more than this many entries may become a voter. */
const CAUGHT_UP = 20;

/**
 * Whoever looks after the cluster: gives a machine that lost its disk a new identity, lets it join as a learner, and
 * makes it a voter in the old one's stead once it has caught up. Now and then takes a voter's vote away for a while.
 */
export class Operator {
  private readonly world: World;
  /** Who stood in the first entries of the log. */
  private readonly founders: readonly PeerId[];
  private nextId = 11;
  /** Members that are to be learners only. */
  private readonly resting = new Set<SimMember>();

  constructor(world: World, founders: readonly PeerId[]) {
    this.world = world;
    this.founders = founders;
    this.look();
  }

  /** True while the membership is not what it shall be. */
  get isBusy(): boolean {
    const leader = this.world.leader();
    if (leader === undefined) return true;
    return this.next(leader.running!.replicator.membership!) !== undefined;
  }

  /** True when every machine runs, has a trusted disk and is a voter as far as everybody knows: more may be done. */
  get isWhole(): boolean {
    const { members } = this.world;
    return (
      this.resting.size === 0 &&
      members.every(
        ({ spoiled, running }) =>
          !spoiled && members.every(({ id }) => running?.replicator.membership?.voters.includes(id) === true),
      )
    );
  }

  /** The member's disk is gone or cannot be trusted. */
  lost(member: SimMember): void {
    member.crash();
    if (this.world.sabotage.keepsName === true) member.pretend(this.founders);
    else member.replace(this.nextId++);
    this.world.crash(member, 200 + this.world.random.below(3000));
  }

  /** Takes the member's vote for a while, if the cluster is whole. */
  rest(member: SimMember, forMs: number): void {
    if (!this.isWhole) return;
    this.resting.add(member);
    this.world.scheduler.after(forMs, () => this.resting.delete(member));
  }

  private look(): void {
    this.world.scheduler.after(LOOK_MS, () => {
      if (this.world.isEnding) this.resting.clear();
      const leader = this.world.leader();
      if (leader !== undefined) this.change(leader);
      for (const member of this.world.members) if (member.votesOnly) this.handOver(member);
      this.look();
    });
  }

  /** A journal node that leads serves nobody: one of the others has to. */
  private handOver({ id, running }: SimMember): void {
    if (running?.replicator.leader !== id) return;
    const others = this.world.members.filter((member) => !member.votesOnly);
    const to = others[this.world.random.below(others.length)]!.id;
    running.process.run(() => running.replicator.transferTo(to));
  }

  private change(leader: SimMember): void {
    const { replicator, process } = leader.running!;
    process.run(() => {
      const now = replicator.membership!;
      const next = this.next(now);
      if (next === undefined) return;
      const promoted = next.voters.filter((id) => !now.voters.includes(id));
      const least = Math.max(now.voters.length, replicator.committedIndex - CAUGHT_UP);
      if (promoted.some((id) => (replicator.progressOf(id)?.match ?? 0) < least)) return;
      replicator.changeMembership(next, { applied: () => {}, refused: () => {} });
    });
  }

  /** The next membership on the way to what it shall be; undefined when it is that. */
  private next(now: Membership): { voters: PeerId[]; learners: PeerId[]; context: Uint8Array } | undefined {
    const { members } = this.world;
    const { context } = now;
    const known = [...now.voters, ...now.learners];
    if (now.outgoing.length > 0) return { voters: [...now.voters], learners: [...now.learners], context };
    const strangers = members.filter((member) => !known.includes(member.id) && !this.world.gone.has(member));
    if (strangers.length > 0) {
      return { voters: [...now.voters], learners: [...now.learners, ...strangers.map(({ id }) => id)], context };
    }
    const voters = members.filter((member) => !this.resting.has(member)).map(({ id }) => id);
    const learners = members.filter((member) => this.resting.has(member)).map(({ id }) => id);
    const same = voters.length === now.voters.length && voters.every((id) => now.voters.includes(id));
    return same && learners.length === now.learners.length ? undefined : { voters, learners, context };
  }
}
