export { bannedCalls, staleSeams } from './banned.js';
export { importCycles } from './cycles.js';
export { describe, type Finding, type Project } from './finding.js';
export { layers } from './layers.js';
export { leftovers } from './leftovers.js';
export { fileLength } from './length.js';
export { unreadOptions } from './options.js';
export { unusedExports, unusedFiles } from './unused.js';
