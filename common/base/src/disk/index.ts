export { hasCode, unlessAbsent } from './absent.js';
export { makeDurableFolder } from './durable-folder.js';
export { type DiskFault, type DiskOperation, type FaultPlan, PowerLost } from './faults.js';
export { type FolderLock, lockFolder } from './folder-lock.js';
export { nodeDisk } from './node-disk.js';
export { SimulatedDisk, type SimulatedDiskOptions } from './simulated-disk.js';
