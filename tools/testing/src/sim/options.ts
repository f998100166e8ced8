/** What a simulated cluster is made of, and what befalls it. Drawn from the seed unless given. */
export interface SimOptions {
  readonly seed: number | string;
  /** Events with faults; what follows until all is well again is not counted. */
  readonly events: number;
  readonly voters?: number;
  /** How many of the voters apply nothing. */
  readonly journalNodes?: number;
  /** Whole disks may be lost and journals damaged, one machine at a time; otherwise journals are cut. */
  readonly losesDisks?: boolean;
  /** With none, files stay empty. */
  readonly datanodes?: number;
  readonly clients?: number;
  /** Pause of a client between two wishes, in ms, on average. */
  readonly thinkMs?: number;
  /** Between two faults, in ms, on average; 0 for none at all. */
  readonly faultMs?: number;
  /** Faults that come far more often than others. */
  readonly focus?: readonly string[];
}

/** What a run came to. */
export interface SimReport {
  readonly seed: number | string;
  readonly events: number;
  readonly simulatedMs: number;
  /** The same exactly when the same happened. */
  readonly trace: number;
  readonly committed: number;
  readonly changes: number;
  readonly reads: number;
  /** Blocks that were completed, with bytes, and blocks that clients have read. */
  readonly blocks: number;
  readonly blockReads: number;
  /** How often a leader said that a datanode was empty. */
  readonly emptied: number;
  /** Until the faults ended. */
  readonly leaders: number;
  readonly faults: Readonly<Record<string, number>>;
  /** What must never happen and did; undefined for a good run. */
  readonly violation: { readonly check: string; readonly message: string; readonly atEvent: number } | undefined;
}
