import type { World } from './cluster.js';
/** What befalls the cluster, within the budget of docs/testing.md. */
export declare class Nemesis {
    readonly struck: Record<string, number>;
    private readonly world;
    private readonly random;
    private readonly everyMs;
    private readonly faults;
    private readonly weights;
    constructor(world: World, everyMs: number, focus: readonly string[]);
    private next;
    /** The moment after a promise is the best one for a crash. */
    private overhear;
    private pick;
    private crash;
    private crashAll;
    private cutPower;
    private pause;
    /** The member loses the others; clients reach it still. */
    private isolate;
    private cutOneWay;
    private split;
    private healLater;
    private badWeather;
    private stall;
    private fill;
    private failSync;
    private transfer;
    /** A disk may be lost while all others are good: a lost majority is beyond what any quorum survives. */
    private loseDisk;
    /** It comes back with an empty disk. */
    private removeMember;
    /** A bit turns in what was written long ago; what no later write proves is outside the budget. */
    private flip;
    private mayHarm;
}
//# sourceMappingURL=nemesis.d.ts.map