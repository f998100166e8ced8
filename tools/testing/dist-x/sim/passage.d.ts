import type { Member } from '@rfs/namenode/replication';
import type { Passage, PassedOn } from '@rfs/namenode/service';
import type { World } from './cluster.js';
import type { SimMember } from './member.js';
import type { SimProcess } from './process.js';
/** A call as the router passes it on. */
export type PassedCall = Parameters<Passage['forward']>[1];
/** The way to the leader over simulated links, as a connection is: it breaks when the leader ends, or is another one. */
export declare class SimPassage implements Passage {
    private readonly world;
    private readonly member;
    private readonly process;
    private readonly flights;
    constructor(world: World, member: SimMember, process: SimProcess);
    get inFlight(): number;
    forward({ id }: Member, call: PassedCall, done: PassedOn): void;
    turnTo({ id }: Member): void;
    /** The connection with `member` is gone. */
    broken(member: SimMember): void;
    close(): void;
    private lose;
    private land;
}
//# sourceMappingURL=passage.d.ts.map