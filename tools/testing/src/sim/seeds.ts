/**
 * A run that once failed: it is repeated by every test run. What it found it found with the simulator of that day; each
 * later one makes another run of the same seed.
 */
export interface KnownRun {
  readonly seed: number;
  readonly events: number;
  /** What it found. */
  readonly found: string;
}

/** Runs that found something in the product or in the simulator; add each new one here with the fix. */
export const KNOWN_RUNS: readonly KnownRun[] = [
  { seed: 33, events: 12_000, found: 'a leader whose own journal was full: its vote for itself was never a promise' },
  { seed: 183, events: 13_000, found: 'a lease read by a leader that had not applied yet what its followers had' },
  { seed: 574, events: 21_000, found: 'a refusal that was passed on without the state id of what it was judged by' },
  {
    seed: 10_106,
    events: 11_000,
    found: 'a vote for a learner that a journal node alone could not have brought forward',
  },
  { seed: 30_094, events: 12_000, found: 'a journal node that began anew below what it had acknowledged' },
  { seed: 7, events: 5000, found: 'a deposed leader that dropped reports about blocks of the next one' },
  { seed: 23, events: 27_000, found: 'a follower that took replicas for wrong whose append it had not applied yet' },
  { seed: 44, events: 35_000, found: 'a new leader that went by what had been reported before an append' },
  { seed: 14, events: 8000, found: 'a truncate that set the time of its leader back, whose clock was behind' },
  {
    seed: 17,
    events: 22_000,
    found: 'a truncate that was cut off half way: its next recovery found replicas of two lengths',
  },
  { seed: 202, events: 13_000, found: 'a state whose fetch paused, and was given up meanwhile as a write failed' },
  { seed: 103, events: 54_000, found: 'an operator who had a datanode back that namenodes still counted on' },
];

/** Runs of every test run, beside those. */
export const FIXED_SEEDS: readonly number[] = Array.from({ length: 40 }, (_, i) => i + 1);
export const FIXED_EVENTS = 60_000;
