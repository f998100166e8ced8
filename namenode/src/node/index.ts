export { startJournalNode } from './journal-node.js';
export { type RunningNamenode, startNamenode } from './node.js';
export type { NamenodeInside, NamenodeSeams } from './seams.js';
export { makeSoleMember } from './sole.js';
