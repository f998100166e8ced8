export { type DiskFault, type DiskOperation, type FaultPlan, PowerLost } from './faults.js';
export { nodeDisk } from './node-disk.js';
export { SimulatedDisk, type SimulatedDiskOptions } from './simulated-disk.js';
