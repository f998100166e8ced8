/** A timer that has been set; cancelling it twice, or after it fired, is harmless. */
export interface Timer {
  cancel(): void;
}

/** Time, given to whoever needs it, so that a simulator can own it. */
export interface Clock {
  /** Wall clock in ms since the epoch. May jump; goes into the log and into what users see. */
  nowMs(): number;
  /** Ms since an arbitrary start, never backwards: for intervals and deadlines. */
  monotonicMs(): number;
  /** Calls `action` once after `delayMs`. An action that throws stops the node. */
  setTimer(delayMs: number, action: () => void): Timer;
}
