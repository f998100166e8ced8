/** Runs that found something in the product or in the simulator; add each new one here with the fix. */
export const KNOWN_RUNS = [
    { seed: 33, events: 12_000, found: 'a leader whose own journal was full: its vote for itself was never a promise' },
    { seed: 183, events: 13_000, found: 'a lease read by a leader that had not applied yet what its followers had' },
];
/** Runs of every test run, beside those. */
export const FIXED_SEEDS = [1, 2, 3, 4, 5, 6];
export const FIXED_EVENTS = 20_000;
//# sourceMappingURL=seeds.js.map