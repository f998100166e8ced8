import type { Random } from '@rfs/base/seams';
import type { Scheduler } from './scheduler.js';
/** How messages fare, on all links alike. */
export interface Weather {
    /** One message in so many is lost; 0 for none. */
    lossOneIn: number;
    /** One message in so many comes twice; 0 for none. */
    repeatOneIn: number;
    /** Delays are drawn from 0.1 ms up to this, so that messages overtake each other. */
    delayMs: number;
}
export declare const FAIR: Weather;
/** Messages between numbered places: members by their machine, clients above them. */
export declare class SimNetwork {
    weather: Weather;
    private readonly scheduler;
    private readonly random;
    /** Links that deliver nothing, in one direction. */
    private readonly cut;
    constructor(scheduler: Scheduler, random: Random);
    /** Brings a message from one place to another, or not, or twice. */
    send(from: number, to: number, deliver: () => void): void;
    /** From now on nothing gets from one place to the other. */
    sever(from: number, to: number): void;
    /** Cuts all links between the two groups. */
    divide(some: readonly number[], others: readonly number[]): void;
    heal(): void;
    private delay;
}
//# sourceMappingURL=network.d.ts.map