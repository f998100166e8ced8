export type { ScanCounters } from './counters.js';
export { Scanners, type ScanSettings } from './scanners.js';
