/** The chance that the block manager draws: what it needs of the Random that the composition root forks for it. */
export interface Chance {
  /** Uniform integer in [0, bound), bound at least 1. */
  below(bound: number): number;
  /** A stream of its own for the component `name`, independent of how much others draw. */
  fork(name: string): Chance;
}
