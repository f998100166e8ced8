import type { Member } from '@rfs/namenode/replication';
import type { World } from './cluster.js';
import type { SimMember } from './member.js';
/**
 * Whoever looks after the cluster: gives a machine an empty disk when its own is lost, or when the group has let it go;
 * the group's stewards do the rest. Now and then takes a voter's vote, or the voter out of the group.
 */
export declare class Operator {
    private readonly world;
    /** Who stood in the first entries of the log. */
    private readonly founders;
    constructor(world: World, founders: readonly Member[]);
    /** True while the membership is not what it shall be. */
    get isBusy(): boolean;
    /** True when every machine runs, has a trusted disk and is a voter as far as everybody knows: more may be done. */
    get isWhole(): boolean;
    /** True when every machine that runs knows all machines as voters, and no disk is distrusted: a quorum of them will do. */
    get isSettled(): boolean;
    /** The member's disk is gone or cannot be trusted. */
    lost(member: SimMember): void;
    /** Takes the member's vote, if the cluster is whole; its leader gives it back once it may. */
    rest(member: SimMember): void;
    /** Has the member let go, if the cluster is whole: it comes back as a new one. */
    remove(member: SimMember): void;
    private change;
    private look;
    /** The group has let the member go for good. */
    private isOut;
    private isComplete;
}
//# sourceMappingURL=operator.d.ts.map