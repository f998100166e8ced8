export { type DatanodeSeams, type RunningDatanode, startDatanode } from './node.js';
