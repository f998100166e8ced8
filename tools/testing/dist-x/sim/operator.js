import { insideOf } from './inside.js';
const LOOK_MS = 700;
/**
 * Whoever looks after the cluster: gives a machine an empty disk when its own is lost, or when the group has let it go;
 * the group's stewards do the rest. Now and then takes a voter's vote, or the voter out of the group.
 */
export class Operator {
    world;
    /** Who stood in the first entries of the log. */
    founders;
    constructor(world, founders) {
        this.world = world;
        this.founders = founders;
        this.look();
    }
    /** True while the membership is not what it shall be. */
    get isBusy() {
        const membership = this.world.leader()?.running?.replicator.membership;
        return membership === undefined || !this.isComplete(membership);
    }
    /** True when every machine runs, has a trusted disk and is a voter as far as everybody knows: more may be done. */
    get isWhole() {
        return this.world.members.every(({ spoiled, running }) => {
            const membership = running?.replicator.membership;
            return !spoiled && membership !== undefined && this.isComplete(membership);
        });
    }
    /** True when every machine that runs knows all machines as voters, and no disk is distrusted: a quorum of them will do. */
    get isSettled() {
        return this.world.members.every(({ id, spoiled, running }) => {
            const membership = running?.replicator.membership;
            return (id !== 0 && !spoiled && (running === undefined || (membership !== undefined && this.isComplete(membership))));
        });
    }
    /** The member's disk is gone or cannot be trusted. */
    lost(member) {
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
    rest(member) {
        this.change((leader) => {
            const { replicator } = leader.running;
            const { voters, context } = replicator.membership;
            const others = voters.filter((id) => id !== member.id);
            const sink = { applied: () => { }, refused: () => { } };
            replicator.changeMembership({ voters: others, learners: [member.id], context }, sink);
        });
    }
    /** Has the member let go, if the cluster is whole: it comes back as a new one. */
    remove(member) {
        this.change((leader) => leader.running.steward.remove(String(member.id), () => { }));
    }
    change(how) {
        const leader = this.world.leader();
        if (leader !== undefined && this.isWhole)
            leader.running.process.run(() => how(leader));
    }
    look() {
        this.world.scheduler.after(LOOK_MS, () => {
            for (const member of this.world.members)
                if (this.isOut(member))
                    this.lost(member);
            this.look();
        });
    }
    /** The group has let the member go for good. */
    isOut({ id, running }) {
        const leader = this.world.leader();
        const { core } = leader === undefined ? { core: undefined } : insideOf(leader.running.replicator);
        if (core === undefined || id === 0 || running === undefined || core.membershipIndex > core.committed)
            return false;
        const { voters, outgoing, learners, learnersNext } = core.membership;
        return ![...voters, ...outgoing, ...learners, ...learnersNext].includes(id);
    }
    isComplete({ voters, outgoing, learners }) {
        const { members, gone } = this.world;
        const all = members.every((member) => gone.has(member) || voters.includes(member.id));
        return all && outgoing.length === 0 && learners.length === 0;
    }
}
//# sourceMappingURL=operator.js.map