import type { SimOptions, SimReport } from './options.js';
import type { Sabotage } from './sabotage.js';
/** Runs a cluster through faults and back to health. The report says what was found; only bugs of its own are thrown. */
export declare function simulate(options: SimOptions, sabotage?: Sabotage): SimReport;
//# sourceMappingURL=simulate.d.ts.map