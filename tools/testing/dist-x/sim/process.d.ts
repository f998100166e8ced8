import type { Clock, Random, Timer } from '@rfs/base/seams';
import type { Scheduler } from './scheduler.js';
/** How a machine's clocks differ from the world's. */
export interface ClockFaults {
    /** Its seconds per second of the world. */
    readonly rate: number;
    /** Its wall clock at the world's beginning, in ms since the epoch. */
    wallMs: number;
}
/** A program in the simulated world: it can stop for good, or stand still for a while and go on as if nothing were. */
export declare class SimProcess implements Clock {
    private readonly scheduler;
    private readonly clock;
    private readonly guard;
    /** While it stands still: what came meanwhile, by the place it came from. */
    private frozen;
    private ended;
    /** `guard` carries out each event of the process and deals with what it throws. */
    constructor(scheduler: Scheduler, clock: ClockFaults, guard: (work: () => void) => void);
    get isPaused(): boolean;
    nowMs(): number;
    monotonicMs(): number;
    setTimer(delayMs: number, action: () => void): Timer;
    /** A timer of the process runs out, or its disk answers; while it is paused, later. */
    readonly run: (work: () => void) => void;
    /** Something comes over the connection with `place`; while the process is paused, later. */
    hear(place: number, work: () => void): void;
    /** SIGSTOP */
    pause(): void;
    /**
     * SIGCONT: all that came meanwhile happens now, each connection's messages in their order. Timers are late all
     * together; which of them and the connections is looked at first is the system's choice.
     */
    resume(random: Random): void;
    /** Nothing will happen to it any more. */
    end(): void;
    private wait;
}
//# sourceMappingURL=process.d.ts.map