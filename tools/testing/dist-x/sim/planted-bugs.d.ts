import type { SimOptions } from './options.js';
import type { Sabotage } from './sabotage.js';
/** A bug that the simulator must find, whatever the seed, within `events`. */
export interface PlantedBug {
    readonly name: string;
    readonly events: number;
    /** What kind of cluster and faults bring it to light. */
    readonly options: Partial<SimOptions>;
    readonly sabotage: Sabotage;
}
/** Planted from outside, at the seams between the parts: the product has no switches for them. */
export declare const PLANTED_BUGS: readonly PlantedBug[];
//# sourceMappingURL=planted-bugs.d.ts.map