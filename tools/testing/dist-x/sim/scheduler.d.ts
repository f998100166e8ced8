/**
 * The simulated world's time: events in order of their time, those of one moment in the order they were asked for.
 * Everything that happens is mixed into a number, so that two runs can be compared.
 */
export declare class Scheduler {
    private readonly heap;
    private now;
    private orders;
    private count;
    private hash;
    /** Ms since the world began. */
    get nowMs(): number;
    /** Events that have happened. */
    get eventCount(): number;
    /** A number over all that was noted and when. */
    get trace(): number;
    /** Mixes facts into the trace. */
    note(a: number, b: number): void;
    after(delayMs: number, run: () => void): void;
    /** Lets the next event happen; false when nothing is left to happen. */
    step(): boolean;
    private sink;
}
//# sourceMappingURL=scheduler.d.ts.map