export type { SimOptions, SimReport } from './options.js';
export { simulate } from './simulate.js';
//# sourceMappingURL=index.d.ts.map