/** Chance, given to whoever needs it. One root seed; every component forks its own stream. */
export interface Random {
  /** Uniform in [0, 2^32). */
  uint32(): number;
  /** Uniform integer in [0, bound), bound at least 1. */
  below(bound: number): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
  /** A stream of its own for the component `name`, independent of how much others draw. */
  fork(name: string): Random;
}
