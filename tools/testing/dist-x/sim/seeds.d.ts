/** A run that once failed: it is repeated by every test run. */
export interface KnownRun {
    readonly seed: number;
    readonly events: number;
    /** What it found. */
    readonly found: string;
}
/** Runs that found something in the product or in the simulator; add each new one here with the fix. */
export declare const KNOWN_RUNS: readonly KnownRun[];
/** Runs of every test run, beside those. */
export declare const FIXED_SEEDS: readonly number[];
export declare const FIXED_EVENTS = 20000;
//# sourceMappingURL=seeds.d.ts.map