import type { Random } from '@rfs/base/seams';

/** How power loss treats what was not synced, in one image. */
export interface Survival {
  /** A sector survives whole or not: what the disk or the page cache writes at once. */
  readonly sectorBytes: number;
  /** Files have the length they had, with zeros where nothing was written; else they end with what survived. */
  readonly keepsLength: boolean;
  /** Whether the newest state of the next sector, entry or cut is there. */
  lives(random: Random): boolean;
}

const PER_MILLE = [0, 20, 200, 500, 800, 980, 1000];

/** Any kind of power loss. */
export function anySurvival(random: Random): Survival {
  const perMille = PER_MILLE[random.below(PER_MILLE.length)] as number;
  return {
    sectorBytes: random.below(2) === 0 ? 512 : 4096,
    keepsLength: random.below(3) === 0,
    lives: (each) => each.below(1000) < perMille,
  };
}

/** No power loss at all: the process alone was killed. */
export const ALL_THERE: Survival = { sectorBytes: 4096, keepsLength: true, lives: () => true };
